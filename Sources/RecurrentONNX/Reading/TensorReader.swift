import RecurrentFormats
import RecurrentTensor

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Reads the tensors of a file, each checked before anything is made of it.
struct TensorReader {
  let path: String

  /// A tensor whose numbers are there, and as many as its shape says.
  struct Checked {
    let type: ONNXElementType
    let shape: Shape
  }

  private func error(_ place: String, _ problem: String) -> ONNXError {
    ONNXError(path: path, place: place, problem: problem)
  }

  /// Checks a tensor without reading its numbers.
  func check(_ tensor: ONNXTensorProto, place: String) throws(ONNXError) -> Checked {
    guard tensor.dataLocation == .default, tensor.externalData.isEmpty else {
      throw error(
        place,
        "its numbers lie in another file; join them in Python: onnx.save_model(onnx.load('old.onnx'), 'new.onnx')")
    }
    guard !tensor.hasSegment else { throw error(place, "is cut in segments, which is not supported") }
    let type = try ONNXElementType(dataType: tensor.dataType, place: place, path: path)
    let shape = try shape(tensor.dims, place)
    let count = shape.elementCount
    let stored = TensorReader.storedCounts(tensor)
    guard stored.count <= 1 else {
      throw error(place, "has numbers in \(stored.map(\.field).joined(separator: " and ")); only one may be used")
    }
    guard let stored = stored.first else {
      guard count == 0 else { throw error(place, "has no numbers for its shape \(shape)") }
      return Checked(type: type, shape: shape)
    }
    guard stored.field == "raw_data" || stored.field == type.field else {
      throw error(place, "has elements of type \(type.rawValue) in \(stored.field)")
    }
    let expected = stored.field == "raw_data" ? count * type.byteCount : count
    guard stored.count == expected else {
      let unit = stored.field == "raw_data" ? "bytes" : "numbers"
      throw error(place, "has \(stored.count) \(unit), but its shape \(shape) of \(type.rawValue) needs \(expected)")
    }
    return Checked(type: type, shape: shape)
  }

  private func shape(_ dims: [Int64], _ place: String) throws(ONNXError) -> Shape {
    guard dims.count <= Shape.maximumRank else {
      throw error(place, "has \(dims.count) axes; tensors have at most \(Shape.maximumRank)")
    }
    var count: Int64 = 1
    for size in dims {
      guard size >= 0, size <= NodeCall.largestCount else { throw error(place, "has an axis of size \(size)") }
      count *= max(1, size)
      guard count <= NodeCall.largestCount else {
        throw error(place, "has more than \(NodeCall.largestCount) elements")
      }
    }
    return Shape(dims.map { Int($0) })
  }

  private static func storedCounts(_ tensor: ONNXTensorProto) -> [(field: String, count: Int)] {
    [
      ("raw_data", tensor.rawData.count), ("float_data", tensor.floatData.count),
      ("int32_data", tensor.int32Data.count), ("int64_data", tensor.int64Data.count),
      ("double_data", tensor.doubleData.count), ("uint64_data", tensor.uint64Data.count),
      ("string_data", tensor.stringData.count),
    ].filter { $0.count > 0 }
  }

  /// The numbers of a tensor.
  func value(of tensor: ONNXTensorProto, place: String) throws(ONNXError) -> ONNXValue {
    let checked = try check(tensor, place: place)
    if let kind = ONNXIntegers.Kind(rawValue: checked.type.rawValue) {
      let values = integers(of: tensor, checked.type)
      if kind == .bool, let wrong = values.first(where: { $0 != 0 && $0 != 1 }) {
        throw error(place, "has the truth value \(wrong)")
      }
      return .integers(ONNXIntegers(values, shape: checked.shape, kind: kind))
    }
    var result = Tensor(uninitialized: checked.shape)
    let isExact = result.withMutableScalars { scalars in fill(scalars, from: tensor, checked.type) }
    guard isExact else { throw error(place, "has a number beyond the range of single precision") }
    return .tensor(result)
  }

  private func integers(of tensor: ONNXTensorProto, _ type: ONNXElementType) -> [Int] {
    switch type {
    case .int64: tensor.rawData.isEmpty ? tensor.int64Data.map { Int($0) } : raw(tensor, Int64.self).map { Int($0) }
    case .int32: tensor.rawData.isEmpty ? tensor.int32Data.map { Int($0) } : raw(tensor, Int32.self).map { Int($0) }
    default: tensor.rawData.isEmpty ? tensor.int32Data.map { Int($0) } : tensor.rawData.map { Int($0) }
    }
  }

  /// The elements of raw data, little-endian, as many as are there.
  private func raw<Element: FixedWidthInteger>(_ tensor: ONNXTensorProto, _: Element.Type) -> [Element] {
    let size = MemoryLayout<Element>.size
    return tensor.rawData.withUnsafeBytes { bytes in
      (0..<bytes.count / size).map {
        Element(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * size, as: Element.self))
      }
    }
  }

  /// Writes the numbers, which `check` has counted.
  ///
  /// - Returns: Whether all of them are in the range of single precision.
  private func fill(
    _ scalars: UnsafeMutableBufferPointer<Float>, from tensor: ONNXTensorProto, _ type: ONNXElementType
  ) -> Bool {
    /// Without an array in between: these may be most of the file.
    func write<Bits: FixedWidthInteger>(_: Bits.Type, _ stored: [Bits]?, _ number: (Bits) -> Float) -> Bool {
      let size = MemoryLayout<Bits>.size
      return tensor.rawData.withUnsafeBytes { bytes in
        for index in scalars.indices {
          let bits =
            stored?[index] ?? Bits(littleEndian: bytes.loadUnaligned(fromByteOffset: index * size, as: Bits.self))
          scalars[index] = number(bits)
        }
        return true
      }
    }
    let isRaw = !tensor.rawData.isEmpty
    switch type {
    case .float:
      if isRaw { return write(UInt32.self, nil) { Float(bitPattern: $0) } }
      _ = scalars.update(fromContentsOf: tensor.floatData)
      return true
    case .double:
      var isInRange = true
      let stored = isRaw ? nil : tensor.doubleData.map(\.bitPattern)
      _ = write(UInt64.self, stored) { bits in
        let (wide, narrow) = (Double(bitPattern: bits), Float(Double(bitPattern: bits)))
        if wide.isFinite && !narrow.isFinite { isInRange = false }
        return narrow
      }
      return isInRange
    default:
      let stored = isRaw ? nil : tensor.int32Data.map { UInt16(truncatingIfNeeded: $0) }
      return write(UInt16.self, stored) {
        type == .float16 ? SafetensorsFile.float(half: $0) : Float(bitPattern: UInt32($0) << 16)
      }
    }
  }
}

extension ONNXElementType {
  /// The field that holds elements which are not raw bytes.
  fileprivate var field: String {
    switch self {
    case .float: "float_data"
    case .double: "double_data"
    case .int64: "int64_data"
    case .float16, .bfloat16, .int32, .bool: "int32_data"
    }
  }
}
