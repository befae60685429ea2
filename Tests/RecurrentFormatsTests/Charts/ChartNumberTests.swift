import Testing

@testable import RecurrentFormats

@Suite struct ChartNumberTests {
  @Test(arguments: [
    (0.0, 0, "0"), (-0.0, 1, "0.0"), (999, 0, "999"), (1000, 0, "1,000"), (-1_234_567.891, 2, "\u{2212}1,234,567.89"),
    (0.05, 2, "0.05"), (0.005, 2, "0.01"), (-0.001, 2, "0.00"), (123_456_789, 0, "123,456,789"), (9.999, 2, "10.00"),
    (1e20, 0, "10²⁰"),
  ])
  func grouped(_ value: Double, _ decimals: Int, _ text: String) {
    #expect(ChartNumber.grouped(value, decimals: decimals) == text)
  }

  @Test(arguments: [
    (0.0, "0"), (1, "1"), (10, "10¹"), (1e-5, "10⁻⁵"), (2e-5, "2×10⁻⁵"), (1.5e12, "1.5×10¹²"),
    (-2.25e-10, "\u{2212}2.25×10⁻¹⁰"),
    (9.999e9, "10¹⁰"), (1e300, "10³⁰⁰"),
  ])
  func scientific(_ value: Double, _ text: String) {
    #expect(ChartNumber.scientific(value) == text)
  }
}
