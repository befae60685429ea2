import RecurrentTensor
import RecurrentTestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

struct FunctionsTests {
  struct Function: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// The numbers that the function is defined for, and away from kinks.
    let range: ClosedRange<Float>
    let apply: @Sendable (Tensor) -> Tensor
    let expected: @Sendable (Double) -> Double

    init(
      _ name: String, _ range: ClosedRange<Float>, _ apply: @escaping @Sendable (Tensor) -> Tensor,
      _ expected: @escaping @Sendable (Double) -> Double
    ) {
      testDescription = name
      self.range = range
      self.apply = apply
      self.expected = expected
    }
  }

  static let functions = [
    Function("negate", -3...3, { -$0 }, { -$0 }),
    Function("squared", -3...3, { $0.squared() }, { $0 * $0 }),
    Function("cube", -3...3, { $0.raised(to: 3) }, { $0 * $0 * $0 }),
    Function("square root as power", 0.1...3, { $0.raised(to: 0.5) }, { $0.squareRoot() }),
    Function("negative power", 0.1...3, { $0.raised(to: -1.5) }, { pow($0, -1.5) }),
    Function("exp", -3...3, { RecurrentTensor.exp($0) }, { exp($0) }),
    Function("log", 0.1...3, { RecurrentTensor.log($0) }, { log($0) }),
    Function("sqrt", 0.1...3, { RecurrentTensor.sqrt($0) }, { $0.squareRoot() }),
    Function("abs", -3...3, { RecurrentTensor.abs($0) }, { Swift.abs($0) }),
    Function("tanh", -3...3, { RecurrentTensor.tanh($0) }, { tanh($0) }),
    Function("sigmoid", -30...30, { sigmoid($0) }, { 1 / (1 + exp(-$0)) }),
    Function("relu", -3...3, { relu($0) }, { max(0, $0) }),
    Function("leaky relu", -3...3, { leakyReLU($0) }, { $0 > 0 ? $0 : Double(Float(0.01)) * $0 }),
    Function("leaky relu 0.25", -3...3, { leakyReLU($0, slope: 0.25) }, { $0 > 0 ? $0 : 0.25 * $0 }),
    Function("softplus", -30...30, { softplus($0) }, { log1p(exp($0)) }),
  ]

  @Test(arguments: functions)
  func gradient(_ function: Function) {
    let inputs = Tensor(
      uniform: [3, 7], from: function.range.lowerBound, to: function.range.upperBound, key: RandomKey(seed: 1))
    let check = checkFunctionGradient(of: inputs, step: 1e-5, function.apply)
    #expect(check.agrees, "\(check)")
  }

  @Test(arguments: functions)
  func value(_ function: Function) {
    let inputs = Tensor(
      uniform: [3, 7], from: function.range.lowerBound, to: function.range.upperBound, key: RandomKey(seed: 2))
    let double = function.apply(inputs.converted(to: .float64))
    let single = function.apply(inputs)
    #expect(double.shape == [3, 7] && single.shape == [3, 7])
    for (index, input) in inputs.converted(to: .float64).doubles.enumerated() {
      let expected = function.expected(input)
      #expect(Swift.abs(double.doubles[index] - expected) <= 1e-15 + 1e-13 * Swift.abs(expected))
      #expect(Swift.abs(single.doubles[index] - expected) <= 1e-6 + 1e-5 * Swift.abs(expected))
    }
  }

  @Test func kinksHaveTheSlopeOfPyTorch() {
    let zero = Tensor([0])
    #expect(gradients([zero]) { RecurrentTensor.abs($0[0]).sum() }[0].scalars == [0])
    #expect(gradients([zero]) { relu($0[0]).sum() }[0].scalars == [0])
    #expect(gradients([zero]) { leakyReLU($0[0], slope: 0.25).sum() }[0].scalars == [0.25])
  }

  @Test func extremesDoNotOverflow() {
    let x = Tensor([-1000, -100, 100, 1000])
    #expect(sigmoid(x).scalars.allSatisfy { $0.isFinite })
    #expect(softplus(x).scalars[0] == 0 && softplus(x).scalars[1] < 1e-30)
    #expect(softplus(x).scalars[2...] == [100, 1000])
    #expect(RecurrentTensor.tanh(x).scalars == [-1, -1, 1, 1])
    #expect(gradients([x]) { softplus($0[0]).sum() }[0].scalars.allSatisfy { $0 >= 0 && $0 <= 1 })
  }

  @Test func selectChoosesAndSendsTheGradientToTheChosen() {
    let condition = Tensor([1, 0, 0, 1, 0, 1], shape: [2, 3])
    let a = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    #expect(select(condition, a, -a).scalars == [1, -2, -3, 4, -5, 6])
    let mask = condition.converted(to: .float64)
    let both = checkFunctionGradient(of: [.doubles([2, 3], seed: 1), .doubles([2, 3], seed: 2)]) { inputs in
      select(mask, inputs[0].squared(), inputs[1].squared() * inputs[0])
    }
    #expect(both.agrees, "\(both)")
    let one = checkFunctionGradient(of: .doubles([2, 3], seed: 1)) { x in
      select(mask, x.squared(), .doubles([2, 3], seed: 5))
    }
    #expect(one.agrees, "\(one)")
    let same = checkFunctionGradient(of: .doubles([2, 3], seed: 1)) { x in select(mask, x, x) }
    #expect(same.agrees, "\(same)")
  }

  @Test func selectKeepsWhatIsNotANumberOut() {
    let x = Tensor([-1, 4])
    // The logarithm of -1 is not chosen: neither its value nor its gradient reaches the result.
    let chosen = gradients([x]) { inputs in
      let safe = select(inputs[0] .> Tensor([0, 0]), inputs[0], Tensor([1, 1]))
      return RecurrentTensor.log(safe).sum()
    }
    #expect(chosen[0].scalars == [0, 0.25])
  }

  @Test func selectNeedsOneShape() async {
    await #expect(processExitsWith: .failure) {
      _ = select(Tensor([1]), Tensor([1, 2]), Tensor([3, 4]))
    }
  }
}
