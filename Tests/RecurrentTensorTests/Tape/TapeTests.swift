import RecurrentTensor
import RecurrentTestSupport
import Testing

struct TapeTests {
  /// One pass forward and backward over some functions of a vector that all make blocks of the same size.
  static func step(on tape: Tape, depth: Int = 5) -> [Float] {
    gradients([Tensor(repeating: 0.5, shape: [100])], on: tape) { inputs in
      var x = inputs[0]
      for _ in 0..<depth { x = tanh(x * x + inputs[0]) * sigmoid(x) }
      return x.sum()
    }[0].scalars
  }

  @Test func valuesUsedSeveralTimes() {
    let check = checkFunctionGradient(of: [.doubles([3], seed: 1), .doubles([3], seed: 2)]) { inputs in
      let shared = tanh(inputs[0] * inputs[1])
      let left = exp(shared) + inputs[0]
      let right = sigmoid(shared) * shared
      return left * right + left + shared  // A diamond whose corners are used again.
    }
    #expect(check.agrees, "\(check)")
  }

  @Test func unusedResultsAndArgumentsGetNoGradient() {
    let found = gradients([Tensor([1, 2]), Tensor([3, 4])]) { inputs in
      _ = exp(inputs[0] * inputs[1])  // Recorded, but the loss does not depend on it.
      return (inputs[0] * 3).sum()
    }
    #expect(found[0].scalars == [3, 3])
    #expect(found[1].scalars == [0, 0])
  }

  @Test func theLossMayBeAnArgumentOrAConstant() {
    #expect(gradients([Tensor(2)]) { $0[0] }[0].scalars == [1])
    #expect(gradients([Tensor(2)]) { _ in Tensor(5) }[0].scalars == [0])
    #expect(gradients([Tensor(2)]) { $0[0].detached() * 3 }[0].scalars == [0])
  }

  @Test func aDetachedFactorIsAConstant() {
    let found = gradients([Tensor([2, 3])]) { ($0[0] * $0[0].detached()).sum() }
    #expect(found[0].scalars == [2, 3])
  }

  @Test func longChainsDoNotOverflowTheStack() {
    let depth = 300_000
    let found = gradients([Tensor([1])]) { inputs in
      var x = inputs[0]
      for _ in 0..<depth { x = -x }
      return x.sum()
    }
    #expect(found[0].scalars == [1])
  }

