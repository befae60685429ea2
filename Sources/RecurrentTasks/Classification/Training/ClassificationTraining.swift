public import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
public import RecurrentTraining

/// The training of a classifier: its batches, its loss, and how it is judged.
public struct ClassificationTraining: TaskTraining {
  /// What is trained.
  public typealias Product = Classifier
  /// What is trained.
  public typealias Model = ClassificationNetwork

  /// The classifier with its first weights.
  public let initial: Classifier
  let data: ClassificationData
  /// What was found while the data were read.
  let notes: [String]
  let training: ClassificationData.PartData
  let batches: LengthBatches
  /// The weight of each label; nil where all count the same.
  private let weights: [Float]?

  /// Reads the data of a configuration and makes a classifier for them.
  public init(_ configuration: ClassificationConfiguration) throws {
    let data = try ClassificationData(configuration)
    guard let training = data.parts[.train] else { throw ClassificationError.noData }
    self.data = data
    self.training = training
    batches = LengthBatches(lengths: training.examples.lengths, batchSize: configuration.batchSize)
    var classifier = Classifier(configuration, inputs: data.inputs, target: data.target)
    let vectors = try configuration.vectors.map { path throws(ClassificationError) in
      try classifier.takeVectors(from: path)
    }
    initial = classifier
    notes = data.notes + [vectors].compactMap { $0 }
    if case .classes(let classes) = training.answers {
      weights = try configuration.weights(of: data.target.labels, classes: classes)
    } else {
      weights = nil
    }
  }

  private var configuration: ClassificationConfiguration { initial.configuration }

  /// Sequences.
  public var itemName: String { "sequences" }

  /// All examples of the training part in batches.
  public func batchCount(inEpoch epoch: Int) -> Int { batches.count }

  /// As many as there are in a batch on average.
  public var examplesPerBatch: Int { training.examples.count / max(batches.count, 1) }

  /// Adds the examples of all parts.
  public func digestData(into hash: inout SHA256) {
    for part in Part.allCases {
      guard let data = data.parts[part] else { continue }
      data.examples.digest(into: &hash)
      switch data.answers {
      case .classes(let classes): classes.withUnsafeBytes { hash.update($0) }
      case .numbers(let numbers): numbers.withUnsafeBytes { hash.update($0) }
      }
    }
  }

  /// The loss of one batch, or of some of its sequences.
  public func loss(of model: ClassificationNetwork, on batch: BatchPosition, carry: inout NoCarry) -> BatchLoss {
    let numbers = batch.share(of: batches.numbers(ofBatch: batch.index, inEpoch: batch.epoch, key: batch.key))
    if numbers.isEmpty { return .empty }
    let outputs = outputs(of: model, for: numbers, key: batch.noiseKey)
    switch training.answers {
    case .classes(let classes): return crossEntropy(outputs, numbers.map { classes[$0] })
    case .numbers(let truth):
      return BatchLoss(mean: distance(outputs, numbers.map { truth[$0] }), count: numbers.count)
    }
  }

  private func outputs(of model: ClassificationNetwork, for numbers: [Int], key: RandomKey) -> Tensor {
    let noise = configuration.augmentation
    switch data.inputs {
    case .text(let encoding):
      let dropout =
        noise.wordDropout > 0 ? WordDropout(rate: noise.wordDropout, unknown: encoding.unknown, key: key) : nil
      guard let batch = training.examples.tokenBatch(numbers, noise: dropout) else { break }
      return model(batch)
    case .signal(let encoding):
      let change = SignalNoise(settings: noise, key: key)
      guard let batch = training.examples.signalBatch(numbers, encoding, noise: change) else { break }
      return model(batch)
    }
    preconditionFailure("the examples were encoded for another kind of inputs")
  }

  /// The mean cross-entropy, each example weighed by its label.
  private func crossEntropy(_ logits: Tensor, _ classes: [Int32]) -> BatchLoss {
    let losses = logits.crossEntropy(targets: classes, labelSmoothing: configuration.labelSmoothing)
    guard let weights else { return BatchLoss(mean: losses.mean(), count: classes.count) }
    let own = classes.map { weights[Int($0)] }
    let weight = own.reduce(0, +)
    let mean = (losses * Tensor(own)).sum() / max(weight, .leastNormalMagnitude)
    return BatchLoss(mean: mean, count: classes.count, weight: Double(weight))
  }

  /// The mean distance of standardised numbers.
  private func distance(_ outputs: Tensor, _ truth: [Double]) -> Tensor {
    guard case .number(let mean, let deviation) = data.target else { return outputs.mean() }
    let targets = Tensor(truth.map { Float(($0 - mean) / deviation) }, shape: [truth.count, 1])
    return switch configuration.loss {
    case .meanSquaredError: meanSquaredError(outputs, targets)
    case .meanAbsoluteError: meanAbsoluteError(outputs, targets)
    case .huber: huberLoss(outputs, targets)
    }
  }

  /// The figures on the validation part; empty where there is none.
  public func validate(_ model: ClassificationNetwork) -> [Metric] {
    guard let part = data.parts[.validation] else { return [] }
    var classifier = initial
    classifier.network = model
    return classifier.evaluation(of: part).metrics
  }
}

extension ExampleSet {
  /// Adds all steps of all sequences.
  func digest(into hash: inout SHA256) {
    switch inputs {
    case .tokens(let tokens): for sequence in tokens { sequence.withUnsafeBytes { hash.update($0) } }
    case .signals(let values, _, let steps):
      for range in steps { [range.lowerBound, range.upperBound].withUnsafeBytes { hash.update($0) } }
      values.withUnsafeBytes { hash.update($0) }
    }
  }
}
