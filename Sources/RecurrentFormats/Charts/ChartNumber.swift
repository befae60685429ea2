#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Numbers as people read them on an axis.
enum ChartNumber {
  /// A number with a fixed count of decimals, thousands separated by commas and a true minus sign: `−1,234.50`.
  static func grouped(_ value: Double, decimals: Int) -> String {
    let power = pow(10, Double(decimals))
    let scaled = (abs(value) * power).rounded()
    guard scaled < 1e15 else { return scientific(value) }
    let (whole, rest) = Int(scaled).quotientAndRemainder(dividingBy: Int(power))
    var text = ""
    for (index, digit) in String(whole).reversed().enumerated() {
      if index > 0, index % 3 == 0 { text = "," + text }
      text = String(digit) + text
    }
    if decimals > 0 {
      let digits = String(rest)
      text += "." + String(repeating: "0", count: decimals - digits.count) + digits
    }
    return (value < 0 && scaled > 0 ? "\u{2212}" : "") + text
  }

  /// A number as a digit times a power of ten: `2×10⁻⁵`, `1.5×10¹²`; `10⁻⁵` where the digit is 1, and plainly `1` for one.
  /// - Parameter decimals: how many digits behind the point are kept where they are not zero.
  static func scientific(_ value: Double, decimals: Int = 2) -> String {
    guard value != 0, value != 1, value.isFinite else { return value.isFinite ? String(Int(value)) : "\(value)" }
    var exponent = Int(log10(abs(value)).rounded(.down))
    let power = pow(10, Double(decimals))
    var mantissa = (abs(value) / pow(10, Double(exponent)) * power).rounded() / power
    if mantissa >= 10 {
      exponent += 1
      mantissa /= 10
    }
    let sign = value < 0 ? "\u{2212}" : ""
    if mantissa == 1 { return sign + powerOfTen(exponent) }
    var digits = grouped(mantissa, decimals: decimals)
    while decimals > 0, digits.hasSuffix("0") { digits.removeLast() }
    if digits.hasSuffix(".") { digits.removeLast() }
    return "\(sign)\(digits)×\(powerOfTen(exponent))"
  }

  /// A power of ten with its exponent raised: `10⁻⁵`.
  static func powerOfTen(_ exponent: Int) -> String {
    let raised: [Character: Character] = [
      "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹",
    ]
    return "10" + String(String(exponent).compactMap { raised[$0] })
  }
}
