import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
@testable import RecurrentTraining
import Testing

struct OptimizerStateTests {
  static func saved(_ rehearsal: Rehearsal) -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: rehearsal.optimizer.state.tensors(for: rehearsal.model).map { ($0.name, $0.tensor) })
  }

  @Test(arguments: optimizersOfAllKinds.indices, [0, 1, 5])
  func aRestoredOptimiserGoesOnBitForBit(_ kind: Int, _ stepsBefore: Int) throws {
    var rehearsal = Rehearsal(optimizersOfAllKinds[kind])
    rehearsal.steps(stepsBefore)

    var resumed = Rehearsal(optimizersOfAllKinds[kind])
    resumed.model = rehearsal.model
    try resumed.optimizer.restore(Self.saved(rehearsal), for: resumed.model)
    #expect(resumed.optimizer.state.stepCount == stepsBefore)

    rehearsal.steps(4)
    resumed.steps(4)
    #expect(resumed.bits == rehearsal.bits)
    #expect(resumed.optimizer.state.stepCount == stepsBefore + 4)
  }

  /// Through the bytes of a file and back.
  @Test func survivesAFile() throws {
    var rehearsal = Rehearsal(AnyOptimizer(Adam(learningRate: 0.02)))
    rehearsal.steps(3)
    let saved = Self.saved(rehearsal)
    var writer = SafetensorsWriter()
    for (name, tensor) in saved {
      switch tensor.elementType {
      case .float32: try writer.add(name, shape: tensor.shape.dimensions, floats: tensor.scalars)
      case .float64: try writer.add(name, shape: tensor.shape.dimensions, doubles: tensor.doubles)
      }
    }
    let file = try SafetensorsFile(bytes: writer.bytes())
    var read: [String: Tensor] = [:]
    for entry in file.entries {
      let shape = Shape(entry.shape)
      read[entry.name] =
        entry.dtype == .float64
        ? Tensor(doubles: try file.doubles(entry.name), shape: shape)
        : Tensor(try file.floats(entry.name), shape: shape)
    }
    var resumed = Rehearsal(AnyOptimizer(Adam(learningRate: 0.02)))
    resumed.model = rehearsal.model
    try resumed.optimizer.restore(read, for: resumed.model)
    rehearsal.steps(3)
    resumed.steps(3)
    #expect(resumed.bits == rehearsal.bits)
  }

  @Test func namesAndShapesAreThoseOfTheParameters() {
    var rehearsal = Rehearsal(AnyOptimizer(Adam()))
    #expect(rehearsal.optimizer.state.tensors(for: rehearsal.model).map(\.name) == ["step"])
    rehearsal.step()
    let tensors = rehearsal.optimizer.state.tensors(for: rehearsal.model)
    let paths = rehearsal.model.parameters.map(\.path)
    #expect(
      tensors.map(\.name) == ["step"] + paths.map { "exp_avg.\($0)" } + paths.map { "exp_avg_sq.\($0)" })
    #expect(tensors[1].name == "exp_avg.lstm.weight_ih_l0")
    #expect(
      tensors.dropFirst().prefix(6).map(\.tensor.shape) == rehearsal.model.parameters.map(\.parameter.value.shape))
  }

  @Test func stepsAreExactBeyondThePrecisionOfFloat() throws {
    var optimizer = SGD()
    let count = 1 << 40 + 1
    try optimizer.restore(["step": Tensor(doubles: [Double(count)], shape: [])], for: Numbers())
    #expect(optimizer.state.stepCount == count)
    #expect(optimizer.state.tensors(for: Numbers()).first?.tensor.doubles == [Double(count)])
  }

  struct Fault: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let change: @Sendable (inout [String: Tensor]) -> Void
    let problems: [OptimizerStateError.Problem]
  }

  static let faults = [
    Fault(
      testDescription: "missing", change: { $0["exp_avg.linear.bias"] = nil },
      problems: [.missing("exp_avg.linear.bias", expected: [1])]),
    Fault(
      testDescription: "of another shape", change: { $0["exp_avg_sq.linear.weight"] = Tensor(zeros: [5, 1]) },
      problems: [.shape("exp_avg_sq.linear.weight", expected: [1, 5], actual: [5, 1])]),
    Fault(
      testDescription: "of another optimiser", change: { $0["momentum_buffer.linear.bias"] = Tensor([1]) },
      problems: [.unknown("momentum_buffer.linear.bias")]),
    Fault(
      testDescription: "several",
      change: { tensors in
        tensors["exp_avg.linear.bias"] = nil
        tensors["exp_avg.linear.other"] = Tensor([1])
      }, problems: [.missing("exp_avg.linear.bias", expected: [1]), .unknown("exp_avg.linear.other")]),
    Fault(testDescription: "no step", change: { $0["step"] = nil }, problems: [.missing("step", expected: [])]),
    Fault(testDescription: "part of a step", change: { $0["step"] = Tensor(1.5) }, problems: [.stepCount(1.5)]),
    Fault(testDescription: "negative", change: { $0["step"] = Tensor(-1) }, problems: [.stepCount(-1)]),
    Fault(
      testDescription: "too many", change: { $0["step"] = Tensor(.infinity) }, problems: [.stepCount(.infinity)]),
  ]

  @Test(arguments: faults)
  func whatDoesNotFitIsRefused(_ fault: Fault) throws {
    var rehearsal = Rehearsal(AnyOptimizer(Adam()))
    rehearsal.steps(2)
    var tensors = Self.saved(rehearsal)
    fault.change(&tensors)
    var other = rehearsal
    other.step()
    let before = Self.saved(other).mapValues(\.doubles)
    #expect(throws: OptimizerStateError(problems: fault.problems)) {
      try other.optimizer.restore(tensors, for: other.model)
    }
    // Nothing has changed.
    #expect(Self.saved(other).mapValues(\.doubles) == before)
  }

  @Test func aStateOfAnotherOptimiserOrModelIsRefused() {
    var rehearsal = Rehearsal(AnyOptimizer(Adam()))
    rehearsal.step()
    let tensors = Self.saved(rehearsal)
    #expect(throws: OptimizerStateError.self) {
      var other = Adagrad()
      try other.restore(tensors, for: rehearsal.model)
    }
    #expect(throws: OptimizerStateError.self) {
      var other = Adam()
      try other.restore(tensors, for: Numbers())
    }
    #expect(throws: OptimizerStateError.self) {
      var frozen = rehearsal.model
      frozen.setTrainable(false) { $0 == "linear.bias" }
      var other = Adam()
      try other.restore(tensors, for: frozen)
    }
  }

  @Test func messagesAreOneLine() {
    let error = OptimizerStateError(problems: [
      .missing("exp_avg.a", expected: [2, 3]), .shape("sum.b", expected: [2], actual: [3]), .unknown("c"),
      .stepCount(-1),
    ])
    #expect(
      error.description == "the optimiser's state does not fit: tensor exp_avg.a [2, 3] is missing; "
        + "tensor sum.b has shape [3], expected [2]; tensor c belongs to another optimiser or model; "
        + "-1.0 is no number of steps")
  }
}
