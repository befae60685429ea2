import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

extension Classifier {
  /// Sequences are judged in batches of about so many steps, whatever the batch size of training.
  static let stepsOfBatch = 16_384

  /// Classifies texts; each is treated as in training and, where it is longer than the model takes, cut.
  ///
  /// - Parameter texts: One prediction is made for each; a text without any word has none.
  /// - Throws: `ClassificationError.otherInputs` where the model takes signals; `.tooLong` where it refuses long texts.
  public func classify(texts: [String], file: String = "the texts") throws(ClassificationError) -> [Prediction?] {
    let filled = texts.indices.filter { !texts[$0].isBlankText }
    let raw = RawExamples(
      texts: filled.map { texts[$0] }, places: filled.map { TextLocation(file: file, line: $0 + 1, column: 1) })
    var result = [Prediction?](repeating: nil, count: texts.count)
    if filled.isEmpty { return result }
    let (examples, _) = try encode(raw)
    for (place, prediction) in zip(filled, predictions(for: examples)) { result[place] = prediction }
    return result
  }

  /// Encodes examples as in training.
  func encode(_ raw: RawExamples) throws(ClassificationError) -> (examples: ExampleSet, cutCount: Int) {
    try inputs.encode(raw, maximumLength: configuration.maximumLength, rule: configuration.lengthRule)
  }

  /// One prediction for each example, in their order.
  func predictions(for examples: ExampleSet) -> [Prediction] {
    let order = examples.lengths.indices.sorted { (examples.lengths[$0], $0) < (examples.lengths[$1], $1) }
    var result = [Prediction](repeating: .number(0), count: examples.count)
    var start = 0
    while start < order.count {
      // Sorted by length: the last of a batch is its longest.
      var end = start + 1
      while end < order.count, (end - start + 1) * max(1, examples.lengths[order[end]]) <= Self.stepsOfBatch {
        end += 1
      }
      let numbers = Array(order[start..<end])
      let logits = logits(examples, numbers).scalars
      for (row, number) in numbers.enumerated() {
        result[number] = prediction(logits[row * target.outputCount..<(row + 1) * target.outputCount])
      }
      start = end
    }
    return result
  }

  private func logits(_ examples: ExampleSet, _ numbers: [Int]) -> Tensor {
    switch inputs {
    case .text:
      guard let batch = examples.tokenBatch(numbers) else { preconditionFailure("the examples were not encoded here") }
      return network(batch)
    case .signal(let encoding):
      guard let batch = examples.signalBatch(numbers, encoding) else {
        preconditionFailure("the examples were not encoded here")
      }
      return network(batch)
    }
  }

  private func prediction(_ logits: ArraySlice<Float>) -> Prediction {
    switch target {
    case .labels: .softmax(logits)
    case .number(let mean, let deviation): .number(Double(logits[logits.startIndex]) * deviation + mean)
    }
  }
}

extension RawExamples {
  /// Texts without labels.
  init(texts: [String], places: [TextLocation]) {
    self.init(
      items: places.map { Item(label: "", attributes: [], place: $0) }, content: .texts(texts), recognition: "texts")
  }
}

extension String {
  /// Whether there is nothing but white space.
  fileprivate var isBlankText: Bool { unicodeScalars.allSatisfy(\.properties.isWhitespace) }
}
