public import RecurrentDistribution
import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

extension Classifier {
  /// Sequences are judged in batches of at most so many steps, and so many sequences, whatever the batch size of training:
  /// enough to compute well, and few enough to divide the batches among ranks.
  private static let stepsOfBatch = 16_384
  private static let sequencesOfBatch = 128

  /// Classifies texts; each is treated as in training and, where it is longer than the model takes, cut.
  ///
  /// - Parameter texts: One prediction is made for each; a text without any word has none.
  /// - Throws: `ClassificationError.otherInputs` where the model takes signals; `.tooLong` where it refuses long texts.
  public func classify(texts: [String], file: String = "the texts") throws(ClassificationError) -> [Prediction?] {
    let (places, examples) = try encodedTexts(texts, file: file)
    return answers(predictions(for: examples), at: places, count: texts.count)
  }

  /// The same, the texts divided among ranks: all ranks give the same texts and get all predictions, which do not depend on
  /// the number of ranks.
  ///
  /// - Parameters:
  ///   - texts: One prediction is made for each; a text without any word has none.
  ///   - communicator: The ranks that classify together.
  /// - Throws: `ClassificationError` as for one process; `CommunicationError`, also where the ranks have other texts.
  public func classify(
    texts: [String], file: String = "the texts", over communicator: any Communicator
  ) throws -> [Prediction?] {
    try communicator.requireSameWork { hash in for text in texts { hash.update(text: text) } }
    let (places, examples) = try encodedTexts(texts, file: file)
    let found = try predictions(for: examples) { try communicator.sharing($0, $1) }
    return answers(found, at: places, count: texts.count)
  }

  /// The texts that hold something, and their places among all.
  private func encodedTexts(
    _ texts: [String], file: String
  ) throws(ClassificationError) -> (places: [Int], examples: ExampleSet) {
    let filled = texts.indices.filter { !texts[$0].isBlankText }
    if filled.isEmpty { return ([], ExampleSet(tokens: [])) }
    let raw = RawExamples(
      texts: filled.map { texts[$0] }, places: filled.map { TextLocation(file: file, line: $0 + 1, column: 1) })
    return (filled, try encode(raw).examples)
  }

  private func answers(_ predictions: [Prediction], at places: [Int], count: Int) -> [Prediction?] {
    var result = [Prediction?](repeating: nil, count: count)
    for (place, prediction) in zip(places, predictions) { result[place] = prediction }
    return result
  }

  /// Encodes examples as in training.
  func encode(_ raw: RawExamples) throws(ClassificationError) -> (examples: ExampleSet, cutCount: Int) {
    try inputs.encode(raw, maximumLength: configuration.maximumLength, rule: configuration.lengthRule)
  }

  /// One prediction for each example, in their order.
  func predictions(for examples: ExampleSet) -> [Prediction] {
    predictions(for: examples) { count, compute in (0..<count).map(compute) }
  }

  /// The same.
  ///
  /// - Parameter batchwise: Has the logits of the batches computed, of which there are so many.
  func predictions<Failure: Error>(
    for examples: ExampleSet, _ batchwise: (Int, (Int) -> [Float]) throws(Failure) -> [[Float]]
  ) throws(Failure) -> [Prediction] {
    let batches = Self.batches(lengths: examples.lengths)
    let all = try batchwise(batches.count) { logits(examples, batches[$0]).scalars }
    var result = [Prediction](repeating: .number(0), count: examples.count)
    for (numbers, logits) in zip(batches, all) {
      for (row, number) in numbers.enumerated() {
        result[number] = prediction(logits[row * target.outputCount..<(row + 1) * target.outputCount])
      }
    }
    return result
  }

  /// The batches in which sequences of these lengths are judged.
  static func batches(lengths: [Int]) -> [[Int]] {
    LengthBatches(lengths: lengths, batchSize: sequencesOfBatch, limit: stepsOfBatch).inOrder
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
