import RecurrentLayers
import RecurrentTensor
import Testing

struct GradientsTests {
  struct Weights: Module {
    var a: Parameter
    var b: Parameter

    init(_ a: [Float], _ b: [Float]) {
      self.a = Parameter(Tensor(a))
      self.b = Parameter(Tensor(b))
    }

    mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
      visitor.visit("a", &a)
      visitor.visit("b", &b)
    }
  }

  /// Gradients of half the sum of squares are the weights themselves.
  static func gradients(_ a: [Float], _ b: [Float]) -> Gradients {
    valueWithGradient(at: Weights(a, b)) { ($0.a.value.squared().sum() + $0.b.value.squared().sum()) * 0.5 }.gradients
  }

  @Test func theNormIsThatOfAllGradientsTogether() {
    #expect(abs(Self.gradients([1, 2], [2]).globalNorm - 3) < 1e-6)
  }

  @Test func clippingByNormKeepsTheDirection() {
    var gradients = Self.gradients([3, 0], [-4])
    #expect(gradients.clip(toGlobalNorm: 10) == 5)
    #expect(gradients[0].scalars == [3, 0])
    gradients.clip(toGlobalNorm: 1)
    #expect(abs(gradients.globalNorm - 1) < 1e-6)
    #expect(abs(gradients[0].scalars[0] - 0.6) < 1e-6 && abs(gradients[1].scalars[0] + 0.8) < 1e-6)
  }

  @Test func clippingByValueLimitsEveryNumber() {
    var gradients = Self.gradients([3, 0.5], [-4])
    gradients.clip(toValue: 1)
    #expect(gradients[0].scalars == [1, 0.5] && gradients[1].scalars == [-1])
  }

  @Test func gradientsAddUpAndScale() {
    var sum = Self.gradients([1, 2], [3])
    let other = Self.gradients([10, 20], [30])
    sum.add(other)
    sum.scale(by: 0.5)
    #expect(sum[0].scalars == [5.5, 11] && sum[1].scalars == [16.5])
    #expect(other[0].scalars == [10, 20])
  }

  @Test func whatIsNotFiniteIsSeen() {
    #expect(Self.gradients([1, 2], [3]).isFinite)
    #expect(!Self.gradients([1, .infinity], [3]).isFinite)
    #expect(!Self.gradients([1, 2], [.nan]).isFinite)
  }

  @Test func aCopyDoesNotChange() {
    let first = Self.gradients([1, 2], [3])
    var second = first
    second.scale(by: 2)
    #expect(first[0].scalars == [1, 2] && second[0].scalars == [2, 4])
  }
}
