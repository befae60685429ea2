public import RecurrentFormats

/// What a training will have in memory at the time when that is most, by what it is for.
public struct MemoryEstimate: Hashable, Sendable {
  /// What memory is for.
  public enum Part: String, CaseIterable, Hashable, Sendable {
    /// Code, libraries, and what else every run has.
    case program
    /// What was read.
    case data
    /// The weights: the first ones, which stay, and those that are trained, also in the order in which kernels read them.
    case parameters
    /// The gradient of each weight.
    case gradients
    /// What the optimiser remembers of each weight.
    case optimizer
    /// The best and the averaged weights, and those that the run may go back to.
    case copies
    /// What the largest batches leave for the way back.
    case activations
    /// What judging the model takes.
    case evaluation
    /// What is gathered before it is written.
    case checkpoints
  }

  /// Bytes by what they are for.
  public private(set) var bytes: [Part: Int] = [:]

  /// Nothing yet.
  public init() {}

  /// Bytes of a part.
  public subscript(part: Part) -> Int {
    get { bytes[part] ?? 0 }
    set { bytes[part] = max(0, newValue) }
  }

  /// Bytes of this process that are in memory now; 0 where the system does not tell.
  public static var residentByteCount: Int { ProcessMemory.resident }

  /// All bytes.
  public var total: Int { bytes.values.reduce(0, +) }

  /// Bytes by part, and all together.
  public var json: JSONObject {
    var object = JSONObject()
    for part in Part.allCases { object[part.rawValue] = .integer(self[part]) }
    object["total"] = .integer(total)
    return object
  }
}

extension MemoryEstimate {
  /// Makes sure that there is as much memory.
  ///
  /// - Parameters:
  ///   - limit: How much there is; nil where that is not known.
  ///   - setting: The setting that makes batches smaller, and its value.
  public func check(against limit: MemoryLimit?, lowering setting: String) throws(MemoryError) {
    guard let limit, total > limit.byteCount else { return }
    throw MemoryError(estimate: self, limit: limit, setting: setting)
  }
}

/// More memory than there is.
public struct MemoryError: Error, Hashable, Sendable {
  /// How much is wanted.
  public let estimate: MemoryEstimate
  /// How much there is.
  public let limit: MemoryLimit
  /// The setting that makes batches smaller, and its value.
  public let setting: String
}

extension MemoryError: CustomStringConvertible {
  /// One line: how much is wanted, how much there is, and which setting to lower.
  public var description: String {
    let place =
      switch limit.source {
      case .machine: "this machine has"
      case .controlGroup: "the control group of this process may have"
      case .addresses: "ulimit -v leaves"
      }
    let batches = estimate[.activations] + estimate[.evaluation]
    let mend =
      batches * 2 > estimate.total
      ? "lower \(setting)" : "lower hidden, layers or the size of the vocabulary, or \(setting)"
    return "training needs about \(NumberText.bytes(estimate.total)) of memory "
      + "(\(NumberText.bytes(batches)) of it for batches), and \(place) \(NumberText.bytes(limit.byteCount)); \(mend)"
  }
}
