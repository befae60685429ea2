/// Reads decimal numbers from bytes, correctly rounded, without making strings for the common ones.
public enum DecimalNumber {
  /// The number that `bytes` spell, or `nil` when they spell none.
  ///
  /// The grammar is an optional sign, digits with at most one point among, before or after them, and an optional exponent:
  /// `12`, `-0.5`, `.5`, `5.`, `1.5e-3`. Words such as `nan` and `inf`, hexadecimal and surrounding space are no numbers.
  /// A number too large for a `Double` gives an infinity of its sign.
  public static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    guard let parts = scan(bytes) else { return nil }
    // Both the mantissa and the power of ten are exact here, so the one rounding of the product or quotient is the
    // rounding of the true value (Clinger, "How to read floating point numbers accurately", 1990).
    if parts.isExact, parts.mantissa <= 1 << 53, abs(parts.exponent) <= 22 {
      let magnitude = Double(parts.mantissa)
      let power = powersOfTen[abs(parts.exponent)]
      let value = parts.exponent < 0 ? magnitude / power : magnitude * power
      return parts.isNegative ? -value : value
    }
    return Double(String(decoding: bytes, as: UTF8.self))
  }

  private struct Parts {
    var isNegative = false
    var mantissa: UInt64 = 0
    var exponent = 0
    /// Whether `mantissa` holds all digits.
    var isExact = true
  }

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]

  private static func scan(_ bytes: UnsafeBufferPointer<UInt8>) -> Parts? {
    var parts = Parts()
    var i = 0
    let end = bytes.count
    if i < end, bytes[i] == UInt8(ascii: "-") || bytes[i] == UInt8(ascii: "+") {
      parts.isNegative = bytes[i] == UInt8(ascii: "-")
      i += 1
    }
    var digits = 0
    var isAfterPoint = false
    while i < end {
      let digit = bytes[i] &- UInt8(ascii: "0")
      if digit <= 9 {
        digits += 1
        if isAfterPoint { parts.exponent -= 1 }
        if parts.mantissa < 1_000_000_000_000_000_000 {
          parts.mantissa = parts.mantissa * 10 + UInt64(digit)
        } else {
          parts.isExact = false
        }
      } else if bytes[i] == UInt8(ascii: "."), !isAfterPoint {
        isAfterPoint = true
      } else {
        break
      }
      i += 1
    }
    guard digits > 0 else { return nil }
    guard i < end else { return parts }
    guard bytes[i] == UInt8(ascii: "e") || bytes[i] == UInt8(ascii: "E"),
      let exponent = scanExponent(bytes, from: i + 1)
    else { return nil }
    parts.exponent += exponent
    return parts
  }

  private static func scanExponent(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    var i = start
    var isNegative = false
    if i < bytes.count, bytes[i] == UInt8(ascii: "-") || bytes[i] == UInt8(ascii: "+") {
      isNegative = bytes[i] == UInt8(ascii: "-")
      i += 1
    }
    guard i < bytes.count else { return nil }
    var exponent = 0
    while i < bytes.count {
      let digit = bytes[i] &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      // Any exponent this large goes to the slow path, which reads the text itself.
      if exponent < 1_000_000 { exponent = exponent * 10 + Int(digit) }
      i += 1
    }
    return isNegative ? -exponent : exponent
  }
}
