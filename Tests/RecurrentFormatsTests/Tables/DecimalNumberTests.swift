import Testing

@testable import RecurrentFormats

@Suite struct DecimalNumberTests {
  private func parse(_ text: String) -> Double? {
    Array(text.utf8).withUnsafeBufferPointer { DecimalNumber.parse($0) }
  }

  @Test(arguments: [
    ("0", 0.0), ("112", 112), ("-11", -11), ("+7", 7), ("5.", 5), (".5", 0.5), ("-0.25", -0.25), ("1e3", 1000),
    ("1.5E-3", 0.0015), ("9007199254740993", 9_007_199_254_740_992), ("5.827000141143799", 5.827000141143799),
    ("1.3400000333786009", 1.3400000333786009), ("1e-400", 0), ("0.1e23", 1e22),
    ("123456789012345678901234567890", 0x1.8ee90ff6c373ep+96),
    ("2.2250738585072012e-308", .leastNormalMagnitude),
  ])
  func readsDecimals(text: String, value: Double) {
    #expect(parse(text) == value)
  }

  @Test(arguments: [
    "", "-", "+", ".", "1,5", "1 ", " 1", "nan", "inf", "0x10", "1e", "1e+", "1e2.5", "1.2.3", "12a", "--1",
  ])
  func refusesOtherText(text: String) {
    #expect(parse(text) == nil)
  }

  @Test func tooLargeIsInfinite() {
    #expect(parse("1e999") == .infinity)
    #expect(parse("-1e999") == -.infinity)
    #expect(parse("1e99999999999999999999999") == .infinity)
  }

  @Test func minusZeroKeepsItsSign() {
    #expect(parse("-0")?.sign == .minus)
  }

  /// The standard library rounds correctly; both paths have to agree with it to the bit.
  @Test func agreesWithTheStandardLibrary() {
    var state: UInt64 = 88_172_645_463_325_252
    for _ in 0..<20_000 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      let digits = String(state >> (state & 63))
      let exponent = Int(state >> 40 & 63) - 32
      let split = digits.index(digits.startIndex, offsetBy: Int(state & 7) % (digits.count + 1))
      let text = "\(digits[..<split]).\(digits[split...])e\(exponent)"
      #expect(parse(text) == Double(text), "\(text)")
    }
  }
}
