import RecurrentFormats

/// The type of the elements of a tensor in an ONNX file.
public enum ONNXElementType: String, Hashable, Sendable, CaseIterable {
  /// IEEE 754 single precision.
  case float
  /// IEEE 754 double precision, which is rounded to single precision where it is computed with.
  case double
  /// IEEE 754 half precision.
  case float16
  /// The upper half of IEEE 754 single precision.
  case bfloat16
  /// Signed 32-bit integers.
  case int32
  /// Signed 64-bit integers.
  case int64
  /// Truth values.
  case bool

  /// Whether tensors of this type hold integers or truth values.
  public var isInteger: Bool {
    switch self {
    case .float, .double, .float16, .bfloat16: false
    case .int32, .int64, .bool: true
    }
  }

  /// The number of the type in files.
  var dataType: ONNXTensorProto.DataType {
    switch self {
    case .float: .float
    case .double: .double
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .int32: .int32
    case .int64: .int64
    case .bool: .bool
    }
  }

  /// The size of an element in bytes.
  var byteCount: Int {
    switch self {
    case .double, .int64: 8
    case .float, .int32: 4
    case .float16, .bfloat16: 2
    case .bool: 1
    }
  }

  /// The type with a number in a file.
  init(dataType: Int32, place: String, path: String) throws(ONNXError) {
    guard let type = ONNXElementType.allCases.first(where: { $0.dataType.rawValue == Int(dataType) }) else {
      let name = ONNXTensorProto.DataType(rawValue: Int(dataType)).map { "\($0)" } ?? "number \(dataType)"
      let known = ONNXElementType.allCases.map(\.rawValue).joined(separator: ", ")
      throw ONNXError(
        path: path, place: place, problem: "has elements of type \(name); this library reads \(known)")
    }
    self = type
  }
}

/// The size of an axis of an input or output.
public enum ONNXDimension: Hashable, Sendable, CustomStringConvertible {
  /// Always the same.
  case fixed(Int)
  /// Chosen with the data; axes of one name have one size.
  case named(String)
  /// Not said.
  case unknown

  /// The size or name; `?` where neither is said.
  public var description: String {
    switch self {
    case .fixed(let size): String(size)
    case .named(let name): name.printable()
    case .unknown: "?"
    }
  }
}

/// An input or output of a graph.
public struct ONNXValueInfo: Hashable, Sendable {
  /// The name.
  public let name: String
  /// The type of the elements.
  public let elementType: ONNXElementType
  /// The sizes of the axes; nil where not even their number is said.
  public let dimensions: [ONNXDimension]?
}
