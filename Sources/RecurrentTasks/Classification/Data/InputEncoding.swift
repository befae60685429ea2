import RecurrentFormats

/// How inputs become numbers, learned from the training part and kept with the model.
enum InputEncoding: Sendable, Hashable {
  case text(TextEncoding)
  case signal(SignalEncoding)

  /// Learns from the training examples.
  init(fitting examples: RawExamples, _ configuration: ClassificationConfiguration) {
    switch examples.content {
    case .texts(let texts): self = .text(TextEncoding(fitting: texts, configuration))
    case .signals(let values, let channels, let steps):
      let plain = SignalEncoding(channels: channels, fineScale: configuration.fineScale)
      self = .signal(
        configuration.isStandardized
          ? SignalEncoding(
            fitting: ExampleSet(values: values, channelCount: channels.count, steps: steps), channels: channels,
            fineScale: configuration.fineScale)
          : plain)
    }
  }

  /// Encodes examples.
  ///
  /// - Returns: The examples, and how many of them were cut to the most steps that are taken.
  func encode(
    _ examples: RawExamples, maximumLength: Int?, rule: LengthRule
  ) throws(ClassificationError) -> (examples: ExampleSet, cutCount: Int) {
    let limit = maximumLength ?? .max
    var cutCount = 0
    func check(_ length: Int, _ index: Int) throws(ClassificationError) {
      guard length > limit else { return }
      if rule == .error { throw .tooLong(examples.items[index].place, length: length, limit: limit) }
      cutCount += 1
    }
    switch (self, examples.content) {
    case (.text(let encoding), .texts(let texts)):
      var tokens: [[Int32]] = []
      tokens.reserveCapacity(texts.count)
      for (index, text) in texts.enumerated() {
        let all = encoding.encode(text)
        try check(all.count, index)
        tokens.append(all.count > limit ? Array(all.prefix(limit)) : all)
      }
      return (ExampleSet(tokens: tokens), cutCount)
    case (.signal(let encoding), .signals(let values, let channels, let steps)):
      guard channels.count == encoding.channels.count else {
        throw .otherInputs(
          file: examples.items.first?.place.file ?? "the data",
          problem: "\(channels.count) channels where the model has \(encoding.channels.count)")
      }
      for (index, range) in steps.enumerated() { try check(range.count, index) }
      return (
        ExampleSet(
          values: values, channelCount: channels.count,
          steps: steps.map { $0.lowerBound..<$0.lowerBound + min($0.count, limit) }), cutCount
      )
    case (.text, .signals):
      throw .otherInputs(
        file: examples.items.first?.place.file ?? "the data", problem: "signals, and the model takes texts")
    case (.signal, .texts):
      throw .otherInputs(
        file: examples.items.first?.place.file ?? "the data", problem: "texts, and the model takes signals")
    }
  }
}
