/// Reading tensors as the numbers that the library computes with.
extension SafetensorsFile {
  /// The elements of a floating-point tensor, row-major. F32, F16 and BF16 are exact; F64 is rounded to the nearest.
  /// - Throws: `SafetensorsError`: no such tensor, another dtype, a finite F64 beyond the range of `Float`, or an unreadable file.
  public func floats(_ name: String) throws(SafetensorsError) -> [Float] {
    let entry = try entry(name)
    switch entry.dtype {
    case .float32:
      return try elements(entry, as: Float.self)
    case .float16:
      return try elements(entry, as: UInt16.self).map { Self.float(half: UInt16(littleEndian: $0)) }
    case .bfloat16:
      return try elements(entry, as: UInt16.self).map { Float(bitPattern: UInt32(UInt16(littleEndian: $0)) << 16) }
    case .float64:
      return try converted(entry, from: Double.self, wanted: "F32") { value in
        let float = Float(value)
        return float.isInfinite && value.isFinite ? nil : float
      }
    default:
      throw error(.wrongDType(entry.dtype, wanted: "F32, F64, F16 or BF16"), entry)
    }
  }

  /// The elements of an F64 tensor, row-major.
  /// - Throws: `SafetensorsError`: no such tensor, another dtype, or an unreadable file.
  public func doubles(_ name: String) throws(SafetensorsError) -> [Double] {
    let entry = try entry(name)
    guard entry.dtype == .float64 else { throw error(.wrongDType(entry.dtype, wanted: "F64"), entry) }
    return try elements(entry, as: Double.self)
  }

  /// The elements of an integer tensor (I32, or I64 where every value fits), row-major.
  /// - Throws: `SafetensorsError`: no such tensor, another dtype, a value that does not fit, or an unreadable file.
  public func int32s(_ name: String) throws(SafetensorsError) -> [Int32] {
    let entry = try entry(name)
    switch entry.dtype {
    case .int32: return try elements(entry, as: Int32.self)
    case .int64: return try converted(entry, from: Int64.self, wanted: "I32") { Int32(exactly: $0) }
    default: throw error(.wrongDType(entry.dtype, wanted: "I32 or I64"), entry)
    }
  }

  /// The elements of an I64 tensor, row-major.
  /// - Throws: `SafetensorsError`: no such tensor, another dtype, or an unreadable file.
  public func int64s(_ name: String) throws(SafetensorsError) -> [Int64] {
    let entry = try entry(name)
    guard entry.dtype == .int64 else { throw error(.wrongDType(entry.dtype, wanted: "I64"), entry) }
    return try elements(entry, as: Int64.self)
  }
}

extension SafetensorsFile {
  private func error(_ kind: SafetensorsError.Kind, _ entry: SafetensorsEntry) -> SafetensorsError {
    SafetensorsError(kind, file: path, entry: entry.name)
  }

  /// The elements in memory as in the file; every platform of Swift is little-endian, as the format is.
  private func elements<Element: BitwiseCopyable & Numeric>(
    _ entry: SafetensorsEntry, as type: Element.Type
  ) throws(SafetensorsError) -> [Element] {
    var elements = [Element](repeating: .zero, count: entry.elementCount)
    try elements.withUnsafeMutableBufferPointer { (buffer) throws(SafetensorsError) in
      try read(entry, into: UnsafeMutableRawBufferPointer(buffer))
    }
    return elements
  }

  private func converted<Source: BitwiseCopyable & Numeric, Element>(
    _ entry: SafetensorsEntry, from source: Source.Type, wanted: String, _ convert: (Source) -> Element?
  ) throws(SafetensorsError) -> [Element] {
    var result: [Element] = []
    result.reserveCapacity(entry.elementCount)
    for (index, value) in try elements(entry, as: Source.self).enumerated() {
      guard let element = convert(value) else {
        throw error(.valueOutOfRange(index: index, value: "\(value)", wanted: wanted), entry)
      }
      result.append(element)
    }
    return result
  }

  /// The value of an IEEE 754 half: 1 sign bit, 5 exponent bits with bias 15, 10 fraction bits. (`Float16` is missing on Intel Macs.)
  package static func float(half bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1f
    let fraction = UInt32(bits & 0x3ff)
    switch exponent {
    case 0:
      // Zero, or a multiple of the smallest subnormal 2^-24, which is normal as a single.
      let magnitude = Float(fraction) * 0x1p-24
      return Float(bitPattern: sign | magnitude.bitPattern)
    case 0x1f:
      return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
    default:
      return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
