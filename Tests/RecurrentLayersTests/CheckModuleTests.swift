import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// The checker of modules must see what is wrong.
struct CheckModuleTests {
  /// A module with a visit that is wrong in the way that `flaw` says.
  struct Flawed: Module {
    enum Flaw: CaseIterable {
      case none, forgetsParameter, forgetsInArray, forgetsNoise, forgetsOptional, repeatsParameter, visitsACopy
      case repeatsAName, turnsAround, ordersByValue, leavesTooLittle, changesValues
    }

    let flaw: Flaw
    var first = Parameter(Tensor([1, 2]))
    var second = Parameter(Tensor([3]))
    var optional: Parameter? = Parameter(Tensor([4]))
    var absent: Parameter?
    var layers = [
      Linear(inputSize: 2, outputSize: 1, key: RandomKey(seed: 1)),
      Linear(inputSize: 1, outputSize: 3, key: RandomKey(seed: 2)),
    ]
    var noise = NoiseSource()
    private var isTurned = false

    init(_ flaw: Flaw) { self.flaw = flaw }

    mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
      let isTurned = flaw == .turnsAround && self.isTurned || flaw == .ordersByValue && first.value.scalars[0] < 0
      self.isTurned.toggle()
      if isTurned { visitFirst(&visitor) }
      if flaw != .forgetsParameter { visitor.visit(flaw == .repeatsAName ? "first" : "second", &second) }
      if !isTurned { visitFirst(&visitor) }
      if flaw != .forgetsOptional { visitor.visit("optional", &optional) }
      visitor.visit("absent", &absent)
      if flaw == .repeatsParameter { visitor.visit("again", &second) }
      if flaw == .forgetsInArray {
        visitor.visit("layer", &layers[0])
      } else {
        visitor.visit("layers", &layers)
      }
      if flaw != .forgetsNoise { visitor.visit("noise", &noise) }
      if flaw == .changesValues { second.value = second.value * second.value }
      if flaw == .leavesTooLittle { visitor.enter(.index(0)) }
    }

    private mutating func visitFirst<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
      if flaw == .visitsACopy {
        var copy = first
        visitor.visit("first", &copy)
      } else {
        visitor.visit("first", &first)
      }
    }
  }

  @Test(arguments: Flawed.Flaw.allCases) func seesAWrongVisit(_ flaw: Flawed.Flaw) {
    let expected: Set<ModuleProblem> =
      switch flaw {
      case .none: []
      case .forgetsParameter: [.forgotten(property: "second")]
      case .forgetsInArray: [.forgotten(property: "layers.1.weight"), .forgotten(property: "layers.1.bias")]
      case .forgetsNoise: [.forgotten(property: "noise")]
      case .forgetsOptional: [.forgotten(property: "optional")]
      case .repeatsParameter: [.visitedTooOften(visited: 8, stored: 7)]
      case .visitsACopy: [.forgotten(property: "first")]
      case .repeatsAName: [.repeatedPath("first")]
      case .turnsAround, .ordersByValue: [.unstableOrder]
      case .leavesTooLittle: [.unbalancedParts]
      case .changesValues: [.lostInRoundTrip(path: "second")]
      }
    #expect(checkModule(Flawed(flaw)) == expected)
  }
}
