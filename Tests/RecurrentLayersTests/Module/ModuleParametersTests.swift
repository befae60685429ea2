import RecurrentLayers
import RecurrentTensor
import Testing

struct ModuleParametersTests {
  static let key = RandomKey(seed: 5)

  struct Model: Module {
    var lstm = LSTM(inputSize: 2, hiddenSize: 3, key: ModuleParametersTests.key)
    var head = Linear(inputSize: 3, outputSize: 1, key: ModuleParametersTests.key.folding(1))

    mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
      visitor.visit("lstm", &lstm)
      visitor.visit("head", &head)
    }
  }

  static func values(_ model: Model) -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.path, $0.parameter.value) })
  }

  @Test func parametersAreCounted() {
    #expect(Model().parameterCount == 12 * 2 + 12 * 3 + 12 + 12 + 3 + 1)
    #expect(Model().parameters.map(\.path).last == "head.bias")
  }

  @Test func loadNamesAllThatDoesNotFitAndChangesNothing() {
    var model = Model()
    var tensors = Self.values(model).mapValues { $0 + 1 }
    tensors["head.weight"] = Tensor(zeros: [1, 4])
    tensors["lstm.bias_hh_l0"] = nil
    tensors["tail.weight"] = Tensor(0)
    let before = model.parameters.map(\.parameter.value.scalars)
    let error = #expect(throws: ParameterLoadingError.self) { try model.load(tensors) }
    #expect(
      error?.problems == [
        .missing("lstm.bias_hh_l0", expected: [12]), .shape("head.weight", expected: [1, 3], actual: [1, 4]),
        .unused("tail.weight"),
      ])
    #expect(
      error?.description
        == "tensor lstm.bias_hh_l0 [12] is missing; tensor head.weight has shape [1, 4], the model needs [1, 3]; "
        + "tensor tail.weight belongs to no parameter of the model")
    #expect(model.parameters.map(\.parameter.value.scalars) == before)
  }

  @Test func loadPassesOverUnusedNamesWhenAllowed() throws {
    var model = Model()
    var tensors = Self.values(model).mapValues { $0 * 2 }
    tensors["optimizer.step"] = Tensor(3)
    try model.load(tensors, allowingUnused: true)
    #expect(model.head.bias?.value.scalars == tensors["head.bias"]?.scalars)
  }

  @Test func loadKeepsWhatIsFrozen() throws {
    var model = Model()
    model.setTrainable(false) { $0.hasPrefix("lstm.") }
    try model.load(Self.values(Model()))
    #expect(model.parameters.map(\.parameter.isTrainable) == [false, false, false, false, true, true])
  }

  @Test func frozenParametersGetNoGradientAndOthersTheSameOne() {
    let x = SequenceBatch(Tensor(normal: [4, 2, 2], key: Self.key))
    func gradients(_ model: Model) -> Gradients {
      valueWithGradient(at: model) { $0.head($0.lstm(x).outputs.values).sum() }.gradients
    }
    let all = gradients(Model())
    var frozen = Model()
    frozen.setTrainable(false) { $0.contains("weight_hh") || $0 == "head.bias" }
    let some = gradients(frozen)
    #expect(all.count == 6 && some.count == 4)
    for (mine, theirs) in [(0, 0), (1, 2), (2, 3), (3, 4)] {
      #expect(some[mine].scalars.map(\.bitPattern) == all[theirs].scalars.map(\.bitPattern))
    }
    frozen.setTrainable(true)
    #expect(gradients(frozen).count == 6)
  }

  /// Each parameter alone trainable: its gradient does not hang on that of another being wanted.
  @Test func everyParameterCanBeTheOnlyTrainableOne() {
    let x = SequenceBatch(Tensor(normal: [4, 2, 2], key: Self.key))
    let paths = Model().parameters.map(\.path)
    let all = valueWithGradient(at: Model()) { $0.head($0.lstm(x).outputs.values).sum() }.gradients
    for (position, path) in paths.enumerated() {
      var model = Model()
      model.setTrainable(false) { $0 != path }
      let alone = valueWithGradient(at: model) { $0.head($0.lstm(x).outputs.values).sum() }.gradients
      #expect(alone.count == 1)
      #expect(alone[0].scalars == all[position].scalars, "\(path)")
    }
  }

  @Test func mappedParametersAreReplaced() {
    var model = Model()
    model.mapParameters { path, value in path == "head.bias" ? value * 0 + 9 : value }
    #expect(model.head.bias?.value.scalars == [9])
    let others = Model().lstm.parameters.map(\.parameter.value.scalars)
    #expect(model.lstm.parameters.map(\.parameter.value.scalars) == others)
  }

  @Test func aCopyOfAModelDoesNotChangeWithIt() {
    var model = Model()
    let copy = model
    let before = copy.head.weight.value.scalars
    model.head.weight.value.withMutableScalars { $0[0] += 1 }
    #expect(copy.head.weight.value.scalars == before)
    let x = SequenceBatch(Tensor(normal: [4, 2, 2], key: Self.key))
    #expect(copy.head(copy.lstm(x).outputs.values).scalars == Model().head(Model().lstm(x).outputs.values).scalars)
    #expect(model.head(model.lstm(x).outputs.values).scalars != copy.head(copy.lstm(x).outputs.values).scalars)
  }
}
