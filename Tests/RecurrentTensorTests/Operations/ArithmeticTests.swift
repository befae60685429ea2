import RecurrentTensor
import RecurrentTestSupport
import Testing

struct ArithmeticTests {
  enum Operation: CaseIterable {
    case add, subtract, multiply, divide, maximum, minimum

    func callAsFunction(_ a: Tensor, _ b: Tensor) -> Tensor {
      switch self {
      case .add: a + b
      case .subtract: a - b
      case .multiply: a * b
      case .divide: a / b
      case .maximum: RecurrentTensor.maximum(a, b)
      case .minimum: RecurrentTensor.minimum(a, b)
      }
    }

    func callAsFunction(_ a: Double, _ b: Double) -> Double {
      switch self {
      case .add: a + b
      case .subtract: a - b
      case .multiply: a * b
      case .divide: a / b
      case .maximum: Swift.max(a, b)
      case .minimum: Swift.min(a, b)
      }
    }
  }

  /// Every way in which one shape can be stretched to another, with what comes out.
  static let shapes: [(Shape, Shape, Shape)] = [
    ([2, 3], [2, 3], [2, 3]), ([2, 3], [3], [2, 3]), ([3], [2, 3], [2, 3]), ([2, 3], [2, 1], [2, 3]),
    ([2, 1], [1, 3], [2, 3]), ([2, 3], [], [2, 3]), ([], [2, 3], [2, 3]), ([2, 3], [1], [2, 3]),
    ([1, 1], [3], [1, 3]), ([], [], []), ([2, 3, 2], [2, 1, 2], [2, 3, 2]), ([2, 1, 3], [4, 1], [2, 4, 3]),
    ([2, 3, 2], [3, 1], [2, 3, 2]), ([2, 1, 2, 1], [3, 1, 2], [2, 3, 2, 2]),
    ([1, 2, 1, 2, 1, 2], [2, 1], [1, 2, 1, 2, 2, 2]),
  ]

  /// Numbers between 0.5 and 2 of either sign, safe to divide by.
  static func numbers(_ shape: Shape, seed: UInt64) -> Tensor {
    let size = Tensor(uniform: shape, from: 0.5, to: 2, key: RandomKey(seed: seed))
    let sign = Tensor(uniform: shape, from: -1, to: 1, key: RandomKey(seed: seed + 1))
    return select(sign .> Tensor(0), size, -size)
  }

  @Test(arguments: Operation.allCases, shapes.indices)
  func gradientsWithBroadcasting(_ operation: Operation, _ number: Int) {
    let (left, right, _) = Self.shapes[number]
    let check = checkFunctionGradient(of: [Self.numbers(left, seed: 1), Self.numbers(right, seed: 7)]) {
      operation($0[0], $0[1])
    }
    #expect(check.agrees, "\(left) \(right): \(check)")
  }

  @Test(arguments: Operation.allCases, shapes.indices)
  func valuesWithBroadcasting(_ operation: Operation, _ number: Int) {
    let (left, right, shape) = Self.shapes[number]
    let a = Self.numbers(left, seed: 3).converted(to: .float64)
    let b = Self.numbers(right, seed: 5).converted(to: .float64)
    let result = operation(a, b)
    #expect(result.shape == shape)
    let expected = Self.indices(of: shape).map { index in
      operation(Self.element(of: a, at: index), Self.element(of: b, at: index))
    }
    #expect(result.doubles == expected)
  }

  /// All index tuples of a shape, innermost axis fastest.
  static func indices(of shape: Shape) -> [[Int]] {
    shape.dimensions.reduce([[]]) { found, size in found.flatMap { head in (0..<size).map { head + [$0] } } }
  }

  /// The element that stands at `index` once the tensor is stretched to as many axes.
  static func element(of tensor: Tensor, at index: [Int]) -> Double {
    let own = index.suffix(tensor.shape.rank)
    let position = zip(own, tensor.shape.dimensions).reduce(0) { offset, axis in
      offset * axis.1 + (axis.1 == 1 ? 0 : axis.0)
    }
    return tensor.doubles[position]
  }

  @Test(arguments: Operation.allCases)
  func bothOperandsMayBeOneTensor(_ operation: Operation) {
    // The slope of a maximum of equal values is not defined by differences; the shifted operand avoids the tie.
    let check = checkFunctionGradient(of: Self.numbers([2, 3], seed: 11)) { x in
      operation(x, x * 0.5) + operation(x, x.squared() + 1)
    }
    #expect(check.agrees, "\(check)")
    if operation == .divide || operation == .subtract { return }
    let same = checkFunctionGradient(of: Self.numbers([2, 3], seed: 11)) { operation($0, $0) }
    #expect(same.agrees, "\(same)")
  }

  @Test func numbersOnEitherSide() {
    let input = Self.numbers([2, 3], seed: 13)
    let check = checkFunctionGradient(of: input) { x in
      (2 + x) * (x + 2) + (3 - x) * (x - 3) + (0.5 * x) * (x * 0.25) + (4 / x) * (x / 4) + x.squared() / 3
    }
    #expect(check.agrees, "\(check)")
    #expect((2 - Tensor([5, 6])).scalars == [-3, -4])
    #expect((Tensor([5, 6]) - 2).scalars == [3, 4])
    #expect((2 / Tensor([5, 8])).scalars == [0.4, 0.25])
    #expect((Tensor([5, 8]) / 2).scalars == [2.5, 4])
  }

  @Test func atATieTheFirstOperandTakesTheGradient() {
    let (a, b) = gradients(Tensor([1, 2, 3]), Tensor([2, 2, 2])) { maximum($0, $1).sum() }
    #expect(a == [0, 1, 1])
    #expect(b == [1, 0, 0])
    let (c, d) = gradients(Tensor([1, 2, 3]), Tensor([2, 2, 2])) { minimum($0, $1).sum() }
    #expect(c == [1, 1, 0])
    #expect(d == [0, 0, 1])
  }

  @Test func comparisonsGiveOnesAndZerosAndNoGradient() {
    let a = Tensor([1, 2, 3])
    #expect((a .> Tensor(2)).scalars == [0, 0, 1])
    #expect((a .< Tensor(2)).scalars == [1, 0, 0])
    #expect((a .== Tensor(2)).scalars == [0, 1, 0])
    let check = checkFunctionGradient(of: Self.numbers([5], seed: 17)) { ($0 .> $0.constant(0)) * $0.squared() }
    #expect(check.agrees, "\(check)")
  }

  @Test func emptyTensorsStayEmpty() {
    #expect((Tensor(zeros: [0, 3]) + Tensor([1, 2, 3])).shape == [0, 3])
    let (a, b) = gradients(Tensor(zeros: [0, 3]), Tensor([1, 2, 3])) { ($0 * $1).sum() }
    #expect(a == [])
    #expect(b == [0, 0, 0])
  }

  @Test func shapesThatDoNotFitTrap() async {
    await #expect(processExitsWith: .failure) { _ = Tensor(zeros: [2, 3]) + Tensor(zeros: [2]) }
    await #expect(processExitsWith: .failure) { _ = Tensor(zeros: [2]) + Tensor(zeros: [2]).converted(to: .float64) }
  }
}
