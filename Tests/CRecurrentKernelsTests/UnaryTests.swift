import CRecurrentKernels
import Foundation
import Testing

/// A function of one variable as the test understands it: computed by the system's mathematics in double precision.
struct UnaryFunction: Sendable, CustomTestStringConvertible {
  let op: rk_unary
  let testDescription: String
  var parameter = 0.0
  /// Where random arguments are taken from.
  var domain = -4.0...4.0
  /// Largest error of the value, in units of the last place.
  var ulps = 2.0
  let value: @Sendable (Double) -> Double
  let slope: @Sendable (Double) -> Double

  static func sigmoid(_ x: Double) -> Double { x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x)) }

  static let all: [UnaryFunction] = [
    .init(op: RK_NEGATE, testDescription: "negate", ulps: 0, value: { -$0 }, slope: { _ in -1 }),
    .init(op: RK_EXP, testDescription: "exp", domain: -20...20, value: { exp($0) }, slope: { exp($0) }),
    .init(op: RK_LOG, testDescription: "log", domain: 0.001...100, value: { log($0) }, slope: { 1 / $0 }),
    .init(
      op: RK_SQRT, testDescription: "sqrt", domain: 0.01...9, ulps: 0.51, value: { $0.squareRoot() },
      slope: { 0.5 / $0.squareRoot() }),
    .init(op: RK_ABS, testDescription: "abs", ulps: 0, value: { abs($0) }, slope: { $0 < 0 ? -1 : $0 > 0 ? 1 : 0 }),
    .init(op: RK_SQUARE, testDescription: "square", ulps: 0.51, value: { $0 * $0 }, slope: { 2 * $0 }),
    .init(
      op: RK_RECIPROCAL, testDescription: "reciprocal", domain: 0.1...4, ulps: 1, value: { 1 / $0 },
      slope: { -1 / ($0 * $0) }),
    .init(
      op: RK_TANH, testDescription: "tanh", domain: -10...10, value: { tanh($0) },
      slope: { 1 / (cosh($0) * cosh($0)) }),
    .init(
      op: RK_SIGMOID, testDescription: "sigmoid", domain: -20...20, value: sigmoid,
      slope: { sigmoid($0) * sigmoid(-$0) }),
    .init(
      op: RK_RELU, testDescription: "relu", ulps: 0, value: { $0.isNaN ? $0 : max($0, 0) },
      slope: { $0 > 0 ? 1 : 0 }),
    .init(
      op: RK_LEAKY_RELU, testDescription: "leaky relu", parameter: 0.125, ulps: 0, value: { $0 < 0 ? 0.125 * $0 : $0 },
      slope: { $0 > 0 ? 1 : 0.125 }),
    .init(op: RK_IDENTITY, testDescription: "identity", ulps: 0, value: { $0 }, slope: { _ in 1 }),
    .init(
      op: RK_POWER, testDescription: "power 2.5", parameter: 2.5, domain: 0.01...5, ulps: 4, value: { pow($0, 2.5) },
      slope: { 2.5 * pow($0, 1.5) }),
    .init(
      op: RK_POWER, testDescription: "power 3", parameter: 3, ulps: 4, value: { $0 * $0 * $0 }, slope: { 3 * $0 * $0 }),
    .init(
      op: RK_SOFTPLUS, testDescription: "softplus", domain: -20...20, ulps: 2.5,
      value: { max($0, 0) + log1p(exp(-abs($0))) + ($0.isNaN ? $0 : 0) }, slope: sigmoid),
  ]
}

@Suite(.fencedBuffers) struct UnaryTests {
  @Test(arguments: Kernels.all, UnaryFunction.all)
  func valuesAtEverySize(kernels: Kernels, function: UnaryFunction) {
    var numbers = Numbers(seed: 1)
    for n in oddSizes {
      let arguments = numbers.reals(n, function.domain.lowerBound, function.domain.upperBound)
      let x = kernels.buffer(arguments)
      let y = kernels.buffer(count: n)
      kernels.table.unary(function.op, function.parameter, Int64(n), x.pointer, y.pointer)
      expectClose(
        y.values, arguments.map(function.value), relative: function.ulps * kernels.epsilon,
        "\(kernels.name) \(function.testDescription) of \(n)")

      kernels.table.unary(function.op, function.parameter, Int64(n), x.pointer, x.pointer)
      expectSameBits(x, y, "\(kernels.name) \(function.testDescription) of \(n) in place")
    }
  }

