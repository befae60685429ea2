public import RecurrentLayers
public import RecurrentTensor

/// Pictures read row by row, one row of pixels at each step, and named after the last: MNIST as a sequence of 28 steps.
public struct ImageRowsProblem: LongLagProblem {
  /// The pictures to learn from.
  public let training: IndexedImages
  /// The pictures that the network is judged by.
  public let test: IndexedImages
  private let classCount: Int
  private let order = EpochOrder()

  /// The files of the MNIST family in a folder: those whose names begin with `train` and `t10k` and go on with
  /// `images-idx3-ubyte` and `labels-idx1-ubyte`, with or without `.gz`.
  ///
  /// - Throws: `StudyError` where a file is missing or not what it should be.
  public init(folder: String) throws(StudyError) {
    training = try ImageRowsProblem.part("train", in: folder)
    test = try ImageRowsProblem.part("t10k", in: folder)
    guard training.rowCount == test.rowCount, training.columnCount == test.columnCount else {
      throw .images(file: folder, problem: "training and test pictures are of different sizes")
    }
    classCount = 1 + max(training.labels.max().map(Int.init) ?? 0, test.labels.max().map(Int.init) ?? 0)
  }

  private static func part(_ prefix: String, in folder: String) throws(StudyError) -> IndexedImages {
    func file(_ kind: String) throws(StudyError) -> String {
      let names = FolderListing.names(in: folder).filter { $0.hasPrefix(prefix) && $0.contains(kind) }
      guard let name = names.first else {
        throw .images(file: folder, problem: "there is no file \(prefix)…\(kind); see --data")
      }
      return folder + "/" + name
    }
    return try IndexedImages(
      imagesFile: file("images-idx3-ubyte"), labelsFile: file("labels-idx1-ubyte"))
  }

  /// `rows`
  public var name: String { "rows" }
  /// The pixels of a row.
  public var inputSize: Int { training.columnCount }
  /// One for each class.
  public var outputSize: Int { classCount }
  /// Once, after the last row.
  public var answersEveryStep: Bool { false }
  /// All rows.
  public var lag: Int { training.rowCount }
  /// The share of the test pictures that are named right.
  public var measure: LongLagMeasure {
    LongLagMeasure("accuracy", isError: false, baseline: 1 / Double(classCount), goal: 0.96)
  }

  /// The next pictures of a random order that is new in every epoch.
  public func trainingBatch(_ batchSize: Int, step: Int, key: RandomKey) -> LongLagBatch {
    let batches = max(1, training.count / batchSize)
    let numbers = order.numbers(
      below: training.count, inEpoch: step / batches, key: RandomKey(seed: key.seed).folding(.shuffle))
    let chosen = Array(numbers[step % batches * batchSize..<min(training.count, (step % batches + 1) * batchSize)])
    return LongLagBatch(training.rows(chosen), .classes(chosen.map { Int32(training.labels[$0]) }))
  }

  /// The share of all test pictures that are named right.
  public func evaluate(key: RandomKey, _ predict: (SequenceBatch) -> Tensor) -> Double {
    let hits = stride(from: 0, to: test.count, by: 250).map { start in
      let numbers = Array(start..<min(test.count, start + 250))
      return zip(predict(test.rows(numbers)).mostLikely, numbers).count { $0 == Int32(test.labels[$1]) }
    }
    return Double(hits.reduce(0, +)) / Double(test.count)
  }
}

extension IndexedImages {
  /// Some pictures with a row of pixels at each step, `[rows, N, columns]`, 0 for black and 1 for white.
  func rows(_ numbers: [Int]) -> SequenceBatch {
    var values: [Float] = []
    values.reserveCapacity(numbers.count * rowCount * columnCount)
    for row in 0..<rowCount {
      for number in numbers {
        let start = (number * rowCount + row) * columnCount
        for pixel in pixels[start..<start + columnCount] { values.append(Float(pixel) / 255) }
      }
    }
    return SequenceBatch(Tensor(values, shape: [rowCount, numbers.count, columnCount]))
  }
}
