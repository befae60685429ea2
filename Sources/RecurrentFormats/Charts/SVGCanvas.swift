/// Puts an SVG drawing together, element by element.
///
/// Coordinates are pixels from the upper left corner. All text and attribute values are escaped here and nowhere else.
public struct SVGCanvas: Sendable {
  /// The width in pixels.
  public let width: Double
  /// The height in pixels.
  public let height: Double

  private var body = ""
  private var openGroups: [String] = []

  /// An attribute of an element and its value.
  public typealias Attribute = (name: String, value: String)

  /// Starts an empty drawing.
  public init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// Adds an element; `content` is text, not markup.
  public mutating func add(_ element: String, _ attributes: [Attribute], content: String? = nil) {
    body += String(repeating: "  ", count: openGroups.count + 1) + tag(element, attributes)
    if let content {
      body += ">\(Self.escaped(content))</\(element)>\n"
    } else {
      body += "/>\n"
    }
  }

  /// Opens an element that holds the ones added until it is closed.
  public mutating func open(_ element: String, _ attributes: [Attribute] = []) {
    body += String(repeating: "  ", count: openGroups.count + 1) + tag(element, attributes) + ">\n"
    openGroups.append(element)
  }

  /// Closes the element that was opened last.
  public mutating func close() {
    guard let element = openGroups.popLast() else { return }
    body += String(repeating: "  ", count: openGroups.count + 1) + "</\(element)>\n"
  }

  /// The whole drawing. `title` and `description` are what a screen reader says.
  public func svg(title: String, description: String) -> String {
    let size = (Self.number(width), Self.number(height))
    let root: [Attribute] = [
      ("xmlns", "http://www.w3.org/2000/svg"), ("width", size.0), ("height", size.1),
      ("viewBox", "0 0 \(size.0) \(size.1)"), ("role", "img"), ("font-family", ChartStyle.fontFamily),
    ]
    let titles = "  <title>\(Self.escaped(title))</title>\n  <desc>\(Self.escaped(description))</desc>\n"
    return tag("svg", root) + ">\n" + titles + body + "</svg>\n"
  }

  private func tag(_ element: String, _ attributes: [Attribute]) -> String {
    "<" + element + attributes.map { " \($0.name)=\"\(Self.escaped($0.value))\"" }.joined()
  }
}

// MARK: - Shapes

extension SVGCanvas {
  /// Adds a straight line.
  public mutating func line(
    from start: (x: Double, y: Double), to end: (x: Double, y: Double), stroke: String, width: Double = 1,
    dash: String? = nil
  ) {
    var attributes: [Attribute] = [
      ("x1", Self.number(start.x)), ("y1", Self.number(start.y)), ("x2", Self.number(end.x)),
      ("y2", Self.number(end.y)), ("stroke", stroke),
    ]
    if width != 1 { attributes.append(("stroke-width", Self.number(width))) }
    if let dash { attributes.append(("stroke-dasharray", dash)) }
    add("line", attributes)
  }

  /// Adds a filled rectangle.
  public mutating func rectangle(x: Double, y: Double, width: Double, height: Double, fill: String) {
    add(
      "rect",
      [
        ("x", Self.number(x)), ("y", Self.number(y)), ("width", Self.number(width)), ("height", Self.number(height)),
        ("fill", fill),
      ])
  }

  /// Where a text stands relative to its place.
  public enum Anchor: String, Sendable {
    /// The place is the beginning of the text.
    case start
    /// The place is the middle of the text.
    case middle
    /// The place is the end of the text.
    case end
  }

  /// Adds a line of text whose baseline is at `y`.
  public mutating func text(
    _ text: String, x: Double, y: Double, size: Double, anchor: Anchor = .start, fill: String = ChartStyle.textColor,
    isBold: Bool = false
  ) {
    var attributes: [Attribute] = [
      ("x", Self.number(x)), ("y", Self.number(y)), ("font-size", Self.number(size)), ("fill", fill),
    ]
    if anchor != .start { attributes.append(("text-anchor", anchor.rawValue)) }
    if isBold { attributes.append(("font-weight", "600")) }
    add("text", attributes, content: text)
  }
}

// MARK: - Writing values

extension SVGCanvas {
  /// A coordinate with at most two decimals: a hundredth of a pixel is less than any screen or printer shows.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    let hundredths = Int((min(max(value, -1e9), 1e9) * 100).rounded())
    let (whole, rest) = abs(hundredths).quotientAndRemainder(dividingBy: 100)
    let sign = hundredths < 0 ? "-" : ""
    if rest == 0 { return "\(sign)\(whole)" }
    return rest % 10 == 0 ? "\(sign)\(whole).\(rest / 10)" : "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
  }

  /// Text as XML holds it: markup is escaped, and characters that XML 1.0 cannot hold become the replacement character.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\t", "\n", "\r": result += " "
      case "\0"..."\u{1f}", "\u{fffe}", "\u{ffff}": result += "\u{fffd}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
