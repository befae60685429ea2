import RecurrentTensor
import RecurrentTestSupport
import Testing

struct MatrixProductTests {
  static let sizes = [(1, 1, 1), (2, 3, 4), (5, 1, 3), (1, 7, 1), (9, 5, 17)]

  @Test(arguments: sizes.indices)
  func gradient(_ number: Int) {
    let (m, k, n) = Self.sizes[number]
    let matrices = checkFunctionGradient(of: [.doubles([m, k], seed: 1), .doubles([k, n], seed: 2)]) {
      matmul($0[0], $0[1])
    }
    #expect(matrices.agrees, "\(matrices)")
    let batches = checkFunctionGradient(of: [.doubles([3, m, k], seed: 3), .doubles([3, k, n], seed: 4)]) {
      matmul($0[0], $0[1]).squared()
    }
    #expect(batches.agrees, "\(batches)")
  }

  @Test(arguments: sizes.indices)
  func values(_ number: Int) {
    let (m, k, n) = Self.sizes[number]
    let a = Tensor(normal: [2, m, k], key: RandomKey(seed: 5))
    let b = Tensor(normal: [2, k, n], key: RandomKey(seed: 6))
    let product = matmul(a, b)
    #expect(product.shape == [2, m, n])
    for batch in 0..<2 {
      let left = a[batch].converted(to: .float64).doubles
      let right = b[batch].converted(to: .float64).doubles
      for row in 0..<m {
        for column in 0..<n {
          let expected = (0..<k).reduce(0) { $0 + left[row * k + $1] * right[$1 * n + column] }
          #expect(abs(Double(product[batch][row][column].scalar) - expected) < 1e-5)
        }
      }
      #expect(matmul(a[batch], b[batch]).scalars == product[batch].scalars)
    }
  }

  @Test func aMatrixTimesItself() {
    let check = checkFunctionGradient(of: .doubles([4, 4], seed: 7)) { matmul($0, $0) }
    #expect(check.agrees, "\(check)")
    let gram = checkFunctionGradient(of: .doubles([3, 5], seed: 8)) { matmul($0, $0.transposed()) }
    #expect(gram.agrees, "\(gram)")
  }

  @Test func oneConstantFactor() {
    let constant = Tensor.doubles([3, 4], seed: 9)
    let right = checkFunctionGradient(of: .doubles([2, 3], seed: 8)) { matmul($0, constant) }
    #expect(right.agrees, "\(right)")
    let left = checkFunctionGradient(of: .doubles([4, 2], seed: 8)) { matmul(constant, $0) }
    #expect(left.agrees, "\(left)")
  }

  @Test func anInnerSizeOfZeroGivesZeros() {
    #expect(matmul(Tensor(zeros: [2, 0]), Tensor(zeros: [0, 3])).scalars == [0, 0, 0, 0, 0, 0])
  }

  @Test func whatDoesNotFitTraps() async {
    await #expect(processExitsWith: .failure) { _ = matmul(Tensor(zeros: [2, 3]), Tensor(zeros: [2, 3])) }
    await #expect(processExitsWith: .failure) { _ = matmul(Tensor(zeros: [2, 3, 4]), Tensor(zeros: [4, 5])) }
    await #expect(processExitsWith: .failure) { _ = matmul(Tensor(zeros: [2, 3, 4]), Tensor(zeros: [3, 4, 5])) }
  }
}
