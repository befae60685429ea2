import RecurrentLayers
import RecurrentTensor
import Testing

/// Gradients are told of when nothing more is added to them, and not later than the layer below begins.
@Suite struct GradientListenerTests {
  private struct Chain: Module {
    var shared = Parameter(Tensor([0.5, -0.5, 0.25, 1], shape: [2, 2]))
    var first = RecurrentLayer(LSTMCell(inputSize: 2, hiddenSize: 3, key: RandomKey(seed: 1)))
    var second = RecurrentLayer(GRUCell(inputSize: 3, hiddenSize: 3, key: RandomKey(seed: 2)), direction: .backward)
    var unused = Parameter(Tensor([1, 2]))
    var head = Linear(inputSize: 3, outputSize: 2, key: RandomKey(seed: 3))

    mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
      visitor.visit("shared", &shared)
      visitor.visit("first", &first)
      visitor.visit("second", &second)
      visitor.visit("unused", &unused)
      visitor.visit("head", &head)
    }

    /// `shared` is used by the first operation and by the last.
    func loss(_ x: Tensor) -> Tensor {
      let inputs = SequenceBatch(matmul(x.reshaped(to: [8, 2]), shared.value).reshaped(to: [4, 2, 2]))
      let outputs = head(second(first(inputs).outputs).outputs.values)
      return (outputs * outputs).mean() + (shared.value * shared.value).sum()
    }
  }

  private final class Listener: GradientListener {
    var gradients: Gradients?
    var order: [Int] = []
    /// The gradients when they were told of.
    var told: [Int: [Float]] = [:]
    /// The gradients that had begun by then.
    var begun: [Int: [Int]] = [:]

    func begin(_ gradients: Gradients) { self.gradients = gradients }

    func gradientIsComplete(ofLeaf leaf: Int) {
      order.append(leaf)
      guard let gradients else { return }
      told[leaf] = gradients[leaf].scalars
      begun[leaf] = (0..<gradients.count).filter { gradients[$0].scalars.contains { $0 != 0 } }
    }
  }

  @Test func everyGradientIsToldOfOnceAndWhole() {
    var model = Chain()
    let listener = Listener()
    let scope = GradientScope()
    let x = Tensor(normal: [4, 2, 2], key: RandomKey(seed: 4))
    for _ in 0..<2 {
      listener.order = []
      _ = scope.evaluate(at: &model, key: nil, telling: listener) { ($0.loss(x), 3, ()) }
      let count = scope.gradients.count
      #expect(listener.order.sorted() == Array(0..<count))
      for leaf in 0..<count { #expect(listener.told[leaf] == scope.gradients[leaf].scalars, "\(leaf)") }
    }
    // From the head to the first layer, and last what the first operation uses.
    #expect(listener.order.last == 0)
    let (head, first) = (scope.gradients.count - 2, 1)
    #expect(listener.begun[head]?.contains(first) == false, "the head's gradient was told of too late")
  }

  @Test func theWeightScalesTheGradient() {
    var model = Chain()
    let x = Tensor(normal: [4, 2, 2], key: RandomKey(seed: 4))
    let scope = GradientScope()
    let loss = scope.evaluate(at: &model) { $0.loss(x) }
    let plain = scope.gradients
    let (value, _) = scope.evaluate(at: &model, key: nil, telling: nil) { ($0.loss(x), 4, ()) }
    #expect(value == loss)
    #expect(scope.gradients.flat.scalars == plain.flat.scalars.map { $0 * 4 })
  }

  @Test func aConstantLossTellsOfAll() {
    var model = Chain()
    let listener = Listener()
    let scope = GradientScope()
    _ = scope.evaluate(at: &model, key: nil, telling: listener) { _ in (Tensor(1), 0, ()) }
    #expect(listener.order.sorted() == Array(0..<scope.gradients.count))
    #expect(scope.gradients.flat.scalars.allSatisfy { $0 == 0 })
  }
}
