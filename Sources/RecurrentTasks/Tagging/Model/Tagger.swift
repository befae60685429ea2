public import RecurrentDistribution
import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import RecurrentTraining

/// A trained tagger: the network, and what words, characters and labels are numbered by.
///
/// ```swift
/// let tagger = try Tagger(modelFolder: "runs/0001-tag")
/// let labels = tagger.labels(of: [["The", "cat", "sat"]])
/// ```
///
/// Beside the weights a model's folder has `tokenizer.json` and `characters.json`, which `tokenizers` of Hugging Face
/// reads (words split at white space, and single characters); labels are in `config.json`, and `training_words.txt` has
/// the words of the training part, which tell known words from unknown ones.
public struct Tagger: TaskModel {
  /// The settings it was trained with.
  public let configuration: TaggingConfiguration
  /// What words, characters and labels are numbered by.
  public let vocabularies: TaggingVocabularies
  /// The scheme of the spans that the labels of the data are; nil where they are none.
  public let scheme: SpanScheme?
  /// The network.
  public var network: TaggingNetwork

  /// The name of the task in a model's `config.json`.
  public static let task = "tag"

  /// A tagger with random weights.
  init(_ configuration: TaggingConfiguration, _ vocabularies: TaggingVocabularies, scheme: SpanScheme?) {
    self.configuration = configuration
    self.vocabularies = vocabularies
    self.scheme = scheme
    network = TaggingNetwork(configuration, vocabularies, key: RandomKey(seed: UInt64(configuration.training.seed)))
  }

  /// The scheme of the labels that the network tells apart; nil where they are no spans.
  var learnedScheme: SpanScheme? { scheme.map { configuration.spans.scheme ?? $0 } }

  /// What the network is to say where the data have these labels.
  func learned(_ labels: [String]) -> [String] {
    guard let learnedScheme, learnedScheme != scheme else { return labels }
    return learnedScheme.converting(labels)
  }

  // MARK: Tagging

  /// How many steps are labelled at a time.
  static let stepsAtATime = 4096

  /// The labels of the words of sentences, in the scheme of the training data.
  public func labels(of sentences: [[String]]) -> [[String]] {
    labels(of: sentences) { count, compute in (0..<count).map(compute) }
  }

  /// The same, the sentences divided among ranks: all ranks give the same sentences and get all labels, which do not depend on
  /// the number of ranks.
  ///
  /// - Parameters:
  ///   - sentences: The words of each.
  ///   - communicator: The ranks that tag together.
  /// - Throws: `CommunicationError`, also where the ranks have other sentences.
  public func labels(of sentences: [[String]], over communicator: any Communicator) throws -> [[String]] {
    try communicator.requireSameWork { hash in for words in sentences { hash.update(words: words) } }
    return try labels(of: sentences) { try communicator.sharing($0, $1) }
  }

  /// The same.
  ///
  /// - Parameter batchwise: Has the batches computed, of which there are so many.
  func labels<Failure: Error>(
    of sentences: [[String]], _ batchwise: (Int, (Int) -> [[Int32]]) throws(Failure) -> [[[Int32]]]
  ) throws(Failure) -> [[String]] {
    var table = WordTable()
    let places = sentences.map { $0.map { table.place(of: $0, in: vocabularies) } }
    var labels = [[String]](repeating: [], count: sentences.count)
    let batches = LengthBatches(lengths: places.map(\.count), batchSize: .max, limit: Tagger.stepsAtATime)
      .inOrderWithoutEmpty
    let all = try batchwise(batches.count) { best(network(TaggingBatch(batches[$0].map { places[$0] }, table))) }
    for (batch, found) in zip(batches, all) {
      for (number, row) in zip(batch, found) {
        labels[number] = row.map { vocabularies.labels.symbols[Int($0)] }
      }
    }
    guard let scheme, learnedScheme != scheme else { return labels }
    return labels.map { scheme.converting($0) }
  }

  /// The numbers of the best labels of each row.
  private func best(_ logits: SequenceBatch) -> [[Int32]] {
    let constraints = configuration.wellFormed ? learnedScheme?.constraints(on: vocabularies.labels.symbols) : nil
    if let field = network.field { return field.best(logits, constraints: constraints) }
    return constraints?.best(logits) ?? logits.largest
  }
}

extension SHA256 {
  /// Adds the words of a sentence.
  mutating func update(words: [String]) {
    update(numbers: [words.count])
    for word in words { update(text: word) }
  }
}

extension SequenceBatch {
  /// The number of the largest feature of each real step of each row, the first of equal ones.
  fileprivate var largest: [[Int32]] {
    values.withScalars { scalars in
      (0..<batchSize).map { row in
        (0..<(lengths.map { Int($0[row]) } ?? stepCount)).map { step in
          let start = (step * batchSize + row) * featureCount
          var best = start
          for place in start..<start + featureCount where scalars[place] > scalars[best] { best = place }
          return Int32(best - start)
        }
      }
    }
  }
}
