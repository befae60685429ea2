import RecurrentTensor
import RecurrentTraining

/// The sentences of a run: those to learn from, those to judge training by, and those to report on.
public struct TaggingParts: Sendable {
  /// The sentences to learn from.
  public let train: TaggedCorpus
  /// The sentences that training is judged by; nil for none.
  public let validation: TaggedCorpus?
  /// The sentences that the result is reported on; nil for none.
  public let test: TaggedCorpus?

  /// Parts that were read before.
  public init(train: TaggedCorpus, validation: TaggedCorpus? = nil, test: TaggedCorpus? = nil) {
    self.train = train
    self.validation = validation
    self.test = test
  }

  /// Reads the files of a configuration.
  public init(_ configuration: TaggingConfiguration) throws(TaggingError) {
    guard let path = configuration.data else { throw .noData }
    func read(_ path: String) throws(TaggingError) -> TaggedCorpus {
      try TaggedCorpus(
        path: path, format: configuration.format.annotationFormat, column: configuration.column,
        wordLimit: configuration.maximumLength)
    }
    let data = try read(path)
    var test: TaggedCorpus?
    if let path = configuration.test { test = try read(path) }
    guard let validation = configuration.validation else {
      self.init(train: data, test: test)
      return
    }
    guard let share = Double(validation) else {
      self.init(train: data, validation: try read(validation), test: test)
      return
    }
    let count = data.sentences.count
    let heldOut = share > 0 && share < 1 ? Int((share * Double(count)).rounded(.up)) : 0
    guard heldOut > 0, heldOut < count else { throw .validationShare(validation, sentences: count) }
    let order = RandomKey(seed: UInt64(configuration.training.seed)).folding(.data).permutation(of: count)
    self.init(
      train: data.selecting(order[heldOut...].sorted()), validation: data.selecting(order[..<heldOut].sorted()),
      test: test)
  }

  /// The parts that there are.
  public var all: [(part: Part, corpus: TaggedCorpus)] {
    [(Part.train, train)]
      + [(Part.validation, validation), (Part.test, test)].compactMap { part, corpus in
        corpus.map { (part, $0) }
      }
  }
}
