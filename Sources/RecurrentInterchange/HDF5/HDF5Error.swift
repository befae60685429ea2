public import RecurrentFormats
public import RecurrentTraining

/// An HDF5 file that is malformed, or beyond the part of the format that Keras writes: which file, which object, which byte, what,
/// and the mend, in one line.
public struct HDF5Error: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Kind: Hashable, Sendable {
    /// It does not begin as an HDF5 file does.
    case notHDF5
    /// It has another size than it says, which is `expected`.
    case wrongSize(expected: UInt64, actual: Int)
    /// It uses a part of the format that is not read; which.
    case unsupported(String)
    /// It is not made as the format asks; how.
    case malformed(String)
    /// A part of it would lie outside the file; which.
    case outside(String)
    /// Its parts together are larger than the file, so that some are used twice.
    case partsOverlap
    /// Groups are nested deeper than the limit, or a path is longer.
    case tooDeep(limit: Int)
    /// There is no such group, data set or attribute.
    case missing(String)
    /// A data set or attribute has another type than the one wanted.
    case wrongType(String, wanted: String)
    /// A number is beyond the range of `Float`.
    case outOfRange(index: Int, value: Double)
    /// The file could not be read or written.
    case file(FileError)
  }

  /// What is wrong.
  public let kind: Kind
  /// The file, where the bytes came from one or go to one.
  public let file: String?
  /// The path of the group or data set, where the error lies in one.
  public let object: String?
  /// The place, in bytes from the beginning of the file.
  public let offset: Int?

  /// Makes the error from its parts.
  public init(_ kind: Kind, file: String? = nil, object: String? = nil, offset: Int? = nil) {
    self.kind = kind
    self.file = file
    self.object = object
    self.offset = offset
  }
}

extension HDF5Error: DescribedFailure {
  /// A file that cannot be opened is the system's failure, everything else one of the data.
  public var exitStatus: ExitStatus {
    if case .file(let error) = kind { ExitStatus(of: error) } else { .badData }
  }

  /// One line: the file, the object, the byte, what is wrong, and the mend.
  public var description: String {
    if case .file(let error) = kind { return error.description }
    let place = [
      file?.printable(limit: 400) ?? "HDF5 file",
      object.map { "'\($0.isEmpty ? "/" : $0.printable(limit: 200))'" },
      offset.map { "byte \($0)" },
    ]
    return place.compactMap { $0 }.joined(separator: ": ") + ": " + explanation
  }

  private var explanation: String {
    let again = "get it again, or save it again with Keras"
    return switch kind {
    case .notHDF5: "it does not begin as an HDF5 file does; check that it is one (.h5)"
    case .wrongSize(let expected, let actual):
      "it should have \(expected) bytes and has \(actual); it was cut off or added to, get it again"
    case .unsupported(let what): "it has \(what), which is not read; save it again with Keras, or with h5py's defaults"
    case .malformed(let what): "\(what); the file is damaged, \(again)"
    case .outside(let what): "\(what) would lie outside the file; the file is damaged, \(again)"
    case .partsOverlap: "its parts need more bytes than the file has; the file is damaged, \(again)"
    case .tooDeep(let limit): "its groups are nested deeper than \(limit) levels or bear too long names; \(again)"
    case .missing(let what): "there is no \(what.printable()); check that the file is of this model"
    case .wrongType(let type, let wanted): "it holds \(type), wanted is \(wanted); check that the file is of this model"
    case .outOfRange(let index, let value): "element \(index), \(value), is beyond single precision; scale it first"
    case .file: ""
    }
  }
}
