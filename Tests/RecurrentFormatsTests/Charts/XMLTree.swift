import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// An element of an XML text, as Foundation's parser reads it.
final class XMLTree: NSObject, XMLParserDelegate {
  let name: String
  let attributes: [String: String]
  private(set) var children: [XMLTree] = []
  private(set) var text = ""
  private var open: [XMLTree] = []

  private init(name: String, attributes: [String: String]) {
    self.name = name
    self.attributes = attributes
  }

  /// The root element, or nil where the text is not well formed.
  static func parse(_ text: String) -> XMLTree? {
    let holder = XMLTree(name: "", attributes: [:])
    holder.open = [holder]
    defer { holder.open = [] }
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = holder
    return parser.parse() ? holder.children.first : nil
  }

  /// All elements of a name, in order.
  func all(_ name: String) -> [XMLTree] {
    children.flatMap { ($0.name == name ? [$0] : []) + $0.all(name) }
  }

  /// All texts of the `text` elements, in order.
  var labels: [String] { all("text").map(\.text) }

  func number(_ attribute: String) -> Double { attributes[attribute].flatMap { Double($0) } ?? .nan }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    let element = XMLTree(name: name, attributes: attributes)
    open.last?.children.append(element)
    open.append(element)
  }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
    open.removeLast()
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    open.last?.text += string
  }
}
