import RecurrentTensor
import RecurrentTestSupport
import Testing

struct ReductionsTests {
  @Test(arguments: [0, 1, 2, -1, -2])
  func gradientAlongOneAxis(_ axis: Int) {
    let x = Tensor.doubles([2, 3, 4], seed: 1)
    let sum = checkFunctionGradient(of: x) { $0.squared().sum(axis: axis) }
    #expect(sum.agrees, "\(sum)")
    let mean = checkFunctionGradient(of: x) { $0.squared().mean(axis: axis).squared() }
    #expect(mean.agrees, "\(mean)")
    let maximum = checkFunctionGradient(of: x) { $0.max(axis: axis).squared() }
    #expect(maximum.agrees, "\(maximum)")
  }

  @Test func gradientOfAllElements() {
    let sum = checkFunctionGradient(of: .doubles([2, 3, 4], seed: 2)) { $0.squared().sum() * $0.sum() }
    #expect(sum.agrees, "\(sum)")
    let mean = checkFunctionGradient(of: .doubles([2, 3, 4], seed: 2)) { $0.squared().mean() * $0.mean() }
    #expect(mean.agrees, "\(mean)")
  }

  @Test func aMeanUsedTwice() {
    // The pullback of a mean scales what it is handed: nobody else may see that.
    let check = checkFunctionGradient(of: .doubles([3, 4], seed: 3)) { x in
      let mean = x.mean(axis: 0)
      return mean.squared() + mean.reshaped(to: [2, 2]).reshaped(to: [4]) * 3 + mean
    }
    #expect(check.agrees, "\(check)")
  }

  @Test func values() {
    let x = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    #expect(x.sum(axis: 0).scalars == [5, 7, 9])
    #expect(x.sum(axis: 1).scalars == [6, 15])
    #expect(x.mean(axis: 1).scalars == [2, 5])
    #expect(x.sum().scalar == 21)
    #expect(x.mean().scalar == 3.5)
    #expect(x.sum().shape == [])
    #expect((-x).max(axis: 0).scalars == [-1, -2, -3])
    #expect(Tensor(zeros: [2, 0]).sum(axis: 1).scalars == [0, 0])
    #expect(Tensor(3).sum().scalar == 3)
  }

  @Test func anEmptyAxisHasNoLargestElement() async {
    await #expect(processExitsWith: .failure) { _ = Tensor(zeros: [2, 0]).max(axis: 1) }
  }

  @Test func equalLargestElementsShareTheGradient() {
    let x = Tensor([3, 1, 3, 2, 2, 2], shape: [2, 3])
    let found = gradients([x]) { $0[0].max(axis: 1).sum() }[0].scalars
    let third: Float = 1 / 3
    #expect(found == [0.5, 0, 0.5, third, third, third])
  }
}
