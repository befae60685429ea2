/// A safetensors file that is malformed, or does not hold what is asked of it: which file, which entry, what, and the mend, in one
/// line.
public struct SafetensorsError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Kind: Hashable, Sendable {
    // The file as a whole.

    /// The file has fewer than the 8 bytes that give the length of the header.
    case fileTooShort(byteCount: Int)
    /// The header would be longer than the format allows.
    case headerTooLong(length: UInt64, limit: Int)
    /// The header would end after the file.
    case headerBeyondFile(length: UInt64, byteCount: Int)
    /// The header does not begin with `{`.
    case headerStart(byte: UInt8?)
    /// The header ends with something other than spaces.
    case headerPadding(byte: UInt8)
    /// The header is not the JSON of the format.
    case headerJSON(JSONError)
    /// The data end before the last tensor does.
    case dataTooShort(missing: Int)
    /// Bytes follow the last tensor.
    case trailingBytes(count: Int)

    // One entry.

    /// Two entries have the same name.
    case duplicateName
    /// An entry has a key twice.
    case duplicateKey(String)
    /// An entry has a key that the format does not know.
    case unknownKey(String)
    /// An entry lacks one of `dtype`, `shape` and `data_offsets`.
    case missingKey(String)
    /// The element type is none of the format's.
    case unknownDType(String)
    /// A dimension is not an integer from 0 on that fits.
    case badDimension
    /// The tensor has more dimensions than any framework takes.
    case tooManyDimensions(limit: Int)
    /// The size of the tensor does not fit, or is no whole number of bytes.
    case sizeOverflow(shape: [Int])
    /// `data_offsets` is not a pair of integers from 0 on, the first not above the second.
    case badOffsets
    /// The offsets do not hold as many bytes as dtype and shape ask for.
    case sizeMismatch(expected: Int, actual: Int)
    /// The tensor begins before the one in front of it ends.
    case overlap(with: String)
    /// Bytes that belong to no tensor lie in front of this one.
    case hole(count: Int)
    /// `__metadata__` is not a map of strings to strings.
    case badMetadata
    /// `__metadata__` has more pairs than the reader takes, which would cost many times the memory of the file.
    case tooManyMetadata(limit: Int)

    // What the caller asks for.

    /// There is no tensor of this name.
    case noSuchTensor
    /// The tensor has another element type than the ones that can be read so.
    case wrongDType(SafetensorsDType, wanted: String)
    /// The tensor has another shape than the one wanted.
    case wrongShape([Int], wanted: [Int])
    /// The tensor has more axes, or longer ones, than a `Tensor` can have.
    case unsupportedShape([Int])
    /// An element does not fit the type it is read as.
    case valueOutOfRange(index: Int, value: String, wanted: String)
    /// The name is reserved for the metadata.
    case reservedName
    /// The file could not be read or written.
    case file(FileError)
  }

  /// The file, where the bytes came from one or go to one.
  public let file: String?
  /// The name of the tensor, or of the metadata key, where the error lies in one.
  public let entry: String?
  /// What is wrong.
  public let kind: Kind

  /// Makes the error from its parts.
  public init(_ kind: Kind, file: String? = nil, entry: String? = nil) {
    self.kind = kind
    self.file = file
    self.entry = entry
  }
}

extension SafetensorsError: CustomStringConvertible {
  /// One line: the file, the entry, what is wrong, and the mend.
  public var description: String {
    if case .file(let error) = kind { return error.description }
    let place = [file?.printable(limit: 400) ?? "safetensors", entry.map { "tensor '\($0.printable())'" }]
    return place.compactMap { $0 }.joined(separator: ": ") + ": " + explanation
  }

  private var explanation: String {
    switch kind {
    case .fileTooShort, .headerTooLong, .headerBeyondFile, .headerStart, .headerPadding, .headerJSON, .dataTooShort,
      .trailingBytes, .file:
      fileExplanation
    case .noSuchTensor, .wrongDType, .wrongShape, .unsupportedShape, .valueOutOfRange, .reservedName:
      requestExplanation
    default:
      entryExplanation + "; the file is malformed, write it again with a current safetensors library"
    }
  }

  private var fileExplanation: String {
    let another = "check that it is a safetensors file and complete, or get it again"
    return switch kind {
    case .fileTooShort(let count): "it has \(count) bytes, fewer than the 8 that begin a safetensors file; \(another)"
    case .headerTooLong(let length, let limit):
      "its header would take \(length) bytes, the limit is \(limit); \(another)"
    case .headerBeyondFile(let length, let count):
      "its header would take \(length) bytes but the file has only \(count); \(another)"
    case .headerStart(let byte):
      "its header begins with \(byte.map { "the byte \($0)" } ?? "nothing") instead of '{'; \(another)"
    case .headerPadding(let byte): "its header is padded with the byte \(byte) instead of spaces; write it again"
    case .headerJSON(let error): "its header is not valid at \(error.line):\(error.column): \(error.explanation)"
    case .dataTooShort(let missing): "it lacks the last \(missing) bytes; it was cut off, get it again"
    case .trailingBytes(let count): "\(count) bytes follow the last tensor; \(another)"
    default: ""
    }
  }

  private var entryExplanation: String {
    switch kind {
    case .duplicateName: "the name stands twice"
    case .duplicateKey(let key): "the key '\(key.printable())' stands twice"
    case .unknownKey(let key): "the key '\(key.printable())' is not one of dtype, shape and data_offsets"
    case .missingKey(let key): "the key '\(key)' is missing"
    case .unknownDType(let name): "the dtype '\(name.printable())' is not one of the format's"
    case .badDimension: "a dimension is not an integer from 0 to \(Int.max)"
    case .tooManyDimensions(let limit): "it has more than \(limit) dimensions"
    case .sizeOverflow(let shape): "the shape \(shape) does not give a size in bytes that fits"
    case .badOffsets: "data_offsets is not a pair of integers [begin, end] with begin <= end"
    case .sizeMismatch(let expected, let actual):
      "dtype and shape ask for \(expected) bytes but data_offsets hold \(actual)"
    case .overlap(let other): "it overlaps with '\(other.printable())'"
    case .hole(let count): "\(count) bytes in front of it belong to no tensor"
    case .badMetadata: "the metadata are not a map of strings to strings"
    case .tooManyMetadata(let limit): "the metadata have more than \(limit) pairs"
    default: ""
    }
  }

  private var requestExplanation: String {
    switch kind {
    case .noSuchTensor: "there is no such tensor; check that the file is of this model"
    case .wrongDType(let type, let wanted): "its dtype is \(type.rawValue), wanted is \(wanted); convert it first"
    case .wrongShape(let shape, let wanted):
      "its shape is \(shape), wanted is \(wanted); check that the file is of this model"
    case .unsupportedShape(let shape):
      "its shape \(shape) has more axes or longer ones than can be computed with; reshape it first"
    case .valueOutOfRange(let index, let value, let wanted):
      "element \(index), \(value), does not fit \(wanted); scale or convert it first"
    case .reservedName: "this name is reserved for the metadata; choose another"
    default: ""
    }
  }
}
