import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// The tool that all other gradient tests rely on must see what is wrong.
struct CheckGradientTests {
  /// x³, with a way back that is wrong in the way that `flaw` says.
  struct FlawedCube: DifferentiableOperation {
    enum Flaw: CaseIterable { case none, factor, sign, tiny, oneElement, overwritten, missing }

    let flaw: Flaw
    let x: Tensor

    static func apply(_ x: Tensor, flaw: Flaw) -> Tensor {
      var y = x.detached() * x.detached() * x.detached()
      y.node = x.node?.tape.record(FlawedCube(flaw: flaw, x: x))
      return y
    }

    func pullback(_ adjoints: inout Adjoints) {
      guard let dy = adjoints.takeOutput() else { return }
      var slope = x.detached() * x.detached() * 3
      switch flaw {
      case .none, .overwritten: break
      case .factor: slope = slope * 2
      case .sign: slope = -slope
      case .tiny: slope = slope * 1.00001
      case .oneElement:
        slope = slope * Tensor([1, 1, 1, 1.001], shape: [2, 2]).converted(to: .float64)
      case .missing: return
      }
      let product = (dy.detached() * slope)
      if flaw == .overwritten {
        adjoints.accumulate(into: x) { _, dx in
          dx.copyMemory(from: product.pointer, byteCount: product.count * product.elementType.stride)
        }
      } else {
        adjoints.add(product, to: x)
      }
    }
  }

  static let input = Tensor([0.5, -1.25, 2, 0.75], shape: [2, 2])

  @Test(arguments: FlawedCube.Flaw.allCases)
  func seesAWrongPullback(_ flaw: FlawedCube.Flaw) {
    // The value is used twice, so that a pullback that overwrites instead of adding is seen as well.
    let check = checkFunctionGradient(of: Self.input) { FlawedCube.apply($0, flaw: flaw) + $0 * 2 }
    #expect(check.agrees == (flaw == .none), "\(check)")
    #expect(check.count == 4)
  }

  @Test func namesTheWorstDerivative() throws {
    let check = checkFunctionGradient(of: [Self.input, Self.input]) { arguments in
      arguments[0].squared() + FlawedCube.apply(arguments[1], flaw: .oneElement)
    }
    let worst = try #require(check.worst)
    #expect(worst.path == "1.argument")
    #expect(worst.index == 3)
    #expect(abs(check.worstRelativeError - 0.001) < 1e-5)
    #expect(check.description.contains("1.argument[3]"))
  }

  @Test func aCheckOfNothingDoesNotAgree() {
    #expect(!checkFunctionGradient(of: Self.input) { $0.detached() }.agrees)
    #expect(!checkFunctionGradient(of: Tensor(zeros: [0])) { $0 }.agrees)
  }

  @Test func aLossThatIsNotFiniteDoesNotAgree() {
    #expect(checkFunctionGradient(of: Tensor([-1, 2])) { log($0) }.worstRelativeError == .infinity)
  }

  struct Scaled: Module {
    var gain = Parameter(Tensor([0.3, -0.7, 1.1]))
    var frozen = Parameter(Tensor([2, 3, 4]), isTrainable: false)
    var noise = NoiseSource()

    mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
      visitor.visit("frozen", &frozen)
      visitor.visit("gain", &gain)
      visitor.visit("noise", &noise)
    }
  }

  @Test func movesOnlyTrainableNumbersAndKeepsTheMasks() {
    let check = checkGradient(of: Scaled(), key: RandomKey(seed: 3)) { model in
      // Without the same key at every evaluation this would be noise.
      let factor = model.noise.key.map { Float($0.unit(at: 0)) } ?? 0
      return (model.gain.value.squared() * model.frozen.value).sum() * factor
    }
    #expect(check.agrees, "\(check)")
    #expect(check.count == 3)
  }

  @Test func comparesASample() {
    let check = checkFunctionGradient(of: .doubles([4, 5], seed: 1)) { $0.squared() }
    #expect(check.count == 20)
    let sampled = checkGradient(of: Scaled(), sample: 2) { ($0.gain.value * 3).squared().sum() }
    #expect(sampled.count == 2)
    #expect(sampled.agrees, "\(sampled)")
  }
}