  @Test func stepsUseTheMemoryOfEarlierOnes() {
    let tape = Tape()
    let first = Self.step(on: tape)
    #expect(Self.step(on: tape) == first)
    let held = tape.blockCount
    for _ in 0..<20 { #expect(Self.step(on: tape) == first) }
    #expect(tape.blockCount == held)
  }

  @Test func stepsOfOtherSizesDoNotMakeTheMemoryGrowForEver() {
    let tape = Tape()
    for depth in [40, 3, 17, 1, 40, 8] { _ = Self.step(on: tape, depth: depth) }
    let held = tape.blockCount
    for depth in [3, 40, 17, 5, 39, 40, 1, 8] { _ = Self.step(on: tape, depth: depth) }
    #expect(tape.blockCount == held)
  }

  @Test func aResultThatIsKeptIsNotOverwritten() {
    let tape = Tape()
    var kept: [Tensor] = []
    for step in 0..<10 {
      _ = gradients([Tensor(repeating: Float(step), shape: [50])], on: tape) { inputs in
        let doubled = inputs[0] * 2
        kept.append(doubled.detached())
        return doubled.squared().sum()
      }
    }
    for step in 0..<10 { #expect(kept[step].scalars.allSatisfy { $0 == Float(2 * step) }) }
  }

  @Test func changingAResultInPlaceLeavesTheTapeAlone() {
    let found = gradients([Tensor([2, 3])]) { inputs in
      var doubled = inputs[0] * 2
      let square = doubled * doubled
      doubled.withMutableScalars { $0[0] = 1000 }
      return square.sum()
    }
    #expect(found[0].scalars == [16, 24])
  }

  @Test func aScopeThatEndsEarlyLeavesTheTapeUsable() {
    let tape = Tape()
    for _ in 0..<3 {
      tape.open()
      var leaf = Tensor([1, 2])
      leaf.node = tape.makeLeaf()
      _ = exp(leaf)
      tape.close()
      #expect(Self.step(on: tape) == Self.step(on: Tape()))
    }
  }

  @Test func aTensorOfAFinishedScopeStillHasItsNumbers() {
    var escaped: Tensor?
    _ = gradients([Tensor([2, 3])]) { inputs in
      escaped = inputs[0] * 2
      return inputs[0].sum()
    }
    #expect(escaped?.scalars == [4, 6])
    #expect(escaped?.detached().sum().scalar == 10)
  }

  @Test func aTensorOfAFinishedScopeTrapsInALaterOne() async {
    await #expect(processExitsWith: .failure) {
      let tape = Tape()
      var escaped: [Tensor] = []
      _ = gradients([Tensor([2, 3])], on: tape) { inputs in
        escaped.append(inputs[0] * 2)
        return inputs[0].sum()
      }
      _ = gradients([Tensor([2, 3])], on: tape) { inputs in (inputs[0] * escaped[0]).sum() }
    }
    await #expect(processExitsWith: .failure) {
      var escaped: [Tensor] = []
      _ = gradients([Tensor([2, 3])]) { inputs in
        escaped.append(inputs[0] * 2)
        return inputs[0].sum()
      }
      _ = escaped[0] + escaped[0]
    }
    // A later tape may stand where the finished one stood.
    await #expect(processExitsWith: .failure) {
      var escaped: [Tensor] = []
      for _ in 0..<2 {
        _ = gradients([Tensor([2, 3])]) { inputs in
          escaped.append(inputs[0] * 2)
          return escaped[0].sum()
        }
      }
    }
  }

  @Test func whatARecordKeptIsFreeForTheRecordsBelowIt() {
    func bytes(_ depth: Int) -> Int {
      let tape = Tape()
      _ = gradients([Tensor(repeating: 0.5, shape: [1 << 14])], on: tape) { inputs in
        var x = inputs[0]
        for _ in 0..<depth { x = tanh(x) }
        return x.sum()
      }
      return tape.byteCount
    }
    let results = 20 << 16
    // Each gradient takes the memory of a result above it: two blocks more than there are results, whatever the depth.
    #expect(bytes(20) >= results && bytes(20) < results + 3 << 16)
  }

  @Test func tensorsOfTwoScopesTrap() async {
    await #expect(processExitsWith: .failure) {
      _ = gradients([Tensor([2, 3])]) { outer in
        _ = gradients([Tensor([4, 5])]) { inner in (inner[0] * outer[0]).sum() }
        return outer[0].sum()
      }
    }
    await #expect(processExitsWith: .failure) {
      _ = gradients([Tensor([2, 3])]) { outer in
        _ = gradients([Tensor([4, 5])]) { _ in outer[0].sum() }  // The loss belongs to the outer scope.
        return outer[0].sum()
      }
    }
  }

  @Test func scopesMayBeNestedWhenTheyDoNotMix() {
    let found = gradients([Tensor([2, 3])]) { outer in
      let inner = gradients([outer[0].detached()]) { $0[0].squared().sum() }
      return (outer[0] * inner[0]).sum()
    }
    #expect(found[0].scalars == [4, 6])
  }

  @Test func misuseTraps() async {
    // One scope at a time.
    await #expect(processExitsWith: .failure) {
      let tape = Tape()
      tape.open()
      tape.open()
    }
    // The loss is a single number.
    await #expect(processExitsWith: .failure) { _ = gradients([Tensor([2, 3])]) { $0[0] * 2 } }
  }
}
