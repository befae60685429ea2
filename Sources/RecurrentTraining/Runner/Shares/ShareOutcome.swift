import RecurrentLayers
import RecurrentTensor

/// What is known of a share beside its gradient.
struct ShareOutcome: Sendable {
  /// The mean loss over its items.
  var loss: Double
  /// Its weight in the mean of the batch.
  var weight: Double
  /// Its items.
  var count: Int
  /// What it has observed for the running statistics of the model.
  var statistics: [RunningStatistic.Observation]
}

extension [ShareOutcome] {
  /// The items of the batch.
  var itemCount: Int { reduce(0) { $0 + $1.count } }

  /// What the sum of the shares' gradients is divided by.
  var weight: Double { reduce(0) { $0 + $1.weight } }

  /// The mean loss over the items of the batch.
  var loss: Double {
    let weight = weight
    return reduce(0) { $1.count == 0 ? $0 : $0 + $1.loss * $1.weight } / (weight == 0 ? 1 : weight)
  }

  /// What the batch has observed: the means of what its shares have, by their weights.
  var statistics: [RunningStatistic.Observation] {
    RunningStatistic.Observation.means(of: map { ($0.weight, $0.statistics) })
  }
}

// MARK: - Messages

extension ShareOutcome {
  func write(to message: inout RankMessage) {
    message.append(loss)
    message.append(weight)
    message.append(count)
    message.append(statistics.count)
    for observation in statistics {
      message.append(observation.position)
      message.append(Double(observation.momentum))
      observation.value.write(to: &message)
    }
  }

  init?(_ reader: inout RankMessageReader) {
    guard let loss = reader.double(), let weight = reader.double(), let count = reader.count(),
      let statisticCount = reader.count()
    else { return nil }
    var statistics: [RunningStatistic.Observation] = []
    for _ in 0..<statisticCount {
      guard let position = reader.count(), let momentum = reader.double(), let value = Tensor(&reader)
      else { return nil }
      statistics.append(RunningStatistic.Observation(position: position, value: value, momentum: Float(momentum)))
    }
    self.init(loss: loss, weight: weight, count: count, statistics: statistics)
  }
}

extension Tensor {
  /// Adds the shape, and the elements with all their bits.
  fileprivate func write(to message: inout RankMessage) {
    message.append(elementType == .float64 ? 1 : 0)
    message.append(shape.rank)
    for axis in 0..<shape.rank { message.append(shape[axis]) }
    message.append(UnsafeRawBufferPointer(start: pointer, count: count * elementType.stride))
  }

  fileprivate init?(_ reader: inout RankMessageReader) {
    guard let isDouble = reader.integer(), let rank = reader.count(), rank <= 8 else { return nil }
    var dimensions: [Int] = []
    for _ in 0..<rank {
      guard let dimension = reader.count() else { return nil }
      dimensions.append(dimension)
    }
    let type: ElementType = isDouble == 1 ? .float64 : .float32
    guard let content = reader.content(), Self.byteCount(dimensions, type) == content.count else { return nil }
    self.init(uninitialized: Shape(dimensions), elementType: type)
    content.withUnsafeBytes { bytes in
      if let start = bytes.baseAddress { mutablePointer.copyMemory(from: start, byteCount: bytes.count) }
    }
  }

  private static func byteCount(_ dimensions: [Int], _ type: ElementType) -> Int? {
    var count = type.stride
    for dimension in dimensions {
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      if overflow { return nil }
      count = product
    }
    return count
  }
}
