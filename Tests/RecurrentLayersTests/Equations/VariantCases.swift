import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// A way to differ from the plain LSTM, with its name.
struct LSTMCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let variant: LSTMVariant

  init(_ name: String, _ change: (inout LSTMVariant) -> Void) {
    var variant = LSTMVariant()
    change(&variant)
    testDescription = name
    self.variant = variant
  }

  static let all = [
    LSTMCase("plain") { _ in },
    LSTMCase("peepholes") { $0.hasPeepholes = true },
    LSTMCase("coupled gates") { $0.couplesGates = true },
    LSTMCase("projection") { $0.projectionSize = 3 },
    LSTMCase("layer normalisation") { $0.isNormalized = true },
    LSTMCase("cell clip") { $0.cellClip = 0.125 },
    LSTMCase("gate clip") { $0.gateClip = 0.25 },
    LSTMCase("hard functions") {
      $0.gateActivation = .hardSigmoid(slope: 0.25)
      $0.inputActivation = .hardTanh
      $0.outputActivation = .softsign
    },
    LSTMCase("everything at once") {
      $0.hasPeepholes = true
      $0.couplesGates = true
      $0.projectionSize = 2
      $0.isNormalized = true
      $0.cellClip = 0.875
      $0.gateClip = 1.5
    },
  ]
}

/// A way to differ from PyTorch's gated recurrent unit, with its name.
struct GRUCase: Sendable, CustomTestStringConvertible {
  let variant: GRUVariant

  var testDescription: String {
    "reset \(variant.reset.rawValue), \(variant.updateGate.rawValue)\(variant.isNormalized ? ", layer normalisation" : "")"
  }

  static let all = GRUCell.Variant.allCases.flatMap { reset in
    GRUVariant.UpdateGate.allCases.flatMap { update in
      [false, true].map { isNormalized in
        var variant = GRUVariant()
        (variant.reset, variant.updateGate, variant.isNormalized) = (reset, update, isNormalized)
        return GRUCase(variant: variant)
      }
    }
  }
}

/// The parameters of a cell by name, in double, none of them where it began.
func parameters(of cell: some RecurrentCell) -> [String: Tensor] {
  var found: [String: Tensor] = [:]
  for (number, entry) in cell.parameters.enumerated() {
    let value = entry.parameter.value
    found[entry.path] = value.converted(to: .float64) + .doubles(value.shape, seed: UInt64(90 + number)) * 0.3
  }
  return found
}
