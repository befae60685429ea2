import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import RecurrentTraining
import Testing

@testable import RecurrentTasks

@Suite struct RecurrentArchitectureTests {
  /// Every kind of cell makes two layers that run, in a state that carries on.
  @Test(arguments: CellKind.allCases) func everyCellMakesAStack(cell: CellKind) {
    var architecture = RecurrentArchitecture()
    architecture.cell = cell
    architecture.layers = 2
    architecture.hidden = [5, 4]
    #expect(architecture.contradiction == nil)
    let stack = architecture.makeStack(inputSize: 3, key: RandomKey(seed: 1))
    let x = Tensor(normal: [6, 2, 3], key: RandomKey(seed: 2))
    let whole = stack(SequenceBatch(x), from: nil).outputs.values
    #expect(whole.shape == [6, 2, 4] && Set(whole.scalars).count > 6)
    let first = stack(SequenceBatch(x.slice(axis: 0, 0..<4)), from: nil)
    let second = stack(SequenceBatch(x.slice(axis: 0, 4..<6)), from: first.finalState)
    #expect(first.outputs.values.scalars + second.outputs.values.scalars == whole.scalars)
  }

  @Test func contradictionsAreTold() {
    func contradiction(_ change: (inout RecurrentArchitecture) -> Void) -> String? {
      var architecture = RecurrentArchitecture()
      change(&architecture)
      return architecture.contradiction
    }
    #expect(contradiction { $0.hasPeepholes = true } == nil)
    #expect(contradiction { ($0.cell, $0.hasPeepholes) = (.gru, true) }?.contains("peepholes") == true)
    #expect(contradiction { ($0.cell, $0.normalization) = (.elman, .layer) }?.contains("normalization") == true)
    for change: (inout RecurrentArchitecture) -> Void in [
      { $0.isBidirectional = true }, { $0.zoneout = 0.1 }, { $0.stateDropout = 0.1 }, { $0.weightDrop = 0.1 },
    ] {
      #expect(
        contradiction {
          $0.cell = .convolution; change(&$0)
        }?.contains("convolution") == true)
    }
  }

  /// Every setting reaches the architecture, and no two share a name.
  @Test func settingsAreRead() throws {
    let fields = RecurrentArchitecture.fields
    #expect(Set(fields.map(\.key)).count == fields.count)
    var read = RecurrentArchitecture()
    try read.apply([
      SettingAssignment("cell", "rnn", from: .flag("--cell")),
      SettingAssignment("weight_drop", .number(0.25), from: .flag("--weight-drop")),
      SettingAssignment("hidden", .array([.integer(7), .integer(9)]), from: .flag("--hidden")),
    ])
    #expect(read.cell == .elman && read.weightDrop == 0.25 && read.hidden == [7, 9])
  }
}
