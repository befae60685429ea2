/// Numbers as people like to read them. The same number gives the same text on every machine.
public enum NumberText {
  private static let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
  ]

  /// A number with a fixed count of decimals, at most 9: `48.04`.
  public static func fixed(_ value: Double, decimals: Int) -> String {
    precondition((0...9).contains(decimals), "0 to 9 decimals, not \(decimals)")
    let scaled = (value.magnitude * powersOfTen[decimals]).rounded()
    // Beyond the integers that a Double holds exactly, decimals mean nothing; not-finite values have none.
    guard scaled < 0x1p53 else { return value.description }
    let digits = String(Int(scaled))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let sign = value < 0 && scaled > 0 ? "-" : ""
    if decimals == 0 { return sign + padded }
    return "\(sign)\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
  }

  /// A number with about as many digits as matter, at most 8: `0.01234`, `118.2`, `3.40e-07`.
  public static func significant(_ value: Double, digits: Int = 4) -> String {
    precondition((1...8).contains(digits), "1 to 8 digits, not \(digits)")
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : value.description }
    var exponent = exponent(of: value)
    // Rounding may add a digit: 9.9996 has four digits as 10.00.
    let unit = power(exponent - digits + 1)
    if (value.magnitude / unit).rounded() >= powersOfTen[digits] { exponent += 1 }
    if exponent < -4 || exponent > 14 {
      let mantissa = fixed(value / power(exponent), decimals: min(digits - 1, 2))
      let size = String(exponent.magnitude)
      return mantissa + (exponent < 0 ? "e-" : "e+") + (size.count < 2 ? "0" : "") + size
    }
    return fixed(value, decimals: min(9, max(0, digits - 1 - exponent)))
  }

  /// A number with at most so many digits, without zeros at its end: `0.001`.
  public static func shortest(_ value: Double, digits: Int = 4) -> String {
    var text = significant(value, digits: digits)
    guard text.contains("."), !text.contains("e") else { return text }
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }

  /// A count with a unit of thousands: `987`, `12.3k`, `4.56M`.
  public static func compact(_ value: Double) -> String {
    for (size, unit) in [(1e9, "G"), (1e6, "M"), (1e3, "k")] where value.magnitude >= size {
      return significant(value / size, digits: 3) + unit
    }
    return significant(value, digits: 3)
  }

  /// A count of bytes: `512 B`, `12.3 MB`, `4.56 GB`. A megabyte is 10^6 bytes.
  public static func bytes(_ count: Int) -> String {
    for (size, unit) in [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")] where Double(count).magnitude >= size {
      return significant(Double(count) / size, digits: 3) + " " + unit
    }
    return "\(count) B"
  }

  /// A length of time: `0:07`, `12:34`, `1:02:03`.
  public static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "-:--" }
    let total = Int(seconds.rounded())
    let (hours, minutes, rest) = (total / 3600, total / 60 % 60, total % 60)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
    return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
  }

  /// The decimal exponent: 2 for 118, -1 for 0.5.
  private static func exponent(of value: Double) -> Int {
    let text = value.magnitude.description
    guard let e = text.firstIndex(of: "e") else {
      let digits = text.prefix { $0 != "." }
      if digits != "0" { return digits.count - 1 }
      let zeros = text.drop { $0 != "." }.dropFirst().prefix { $0 == "0" }.count
      return -zeros - 1
    }
    return Int(text[text.index(after: e)...]) ?? 0
  }

  private static func power(_ exponent: Int) -> Double { Double("1e\(exponent)") ?? 0 }
}
