/// Some words of a sentence that are one thing, such as the name of a place.
public struct LabelSpan: Hashable, Sendable {
  /// What kind of thing: `LOC`.
  public let kind: String
  /// The words.
  public let range: Range<Int>

  /// The words of `range` as a `kind`.
  public init(kind: String, range: Range<Int>) {
    self.kind = kind
    self.range = range
  }
}

/// A label of a span scheme: where in a span a word stands, and of what kind it is.
struct SpanLabel: Hashable {
  /// Where in its span a word stands.
  enum Position: Character {
    case begin = "B"
    case inside = "I"
    case end = "E"
    case single = "S"
  }

  let position: Position
  let kind: String

  init(_ position: Position, _ kind: String) {
    self.position = position
    self.kind = kind
  }

  /// The parts of `B-LOC`, or nil for what is no such label, as `O`. A label without a kind, `B`, has an empty one.
  init?(_ label: String) {
    guard let first = label.first, let position = Position(rawValue: first) else { return nil }
    let rest = label.dropFirst()
    guard rest.isEmpty || (rest.first == "-" && rest.count > 1) else { return nil }
    self.init(position, String(rest.dropFirst()))
  }

  var text: String { kind.isEmpty ? String(position.rawValue) : "\(position.rawValue)-\(kind)" }
}

extension LabelSpan {
  /// The label of a word outside of all spans.
  static let outside = "O"

  /// The spans that labels mean, as the program `conlleval` (Tjong Kim Sang, 2002) counts them in any of the schemes, and
  /// in labels that keep to none: a span goes on from B or I to I or E of the same kind, and nowhere else.
  public static func spans(of labels: [String]) -> [LabelSpan] {
    var spans: [LabelSpan] = []
    var open: (kind: String, start: Int)?
    func close(_ end: Int) {
      if let span = open { spans.append(LabelSpan(kind: span.kind, range: span.start..<end)) }
      open = nil
    }
    for (index, text) in labels.enumerated() {
      guard let label = SpanLabel(text) else {
        close(index)
        continue
      }
      let goesOn = (label.position == .inside || label.position == .end) && open?.kind == label.kind
      if !goesOn {
        close(index)
        open = (label.kind, index)
      }
      if label.position == .end || label.position == .single { close(index + 1) }
    }
    close(labels.count)
    return spans
  }
}
