import RecurrentTensor
import RecurrentTestSupport
import Testing

struct InnerProductTests {
  @Test func values() {
    #expect(innerProduct(Tensor([1, 2, 3]), Tensor([4, -5, 6])).scalar == 12)
    #expect(innerProduct(Tensor(zeros: [0, 3]), Tensor(zeros: [0, 3])).scalar == 0)
    let many = Tensor((0..<10_000).map { Float($0 % 7) })
    #expect(innerProduct(many, Tensor(repeating: 1, shape: [10_000])).scalar == many.scalars.reduce(0, +))
  }

  @Test func gradient() {
    let check = checkFunctionGradient(of: [.doubles([3, 4], seed: 1), .doubles([3, 4], seed: 2)]) { inputs in
      let a = tanh(inputs[0])
      return innerProduct(a, sigmoid(inputs[1])) * 3 + innerProduct(a, inputs[1].squared())
    }
    #expect(check.agrees, "\(check)")
  }

  @Test func theGivenGradientIsHandedOnUnchanged() {
    let given = Tensor([5, 7, 11])
    for scale in [Float(1), 2] {
      let found = gradients([Tensor([1, 2, 3])]) { innerProduct($0[0] * 2, given) * scale }
      #expect(found[0].scalars == [10, 14, 22].map { $0 * scale })
    }
    #expect(given.scalars == [5, 7, 11])
  }

  @Test(arguments: [false, true]) func aGradientThatIsLentIsNotWrittenOver(isFirst: Bool) {
    let given = Tensor([5, 7, 11])
    let found = gradients([Tensor([1, 2, 3])]) { inputs in
      let doubled = inputs[0] * 2
      let product = innerProduct(doubled, given)
      // The other use of `doubled` adds to the same gradient, before or after; a mean scales its own in place.
      let others = doubled.sum() + doubled.reshaped(to: [3, 1]).mean(axis: 0).sum()
      return isFirst ? others + product : product + others
    }
    #expect(zip(found[0].scalars, [5, 7, 11]).allSatisfy { abs($0 - 2 * ($1 + 1 + 1 / 3)) < 1e-4 })
    #expect(given.scalars == [5, 7, 11])
    let means = gradients([Tensor([1, 2, 3])]) { innerProduct(($0[0] * 2).mean(axis: 0), Tensor(given.scalars[0])) }
    #expect(abs(means[0].scalars[0] - 10 / 3) < 1e-5)
  }

  @Test func shapesAndTypesMustAgree() async {
    await #expect(processExitsWith: .failure) { _ = innerProduct(Tensor([1, 2]), Tensor([1, 2, 3])) }
    await #expect(processExitsWith: .failure) {
      _ = innerProduct(Tensor([1, 2]), Tensor([1, 2]).converted(to: .float64))
    }
  }
}
