import RecurrentTestSupport
import Testing

@testable import RecurrentONNX

/// ONNX's own tests of operators, and random graphs through ONNX Runtime.
@Suite struct ONNXNodeTests {
  static let recurrentCases = try? ONNXFixture("ONNXNodes/recurrent")
  static let supportingCases = try? ONNXFixture("ONNXNodes/supporting")
  static let randomCases = try? ONNXFixture("ONNXRandom/random")

  private func check(_ fixture: ONNXFixture?, _ name: String, _ figure: String) throws {
    let (worst, count) = try #require(fixture).share(of: name)
    recordFigure(figure, worst)
    #expect(count > 0)
    #expect(worst <= 1, "\(name): \(worst) of the allowed difference")
  }

  @Test(arguments: recurrentCases?.cases ?? []) func recurrent(_ name: String) throws {
    try check(Self.recurrentCases, name, "onnx_recurrent")
  }

  @Test(arguments: supportingCases?.cases ?? []) func supporting(_ name: String) throws {
    try check(Self.supportingCases, name, "onnx_supporting")
  }

  @Test(arguments: randomCases?.cases ?? []) func random(_ name: String) throws {
    try check(Self.randomCases, name, "onnx_random")
  }

  @Test func allCasesAreThere() {
    #expect(Self.recurrentCases?.cases.count == 18)
    #expect(Self.supportingCases?.cases.count ?? 0 >= 200)
    #expect(Self.randomCases?.cases.count ?? 0 >= 100)
  }
}
