import RecurrentTensor
import RecurrentTestSupport
import Testing

struct ReshapingTests {
  @Test(arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
  func permutation(_ order: [Int]) {
    let x = Tensor.doubles([2, 3, 4], seed: 1)
    let check = checkFunctionGradient(of: x) { $0.permuted(order).squared() }
    #expect(check.agrees, "\(check)")

    let permuted = x.permuted(order)
    #expect(permuted.shape == Shape(order.map { x.shape[$0] }))
    for i in 0..<permuted.shape[0] {
      for j in 0..<permuted.shape[1] {
        for k in 0..<permuted.shape[2] {
          var index = [0, 0, 0]
          for (axis, position) in zip(order, [i, j, k]) { index[axis] = position }
          #expect(permuted[i][j][k].doubles == x[index[0]][index[1]][index[2]].doubles)
        }
      }
    }
  }

  @Test func permutationOfManyAxes() {
    let check = checkFunctionGradient(of: .doubles([2, 1, 3, 2, 1, 2], seed: 2)) { x in
      x.permuted([5, 2, 4, 0, 3, 1]).squared()
    }
    #expect(check.agrees, "\(check)")
  }

  @Test func transposition() {
    #expect(Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3]).transposed().scalars == [1, 4, 2, 5, 3, 6])
    let matrix = checkFunctionGradient(of: .doubles([2, 3], seed: 3)) { $0.transposed().squared() }
    #expect(matrix.agrees, "\(matrix)")
    let batch = checkFunctionGradient(of: .doubles([3, 2, 4], seed: 3)) { $0.transposed().squared() }
    #expect(batch.agrees, "\(batch)")
    #expect(Tensor(zeros: [3, 2, 4]).transposed().shape == [3, 4, 2])
  }

  @Test func reshape() {
    let check = checkFunctionGradient(of: .doubles([2, 6], seed: 4)) { x in
      let cube = x.reshaped(to: [3, 2, 2])
      return cube.squared().sum() + x.sum() + (cube * cube.reshaped(to: [12]).reshaped(to: [3, 2, 2])).weighedSum()
    }
    #expect(check.agrees, "\(check)")
  }

  @Test func aReshapedTensorDoesNotChangeWithTheOther() {
    let x = Tensor([1, 2, 3, 4])
    var square = x.reshaped(to: [2, 2])
    square.withMutableScalars { $0[3] = 9 }
    #expect(x.scalars == [1, 2, 3, 4])
    #expect(square.scalars == [1, 2, 3, 9])
  }

  @Test func whatDoesNotFitTraps() async {
    await #expect(processExitsWith: .failure) { _ = Tensor([1, 2, 3]).reshaped(to: [2, 2]) }
    await #expect(processExitsWith: .failure) { _ = Tensor(zeros: [2, 3]).permuted([0, 0]) }
    await #expect(processExitsWith: .failure) { _ = Tensor([1, 2, 3]).transposed() }
  }
}
