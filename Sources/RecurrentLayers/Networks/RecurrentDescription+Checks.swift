// Descriptions come from files: what their cells would trap on, or what would take more memory than a file can ask for, is refused
// before a cell is made.

extension RecurrentDescription {
  /// The longest sequence of which running statistics are kept step by step.
  private static let statisticsLimit = 65536

  /// Why no layer can be made of it; nil where one can.
  var problem: String? {
    let sizes = 1...NetworkDescription.sizeLimit
    guard sizes ~= inputSize, sizes ~= hiddenSize else { return "sizes are 1 to \(sizes.upperBound)" }
    if case .lstm(let variant) = cell, let size = variant.projectionSize, !(1..<hiddenSize ~= size) {
      return "a projection is narrower than the cell"
    }
    guard clips.allSatisfy({ $0 > 0 && $0.isFinite }) else { return "a limit is above 0" }
    guard case .batch(let steps, let momentum) = normalization else { return nil }
    guard 1...Self.statisticsLimit ~= steps, 0...1 ~= momentum else {
      return "statistics are kept of 1 to \(Self.statisticsLimit) steps, with a momentum of 0 to 1"
    }
    return nil
  }

  /// What evens out the sums of its gates.
  private var normalization: Normalization {
    switch cell {
    case .lstm(let variant): variant.normalization
    case .gru(let variant): variant.normalization
    case .elman: .none
    }
  }

  private var clips: [Double] {
    switch cell {
    case .lstm(let variant): [variant.cellClip, variant.gateClip].compactMap(\.self)
    case .gru(let variant): [variant.gateClip].compactMap(\.self)
    case .elman: []
    }
  }

  /// The running statistics that such a layer keeps: a mean and a variance of each sum, for every step. Sizes are limited, so that
  /// no product overflows.
  var statisticCount: Int {
    guard case .batch(let steps, _) = normalization else { return 0 }
    var width = 2 * gateCount * hiddenSize
    if case .lstm = cell { width += hiddenSize }
    return 2 * steps * width * directionCount
  }
}

extension NetworkDescription {
  /// The numbers that a file of such a network holds at least: those that training changes, and those that it observes; `Int.max` if
  /// there are more than that.
  package var storedCount: Int {
    elements.reduce(parameterCount) { sum, element in
      let (total, overflow) = sum.addingReportingOverflow(element.layer.statisticCount)
      return overflow ? .max : total
    }
  }
}

extension NetworkLayer {
  fileprivate var statisticCount: Int {
    switch self {
    case .batchNormalization(let size, _, _): 2 * size
    case .recurrent(let layers): layers.reduce(0) { $0 + $1.statisticCount }
    default: 0
    }
  }
}
