import RecurrentFormats

/// Examples as files hold them: texts or signals with their labels, nothing encoded yet.
struct RawExamples: Sendable {
  /// What is to be classified.
  enum Content: Sendable {
    case texts([String])
    /// All steps one after another, and the steps of each example.
    case signals(values: [Float], channels: [String], steps: [Range<Int>])
  }

  /// One example but for its content.
  struct Item: Sendable {
    /// The label as it is written.
    var label: String
    /// The values of the columns that were asked for.
    var attributes: [String]
    /// Where it stands.
    var place: TextLocation
  }

  private(set) var items: [Item]
  private(set) var content: Content
  /// Rows that were left out.
  var skipped = SkippedRows()
  /// What the file was taken for, in words.
  let recognition: String

  init(items: [Item], content: Content, recognition: String) {
    self.items = items
    self.content = content
    self.recognition = recognition
  }

  init(_ file: LabelledTextFile) {
    items = file.rows.map { row in
      Item(
        label: row.label, attributes: row.attributes, place: TextLocation(file: file.file, line: row.line, column: 1))
    }
    content = .texts(file.rows.map(\.text))
    skipped = file.skipped
    recognition = "texts (\(file.form.rawValue))"
  }

  init(_ series: LabelledSeries, recognition: String) {
    items = series.items.map { Item(label: $0.label ?? "", attributes: $0.attributes, place: $0.place) }
    content = .signals(values: series.values, channels: series.channels, steps: series.items.map(\.steps))
    skipped = series.skipped
    self.recognition = recognition
  }

  var count: Int { items.count }

  /// The channels of signals; nil for texts.
  var channels: [String]? {
    if case .signals(_, let channels, _) = content { return channels }
    return nil
  }

  /// The text of an example; empty for signals.
  func text(_ index: Int) -> String {
    if case .texts(let texts) = content { return texts[index] }
    return ""
  }

  /// Some of the examples, in the given order.
  func selecting(_ indices: [Int]) -> RawExamples {
    var result = self
    result.items = indices.map { items[$0] }
    switch content {
    case .texts(let texts): result.content = .texts(indices.map { texts[$0] })
    case .signals(let values, let channels, let steps):
      result.content = .signals(values: values, channels: channels, steps: indices.map { steps[$0] })
    }
    return result
  }

  /// These examples and those of another file of the same kind.
  func appending(_ other: RawExamples) throws(ClassificationError) -> RawExamples {
    var result = self
    switch (content, other.content) {
    case (.texts(let own), .texts(let others)): result.content = .texts(own + others)
    case (.signals(let values, let channels, let steps), .signals(let more, let otherChannels, let otherSteps))
    where channels == otherChannels:
      let offset = channels.isEmpty ? 0 : values.count / channels.count
      result.content = .signals(
        values: values + more, channels: channels,
        steps: steps + otherSteps.map { $0.lowerBound + offset..<$0.upperBound + offset })
    default: throw ClassificationError.differentFiles(items[0].place.file, other.items[0].place.file)
    }
    result.items += other.items
    result.skipped.add(other.skipped)
    return result
  }

  /// The same examples with labels that are kept and named as `labels` say; the others are counted as left out.
  func renaming(_ labels: LabelNames) -> RawExamples {
    guard !labels.isEmpty else { return self }
    var skipped = skipped
    var kept: [Int] = []
    for (index, item) in items.enumerated() {
      if labels.name(of: item.label) != nil {
        kept.append(index)
      } else {
        skipped.add("labels that are not among those to keep", at: item.place)
      }
    }
    var result = selecting(kept)
    result.skipped = skipped
    for index in result.items.indices {
      result.items[index].label = labels.name(of: result.items[index].label) ?? ""
    }
    return result
  }

  /// Signals cut into windows: each of `length` steps, the next one `step` later, none past the end of its sequence. Sequences
  /// shorter than a window are counted as left out.
  func windows(length: Int, step: Int) -> RawExamples {
    guard case .signals(let values, let channels, let steps) = content else { return self }
    var result = self
    result.items = []
    var cut: [Range<Int>] = []
    for (item, range) in zip(items, steps) {
      guard range.count >= length else {
        result.skipped.add("sequences shorter than a window of \(length) steps", at: item.place)
        continue
      }
      for first in stride(from: range.lowerBound, through: range.upperBound - length, by: step) {
        result.items.append(item)
        cut.append(first..<first + length)
      }
    }
    result.content = .signals(values: values, channels: channels, steps: cut)
    return result
  }

  /// The same examples without those of length 0, which are counted as left out.
  func droppingEmpty() -> RawExamples {
    guard case .signals(_, _, let steps) = content, steps.contains(where: \.isEmpty) else { return self }
    var skipped = skipped
    for index in items.indices where steps[index].isEmpty {
      skipped.add("sequences of no steps", at: items[index].place)
    }
    var result = selecting(items.indices.filter { !steps[$0].isEmpty })
    result.skipped = skipped
    return result
  }

  /// The same examples, each text with each label once.
  func droppingRepeated() -> RawExamples {
    guard case .texts(let texts) = content else { return self }
    var skipped = skipped
    var seen: Set<[String]> = []
    var kept: [Int] = []
    for (index, item) in items.enumerated() {
      if seen.insert([item.label, texts[index]]).inserted {
        kept.append(index)
      } else {
        skipped.add("texts that occur again with the same label", at: item.place)
      }
    }
    var result = selecting(kept)
    result.skipped = skipped
    return result
  }
}

/// The labels to keep and what they are called, from the setting `labels`.
struct LabelNames: Sendable {
  private let names: [String: String]
  /// The names, in the order in which they were given.
  let order: [String]

  init(_ settings: [String]) throws(ClassificationError) {
    var names: [String: String] = [:]
    var order: [String] = []
    for text in settings {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let name = parts.count == 2 ? parts[1] : parts[0]
      guard !parts[0].isEmpty, !name.isEmpty, names.updateValue(name, forKey: parts[0]) == nil else {
        throw .settings(
          problem: "labels has '\(text.printable())'", mend: "name each label once, as written or as written=name")
      }
      if !order.contains(name) { order.append(name) }
    }
    self.names = names
    self.order = order
  }

  var isEmpty: Bool { names.isEmpty }

  func name(of label: String) -> String? { names[label] }
}
