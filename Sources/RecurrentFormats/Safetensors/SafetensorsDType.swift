/// The element type of a tensor in a safetensors file, in the order in which the format lists them, narrow to wide.
public enum SafetensorsDType: String, CaseIterable, Hashable, Sendable {
  /// Truth values, one byte each.
  case bool = "BOOL"
  /// 4-bit floating point.
  case float4 = "F4"
  /// 6-bit floating point with 2 exponent bits.
  case float6E2M3 = "F6_E2M3"
  /// 6-bit floating point with 3 exponent bits.
  case float6E3M2 = "F6_E3M2"
  /// Unsigned 8-bit integers.
  case uint8 = "U8"
  /// Signed 8-bit integers.
  case int8 = "I8"
  /// 8-bit floating point with 5 exponent bits.
  case float8E5M2 = "F8_E5M2"
  /// 8-bit floating point with 4 exponent bits.
  case float8E4M3 = "F8_E4M3"
  /// 8-bit powers of two.
  case float8E8M0 = "F8_E8M0"
  /// 8-bit floating point with 4 exponent bits and no negative zero.
  case float8E4M3FNUZ = "F8_E4M3FNUZ"
  /// 8-bit floating point with 5 exponent bits and no negative zero.
  case float8E5M2FNUZ = "F8_E5M2FNUZ"
  /// Signed 16-bit integers.
  case int16 = "I16"
  /// Unsigned 16-bit integers.
  case uint16 = "U16"
  /// IEEE 754 half precision.
  case float16 = "F16"
  /// The upper half of IEEE 754 single precision.
  case bfloat16 = "BF16"
  /// Signed 32-bit integers.
  case int32 = "I32"
  /// Unsigned 32-bit integers.
  case uint32 = "U32"
  /// IEEE 754 single precision.
  case float32 = "F32"
  /// Complex numbers of two single-precision parts.
  case complex64 = "C64"
  /// IEEE 754 double precision.
  case float64 = "F64"
  /// Signed 64-bit integers.
  case int64 = "I64"
  /// Unsigned 64-bit integers.
  case uint64 = "U64"

  /// The size of one element in bits.
  public var bitCount: Int {
    switch self {
    case .float4: 4
    case .float6E2M3, .float6E3M2: 6
    case .bool, .uint8, .int8, .float8E5M2, .float8E4M3, .float8E8M0, .float8E4M3FNUZ, .float8E5M2FNUZ: 8
    case .int16, .uint16, .float16, .bfloat16: 16
    case .int32, .uint32, .float32: 32
    case .complex64, .float64, .int64, .uint64: 64
    }
  }

  /// The place in the order of the format, by which writers sort: the widest come first.
  var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  /// The bytes that a tensor of this type and shape takes, or nil where the count does not fit or is no whole number of bytes.
  ///
  /// A shape with a zero in it is empty, but its other dimensions must still multiply to a number that fits, because strides are
  /// made of them.
  func byteCount(shape: [Int]) -> Int? {
    var elementCount = 1
    for dimension in shape where dimension != 0 {
      let (product, overflow) = elementCount.multipliedReportingOverflow(by: dimension)
      guard dimension > 0, !overflow else { return nil }
      elementCount = product
    }
    let (bits, overflow) = elementCount.multipliedReportingOverflow(by: bitCount)
    guard !overflow else { return nil }
    if shape.contains(0) { return 0 }
    return bits % 8 == 0 ? bits / 8 : nil
  }
}
