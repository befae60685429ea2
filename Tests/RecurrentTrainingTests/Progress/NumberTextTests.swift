import Testing

@testable import RecurrentTraining

@Suite struct NumberTextTests {
  @Test(
    arguments: [
      (48.04, 2, "48.04"), (0.005, 2, "0.01"), (-0.004, 2, "0.00"), (-1.5, 0, "-2"), (1e9, 1, "1000000000.0"),
      (1e300, 2, "1e+300"), (.nan, 2, "nan"), (.infinity, 2, "inf"), (0, 3, "0.000"), (123.456789, 9, "123.456789000"),
    ] as [(Double, Int, String)])
  func fixed(_ value: Double, _ decimals: Int, _ expected: String) {
    #expect(NumberText.fixed(value, decimals: decimals) == expected)
  }

  @Test(
    arguments: [
      (0.012345, 4, "0.01235"), (118.25, 4, "118.3"), (9.99996, 4, "10.00"), (0.99996, 4, "1.000"), (12345, 4, "12345"),
      (3.4e-7, 4, "3.40e-07"), (0, 4, "0"), (-0.5, 2, "-0.50"), (1e20, 3, "1.00e+20"), (.infinity, 4, "inf"),
      (0.0001, 3, "0.000100"), (0.00099999, 3, "0.00100"), (1, 1, "1"),
    ] as [(Double, Int, String)])
  func significant(_ value: Double, _ digits: Int, _ expected: String) {
    #expect(NumberText.significant(value, digits: digits) == expected)
  }

  @Test(arguments: [
    (0.001, "0.001"), (0.00123456, "0.001235"), (1, "1"), (0.1, "0.1"), (100, "100"), (3e-7, "3.00e-07"),
  ])
  func shortest(_ value: Double, _ expected: String) {
    #expect(NumberText.shortest(value) == expected)
  }

  @Test(
    arguments: [
      (0, "0"), (987, "987"), (12_345, "12.3k"), (4_560_000, "4.56M"), (7.5e9, "7.50G"), (0.5, "0.500"),
    ] as [(Double, String)])
  func compact(_ value: Double, _ expected: String) {
    #expect(NumberText.compact(value) == expected)
  }

  @Test(
    arguments: [
      (7, "0:07"), (754.4, "12:34"), (3723, "1:02:03"), (59.6, "1:00"), (.infinity, "-:--"), (.nan, "-:--"),
      (-1, "-:--"),
      (360_000, "100:00:00"),
    ] as [(Double, String)])
  func duration(_ seconds: Double, _ expected: String) {
    #expect(NumberText.duration(seconds) == expected)
  }
}
