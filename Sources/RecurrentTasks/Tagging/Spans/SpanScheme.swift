public import RecurrentLayers

/// The ways of writing spans as one label a word.
public enum SpanScheme: String, Hashable, Sendable, CaseIterable {
  /// I inside a span, B only where it begins right behind another one of its kind (Ramshaw and Marcus, 1995).
  case iob1
  /// B at the beginning of every span, I inside it (IOB2).
  case bio
  /// B, I and E for the beginning, the inside and the end of a span, S for a span of one word.
  case bioes

  /// The labels of `count` words with these spans, which do not overlap.
  public func labels(of spans: [LabelSpan], count: Int) -> [String] {
    var labels = [String](repeating: LabelSpan.outside, count: count)
    var previous: LabelSpan?
    for span in spans.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      let isBehindItsKind =
        previous.map { $0.range.upperBound == span.range.lowerBound && $0.kind == span.kind } ?? false
      for index in span.range {
        let position = position(of: index, in: span.range, isBehindItsKind: isBehindItsKind)
        labels[index] = SpanLabel(position, span.kind).text
      }
      previous = span
    }
    return labels
  }

  private func position(of index: Int, in range: Range<Int>, isBehindItsKind: Bool) -> SpanLabel.Position {
    let (isFirst, isLast) = (index == range.lowerBound, index == range.upperBound - 1)
    return switch self {
    case .iob1: isFirst && isBehindItsKind ? .begin : .inside
    case .bio: isFirst ? .begin : .inside
    case .bioes: isFirst ? (isLast ? .single : .begin) : (isLast ? .end : .inside)
    }
  }

  /// The same spans in this scheme. Labels that keep to no scheme are read as `conlleval` reads them.
  public func converting(_ labels: [String]) -> [String] {
    self.labels(of: LabelSpan.spans(of: labels), count: labels.count)
  }

  /// The number of the first label that this scheme would write otherwise; nil where all are well formed.
  public func firstFault(in labels: [String]) -> Int? {
    zip(labels, converting(labels)).enumerated().first { $0.element.0 != $0.element.1 }?.offset
  }

  /// The scheme that some sentences are written in; nil where their labels are no spans.
  ///
  /// Labels are spans where each is `O` or a letter of a scheme and a kind, `B-LOC`, and one at least is a span.
  /// With an E or S they are `bioes`; else `iob1` if a span begins with I and none with B but behind one of its kind, else
  /// `bio`.
  public static func scheme(of sentences: some Sequence<[String]>) -> SpanScheme? {
    var positions: Set<SpanLabel.Position> = []
    var (keepsToIOB1, keepsToBIO) = (true, true)
    for labels in sentences {
      for label in labels where label != LabelSpan.outside {
        guard let span = SpanLabel(label), !span.kind.isEmpty else { return nil }
        positions.insert(span.position)
      }
      keepsToIOB1 = keepsToIOB1 && iob1.firstFault(in: labels) == nil
      keepsToBIO = keepsToBIO && bio.firstFault(in: labels) == nil
    }
    if positions.isEmpty { return nil }
    if positions.contains(.end) || positions.contains(.single) { return .bioes }
    return keepsToIOB1 && !keepsToBIO ? .iob1 : .bio
  }

  /// What may stand where, so that every answer is well formed.
  public func constraints(on labels: [String]) -> LabelConstraints {
    let parts = labels.map(SpanLabel.init)
    return LabelConstraints(
      labelCount: labels.count, mayFollow: { mayFollow(parts[$0], parts[$1]) },
      mayBegin: { mayFollow(nil, parts[$0]) },
      mayEnd: { self != .bioes || parts[$0].map { $0.position == .end || $0.position == .single } ?? true })
  }

  /// Whether one label may stand behind another; nil stands for a word outside, and for the beginning of a sentence.
  private func mayFollow(_ first: SpanLabel?, _ second: SpanLabel?) -> Bool {
    let isSameKind = first?.kind == second?.kind
    switch self {
    case .iob1:
      return second?.position != .begin || (first != nil && isSameKind)
    case .bio:
      return second?.position != .inside || isSameKind
    case .bioes:
      let isOpen = first?.position == .begin || first?.position == .inside
      let goesOn = second?.position == .inside || second?.position == .end
      return isOpen ? goesOn && isSameKind : !goesOn
    }
  }
}
