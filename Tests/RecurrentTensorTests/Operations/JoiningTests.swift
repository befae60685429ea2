import RecurrentTensor
import RecurrentTestSupport
import Testing

struct JoiningTests {
  static let counting = Tensor((0..<24).map { Float($0) }, shape: [2, 3, 4])

  @Test(arguments: [
    (0, 0..<1), (0, 1..<2), (0, 0..<2), (1, 1..<3), (1, 2..<3), (2, 0..<1), (2, 1..<4), (-1, 2..<4), (1, 1..<1),
  ])
  func sliceGradient(_ axis: Int, _ range: Range<Int>) {
    let check = checkFunctionGradient(of: .doubles([2, 3, 4], seed: 1)) { x in
      // The whole is used as well, so that the slice must add to a gradient that is there.
      x.squared().sum() + x.slice(axis: axis, range).squared().weighedSum()
    }
    #expect(check.agrees, "\(check)")
  }

  @Test func sliceValues() {
    #expect(Self.counting.slice(axis: 0, 1..<2).scalars == (12..<24).map { Float($0) })
    #expect(Self.counting.slice(axis: 1, 1..<3).scalars == [4, 5, 6, 7, 8, 9, 10, 11, 16, 17, 18, 19, 20, 21, 22, 23])
    #expect(Self.counting.slice(axis: -1, 2..<3).scalars == [2, 6, 10, 14, 18, 22])
    #expect(Self.counting.slice(axis: 2, 1..<1).shape == [2, 3, 0])
    #expect(Self.counting[1].shape == [3, 4])
    #expect(Self.counting[1][2].scalars == [20, 21, 22, 23])
    #expect(Self.counting[1][2][3].scalar == 23)
  }

  @Test func sliceOfASlice() {
    let check = checkFunctionGradient(of: .doubles([4, 3, 4], seed: 1)) { x in
      x.slice(axis: 0, 1..<4).slice(axis: 0, 1..<3).slice(axis: 2, 1..<3)[1].squared()
    }
    #expect(check.agrees, "\(check)")
  }

  @Test func aSliceDoesNotChangeWithTheWhole() {
    var whole = Self.counting
    let part = whole[0]
    whole.withMutableScalars { $0[0] = 100 }
    #expect(part.scalars[0] == 0)
    #expect(whole.scalars[0] == 100)
  }

  @Test func stepsOfASequence() {
    let check = checkFunctionGradient(of: .doubles([5, 2, 3], seed: 2)) { x in
      var sum = x[0]
      for step in 1..<5 { sum = tanh(sum) + x[step] }
      return sum
    }
    #expect(check.agrees, "\(check)")
  }

  @Test(arguments: [0, 1, 2, -1, -3])
  func concatenationGradient(_ axis: Int) {
    let sizes = (0..<3).map { part -> Shape in
      var shape: Shape = [2, 3, 2]
      shape[axis] = part + 1
      return shape
    }
    let inputs = sizes.enumerated().map { Tensor.doubles($0.element, seed: UInt64($0.offset)) }
    let check = checkFunctionGradient(of: inputs) { Tensor(concatenating: $0, axis: axis).squared() }
    #expect(check.agrees, "\(check)")
  }

  @Test func concatenationValues() {
    let a = Tensor([1, 2, 3, 4], shape: [2, 2])
    let b = Tensor([5, 6], shape: [2, 1])
    #expect(Tensor(concatenating: [a, b], axis: 1).scalars == [1, 2, 5, 3, 4, 6])
    #expect(Tensor(concatenating: [a, a], axis: 0).scalars == [1, 2, 3, 4, 1, 2, 3, 4])
    #expect(Tensor(concatenating: [Tensor(zeros: [2, 0]), a, Tensor(zeros: [2, 0])], axis: 1).scalars == a.scalars)
  }

  @Test func aPartMayOccurTwiceAndAConstantNotAtAll() {
    let constant = Tensor.doubles([2, 2], seed: 9)
    let check = checkFunctionGradient(of: .doubles([2, 2], seed: 1)) { x in
      Tensor(concatenating: [x, constant, x.squared(), x], axis: 1)
    }
    #expect(check.agrees, "\(check)")
  }

  @Test(arguments: [0, 1, 2, -1])
  func stackGradient(_ axis: Int) {
    let inputs = (0..<3).map { Tensor.doubles([2, 4], seed: $0) }
    let check = checkFunctionGradient(of: inputs) { Tensor(stacking: $0, axis: axis).squared() }
    #expect(check.agrees, "\(check)")
  }

  @Test func stackValues() {
    let parts = [Tensor([1, 2]), Tensor([3, 4]), Tensor([5, 6])]
    #expect(Tensor(stacking: parts).shape == [3, 2])
    #expect(Tensor(stacking: parts).scalars == [1, 2, 3, 4, 5, 6])
    #expect(Tensor(stacking: parts, axis: 1).scalars == [1, 3, 5, 2, 4, 6])
    #expect(Tensor(stacking: parts, axis: -1).scalars == [1, 3, 5, 2, 4, 6])
    #expect(Tensor(stacking: [Tensor(1), Tensor(2)]).scalars == [1, 2])
  }

  @Test func splitIsTheInverseOfConcatenation() {
    let parts = Self.counting.split(into: 2, axis: 2)
    #expect(parts.map(\.shape) == [[2, 3, 2], [2, 3, 2]])
    #expect(Tensor(concatenating: parts, axis: 2).scalars == Self.counting.scalars)
    let check = checkFunctionGradient(of: .doubles([2, 6], seed: 4)) { x in
      let gates = x.split(into: 3, axis: -1)
      return sigmoid(gates[0]) * tanh(gates[1])  // The third is used by nobody.
    }
    #expect(check.worstRelativeError < 1e-6, "\(check)")
  }

  @Test func whatDoesNotFitTraps() async {
    await #expect(processExitsWith: .failure) { _ = Tensor([1, 2]).slice(axis: 0, 1..<3) }
    await #expect(processExitsWith: .failure) {
      _ = Tensor(concatenating: [Tensor(zeros: [2, 2]), Tensor(zeros: [3, 2])], axis: 1)
    }
    await #expect(processExitsWith: .failure) { _ = Tensor([1, 2, 3]).split(into: 2, axis: 0) }
  }
}
