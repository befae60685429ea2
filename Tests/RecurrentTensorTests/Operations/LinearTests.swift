import RecurrentTensor
import RecurrentTestSupport
import Testing

struct LinearTests {
  @Test(arguments: [[4], [3, 4], [2, 3, 4], [2, 1, 3, 4]] as [Shape])
  func gradient(_ shape: Shape) {
    let inputs = [Tensor.doubles(shape, seed: 1), .doubles([5, 4], seed: 2), .doubles([5], seed: 3)]
    let biased = checkFunctionGradient(of: inputs) { $0[0].linear(weight: $0[1], bias: $0[2]).squared() }
    #expect(biased.agrees, "\(biased)")
    let plain = checkFunctionGradient(of: [inputs[0], inputs[1]]) { $0[0].linear(weight: $0[1]).squared() }
    #expect(plain.agrees, "\(plain)")
  }

  @Test(arguments: 0..<3)
  func onlyOneOperandIsAsked(_ chosen: Int) {
    let inputs = [Tensor.doubles([3, 4], seed: 1), .doubles([5, 4], seed: 2), .doubles([5], seed: 3)]
    let check = checkFunctionGradient(of: inputs[chosen]) { argument in
      var operands = inputs
      operands[chosen] = argument
      return operands[0].linear(weight: operands[1], bias: operands[2]).squared()
    }
    #expect(check.agrees, "\(check)")
  }

  @Test func equalsTheMatrixProduct() {
    let x = Tensor.doubles([6, 4], seed: 1)
    let weight = Tensor.doubles([5, 4], seed: 2)
    let bias = Tensor.doubles([5], seed: 3)
    let difference = x.linear(weight: weight, bias: bias) - (matmul(x, weight.transposed()) + bias)
    #expect(difference.doubles.allSatisfy { abs($0) < 1e-14 })
  }

  @Test func aWeightUsedTwice() {
    let inputs = [Tensor.doubles([3, 4], seed: 1), .doubles([4, 4], seed: 2)]
    let check = checkFunctionGradient(of: inputs) { inputs in
      tanh(inputs[0].linear(weight: inputs[1])).linear(weight: inputs[1])
    }
    #expect(check.agrees, "\(check)")
  }

  @Test func noRowsGiveNoRows() {
    let result = Tensor(zeros: [0, 4]).linear(weight: Tensor(zeros: [5, 4]), bias: Tensor(zeros: [5]))
    #expect(result.shape == [0, 5])
  }

  @Test func theCacheFollowsTheWeight() {
    let cache = LinearCache()
    let x = Tensor([1, 2], shape: [1, 2])
    var weight = Tensor([1, 1], shape: [1, 2])
    #expect(x.linear(weight: weight, bias: nil, cache: cache).scalar == 3)
    let address = weight.pointer
    weight.withMutableScalars { $0[0] = 10 }
    #expect(weight.pointer == address)
    #expect(x.linear(weight: weight, bias: nil, cache: cache).scalar == 12)
    let other = weight * 2
    #expect(x.linear(weight: other, bias: nil, cache: cache).scalar == 24)
    #expect(x.linear(weight: weight, bias: nil, cache: cache).scalar == 12)
    #expect(
      x.converted(to: .float64).linear(weight: weight.converted(to: .float64), bias: nil, cache: cache).doubles == [12])
    // Parts of one block, equal in size: only where they start differs.
    let both = Tensor([1, 2, 3, 4], shape: [2, 2])
    #expect(x.linear(weight: both.slice(axis: 0, 0..<1), bias: nil, cache: cache).scalar == 5)
    #expect(x.linear(weight: both.slice(axis: 0, 1..<2), bias: nil, cache: cache).scalar == 11)
  }

  @Test func whatDoesNotFitTraps() async {
    await #expect(processExitsWith: .failure) { _ = Tensor(zeros: [2, 3]).linear(weight: Tensor(zeros: [5, 4])) }
    await #expect(processExitsWith: .failure) {
      _ = Tensor(zeros: [2, 4]).linear(weight: Tensor(zeros: [5, 4]), bias: Tensor(zeros: [4]))
    }
  }
}
