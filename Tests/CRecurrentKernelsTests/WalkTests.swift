import CRecurrentKernels
import Testing

extension rk_walk {
  init(_ dimensions: [Int], _ a: [Int], _ b: [Int]) {
    self.init()
    rank = Int32(dimensions.count)
    withUnsafeMutableBytes(of: &self.dimensions) { $0.bindMemory(to: Int64.self).set(dimensions) }
    withUnsafeMutableBytes(of: &a_strides) { $0.bindMemory(to: Int64.self).set(a) }
    withUnsafeMutableBytes(of: &b_strides) { $0.bindMemory(to: Int64.self).set(b) }
  }
}

extension UnsafeMutableBufferPointer<Int64> {
  fileprivate func set(_ values: [Int]) {
    for (i, value) in values.enumerated() { self[i] = Int64(value) }
  }
}

/// The axes of a walk, with the elements that its operands need.
struct WalkCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let dimensions: [Int]
  let a: [Int]
  let b: [Int]

  init(_ description: String, _ dimensions: [Int], _ a: [Int], _ b: [Int]) {
    testDescription = description
    self.dimensions = dimensions
    self.a = a
    self.b = b
  }

  var walk: rk_walk { rk_walk(dimensions, a, b) }
  var count: Int { dimensions.reduce(1, *) }
  var aCount: Int { zip(dimensions, a).reduce(1) { $0 + max(0, $1.0 - 1) * $1.1 } }
  var bCount: Int { zip(dimensions, b).reduce(1) { $0 + max(0, $1.0 - 1) * $1.1 } }

  /// The offsets of every element in both operands, in the walk's order.
  var offsets: [(a: Int, b: Int)] {
    var all = [(a: 0, b: 0)]
    for (axis, extent) in dimensions.enumerated() {
      all = all.flatMap { at in (0..<extent).map { (at.a + $0 * a[axis], at.b + $0 * b[axis]) } }
    }
    return all
  }

  static let all: [WalkCase] = [
    .init("scalar", [], [], []),
    .init("empty", [3, 0, 2], [0, 0, 1], [0, 0, 1]),
    .init("vector of 1", [1], [1], [1]),
    .init("vector of 37", [37], [1], [1]),
    .init("a repeats", [37], [0], [1]),
    .init("b repeats", [37], [1], [0]),
    .init("every second of a", [19], [2], [1]),
    .init("matrix", [7, 33], [33, 1], [33, 1]),
    .init("matrix in rows apart", [7, 33], [40, 1], [35, 1]),
    .init("row to every row", [7, 33], [33, 1], [0, 1]),
    .init("column to every column", [7, 33], [33, 1], [1, 0]),
    .init("outer product", [7, 33], [1, 0], [0, 1]),
    .init("transposed", [7, 33], [1, 7], [33, 1]),
    .init("planes turned, in several tiles", [2, 37, 33], [1221, 1, 37], [1221, 33, 1]),
    .init("planes turned back", [2, 37, 33], [33, 66, 1], [1221, 1, 37]),
    .init("three axes", [3, 5, 17], [85, 17, 1], [17, 0, 1]),
    .init("permuted axes", [3, 5, 17], [1, 51, 3], [85, 1, 5]),
    .init("six axes", [2, 3, 2, 1, 3, 9], [162, 54, 27, 27, 9, 1], [0, 9, 0, 5, 27, 1]),
  ]
}

@Suite(.fencedBuffers) struct WalkTests {
  static let operators: [(rk_binary, String, @Sendable (Double, Double) -> Double)] = [
    (RK_ADD, "+", { $0 + $1 }), (RK_SUBTRACT, "-", { $0 - $1 }), (RK_MULTIPLY, "*", { $0 * $1 }),
    (RK_DIVIDE, "/", { $0 / $1 }),
    (RK_MAXIMUM, "maximum", { $0.isNaN || $1.isNaN ? .nan : max($0, $1) }),
    (RK_MINIMUM, "minimum", { $0.isNaN || $1.isNaN ? .nan : min($0, $1) }),
    (RK_GREATER, ">", { $0 > $1 ? 1 : 0 }), (RK_LESS, "<", { $0 < $1 ? 1 : 0 }), (RK_EQUAL, "==", { $0 == $1 ? 1 : 0 }),
  ]

  @Test(arguments: Kernels.all, WalkCase.all)
  func binaryOperators(kernels: Kernels, shape: WalkCase) {
    var numbers = Numbers(seed: 3)
    // Halves in a small range: equal pairs occur, and quotients are the only inexact results.
    let a = numbers.wholeReals(shape.aCount).map { $0 / 2 }
    let b = numbers.wholeReals(shape.bCount).map { $0 / 2 == 0 ? 4.5 : $0 / 2 }
    let (aBuffer, bBuffer) = (kernels.buffer(a), kernels.buffer(b))
    for (op, symbol, function) in Self.operators {
      let y = kernels.buffer(count: shape.count)
      withUnsafePointer(to: shape.walk) { kernels.table.binary(op, $0, aBuffer.pointer, bBuffer.pointer, y.pointer) }
      let expected = shape.offsets.map { function(a[$0.a], b[$0.b]) }
      expectClose(y.values, expected, relative: kernels.epsilon / 2, "\(kernels.name) a \(symbol) b")
    }
  }

  @Test(arguments: Kernels.all)
  func binaryOperatorsOfSpecialValues(kernels: Kernels) {
    let special: [Double] = [0, -0.0, 1, -1, .infinity, -.infinity, .nan, 0x1p100]
    let shape = WalkCase("outer", [8, 8], [1, 0], [0, 1])
    let (a, b) = (kernels.buffer(special), kernels.buffer(special))
    for (op, symbol, function) in Self.operators {
      let y = kernels.buffer(count: 64)
      withUnsafePointer(to: shape.walk) { kernels.table.binary(op, $0, a.pointer, b.pointer, y.pointer) }
      let exact = shape.offsets.map { function(special[$0.a], special[$0.b]) }
      let expected = kernels.element == RK_FLOAT32 ? exact.map { Double(Float($0)) } : exact
      expectClose(y.values, expected, "\(kernels.name) a \(symbol) b")
    }
  }

  @Test(arguments: Kernels.all, WalkCase.all)
  func copies(kernels: Kernels, shape: WalkCase) {
    var numbers = Numbers(seed: 4)
    let source = numbers.wholeReals(shape.aCount)
    let before = numbers.wholeReals(shape.bCount)
    let a = kernels.buffer(source)
    for accumulate in [false, true] {
      var expected = before
      for at in shape.offsets { expected[at.b] = source[at.a] + (accumulate ? expected[at.b] : 0) }
      let b = kernels.buffer(before)
      withUnsafePointer(to: shape.walk) { kernels.table.copy($0, a.pointer, b.pointer, accumulate ? 1 : 0) }
      #expect(b.values == expected, "\(kernels.name) accumulate \(accumulate)")
    }
  }
}