  /// Infinities, NaN, zeros and arguments around overflow. Denormal numbers may count as zero.
  @Test(arguments: Kernels.all, UnaryFunction.all)
  func specialValues(kernels: Kernels, function: UnaryFunction) {
    let arguments: [Double] = [
      0, -0.0, .infinity, -.infinity, .nan, 1, -1, 87, -87, 88, -88, 0x1p-126, -0x1p-126, 0x1p100, -0x1p100, 0x1p-99,
      -0x1p-99, 9.125, -9.125, 20, -20,
    ]
    // In the middle and in the remainder of a vector.
    for padding in [0, 3] {
      let padded = [Double](repeating: 1, count: padding) + arguments
      let x = kernels.buffer(padded)
      let y = kernels.buffer(count: padded.count)
      kernels.table.unary(function.op, function.parameter, Int64(padded.count), x.pointer, y.pointer)
      let expected = padded.map(function.value).map { kernels.element == RK_FLOAT32 ? Double(Float($0)) : $0 }
      expectClose(
        y.values, expected, absolute: 0x1p-126, relative: function.ulps * kernels.epsilon,
        "\(kernels.name) \(function.testDescription)")
    }
  }

  @Test(arguments: Kernels.all)
  func exponentialOverflowsAndUnderflows(kernels: Kernels) {
    let limit = kernels.element == RK_FLOAT32 ? 89.0 : 710.0
    let x = kernels.buffer([limit, -limit * 1.2, limit * 1e6, -limit * 1e6])
    kernels.table.unary(RK_EXP, 0, 4, x.pointer, x.pointer)
    #expect(x.values == [.infinity, 0, .infinity, 0])
  }

  /// An output sigmoid keeps its relative accuracy where it is tiny, down to the smallest normal number.
  @Test(arguments: Kernels.all)
  func sigmoidOfVeryNegativeNumbers(kernels: Kernels) {
    let arguments = (0...86).map { -Double($0) }
    let x = kernels.buffer(arguments)
    kernels.table.unary(RK_SIGMOID, 0, Int64(arguments.count), x.pointer, x.pointer)
    expectClose(x.values, arguments.map(UnaryFunction.sigmoid), relative: 2 * kernels.epsilon, kernels.name)
  }

  /// Zero keeps its sign, and so does everything that is its own tanh.
  @Test(arguments: Kernels.all)
  func tanhKeepsSigns(kernels: Kernels) {
    let arguments = [0, -0.0, 0x1p-120, -0x1p-120, 0x1p-60, -0x1p-60]
    let x = kernels.buffer(arguments)
    let y = kernels.buffer(count: arguments.count)
    kernels.table.unary(RK_TANH, 0, Int64(arguments.count), x.pointer, y.pointer)
    expectSameBits(y, x, kernels.name)
  }

  @Test(arguments: Kernels.all, UnaryFunction.all)
  func gradientsAreAdded(kernels: Kernels, function: UnaryFunction) {
    var numbers = Numbers(seed: 2)
    for n in oddSizes {
      let arguments = numbers.reals(n, function.domain.lowerBound, function.domain.upperBound)
      let upstream = numbers.reals(n)
      let before = numbers.reals(n)
      let x = kernels.buffer(arguments)
      let y = kernels.buffer(arguments.map(function.value))
      let dy = kernels.buffer(upstream)
      let dx = kernels.buffer(before)
      kernels.table.unary_backward(
        function.op, function.parameter, Int64(n), x.pointer, y.pointer, dy.pointer, dx.pointer)
      let slopes = arguments.map(function.slope)
      let expected = (0..<n).map { before[$0] + upstream[$0] * slopes[$0] }
      // 1 - y² and y (1 - y) lose the digits that y has no room for, hence the absolute part.
      expectClose(
        dx.values, expected, absolute: 4 * kernels.epsilon, relative: 8 * kernels.epsilon,
        "\(kernels.name) gradient of \(function.testDescription) of \(n)")
    }
  }

  @Test(arguments: Kernels.all)
  func slopesAtKinks(kernels: Kernels) {
    for (op, expected) in [(RK_RELU, 0.0), (RK_LEAKY_RELU, 0.25), (RK_ABS, 0.0)] {
      let x = kernels.buffer([0, -0.0])
      let dx = kernels.buffer([0, 0])
      kernels.table.unary_backward(op, 0.25, 2, x.pointer, x.pointer, kernels.buffer([1, 1]).pointer, dx.pointer)
      #expect(dx.values == [expected, expected], "\(kernels.name) \(op)")
    }
  }
}
