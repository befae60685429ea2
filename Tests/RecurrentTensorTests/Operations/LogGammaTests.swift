import RecurrentTensor
import RecurrentTestSupport
import Testing

struct LogGammaTests {
  @Test func agreesWithSciPy() throws {
    let fixture = try Fixture("distributions/distributions")
    let arguments = try fixture.doubles("gamma/x")
    let logarithms = try fixture.doubles("gamma/log")
    let slopes = try fixture.doubles("gamma/digamma")
    for (index, x) in arguments.enumerated() {
      let (value, slope) = (GammaFunction.logarithm(x), GammaFunction.digamma(x))
      #expect(abs(value - logarithms[index]) <= 2e-14 * max(1, abs(logarithms[index])), "log gamma(\(x))")
      #expect(abs(slope - slopes[index]) <= 2e-14 * max(1, abs(slopes[index])), "digamma(\(x))")
    }
    #expect(GammaFunction.logarithm(1).magnitude < 1e-14 && GammaFunction.logarithm(2).magnitude < 1e-14)
  }

  @Test func gradient() {
    let x = Tensor(doubles: [0.01, 0.5, 1, 1.46, 3, 17.25], shape: [2, 3])
    let check = checkFunctionGradient(of: [x]) { logGamma($0[0]).squared().sum() }
    #expect(check.agrees, "\(check)")
    #expect(check.worstRelativeError < 1e-6, "\(check)")
  }

  @Test func singlePrecision() {
    let y = logGamma(Tensor([0.5, 5]))
    #expect(abs(y.scalars[0] - 0.572_364_94) < 1e-7)
    #expect(abs(y.scalars[1] - 3.178_053_8) < 1e-6)
  }
}
