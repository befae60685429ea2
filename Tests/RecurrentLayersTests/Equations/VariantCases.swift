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
    LSTMCase("layer normalisation") { $0.normalization = .layer },
    LSTMCase("batch normalisation") { $0.normalization = .batch(steps: 4) },
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
      $0.normalization = .layer
      $0.cellClip = 0.875
      $0.gateClip = 1.5
    },
  ]
}

/// A way to differ from PyTorch's gated recurrent unit, with its name.
struct GRUCase: Sendable, CustomTestStringConvertible {
  let variant: GRUVariant

  var testDescription: String {
    "reset \(variant.reset.rawValue), \(variant.updateGate.rawValue), normalisation \(variant.normalization)"
  }

  static let all = GRUCell.Variant.allCases.flatMap { reset in
    GRUVariant.UpdateGate.allCases.flatMap { update in
      [Normalization.none, .layer, .batch(steps: 4)].map { normalization in
        var variant = GRUVariant()
        (variant.reset, variant.updateGate, variant.normalization) = (reset, update, normalization)
        return GRUCase(variant: variant)
      }
    }
  }
}

/// The parameters and running statistics of a cell by name, in double, none of them where it began.
func parameters(of cell: some RecurrentCell) -> [String: Tensor] {
  var found: [String: Tensor] = [:]
  for (number, entry) in cell.tensors.enumerated() {
    let change = Tensor.doubles(entry.value.shape, seed: UInt64(90 + number)) * 0.3
    let isVariance = entry.path.hasPrefix("running_var")
    found[entry.path] = entry.value.converted(to: .float64) + (isVariance ? change * change : change)
  }
  return found
}

extension [String: Tensor] {
  /// With the running moments of one step, or of the last that there are.
  func ofStep(_ time: Int) -> [String: Tensor] {
    reduce(into: self) { all, entry in
      if entry.key.hasPrefix("running_") { all[entry.key] = entry.value[Swift.min(time, entry.value.shape[0] - 1)] }
    }
  }

  /// Without running moments: as in training.
  var inTraining: [String: Tensor] { filter { !$0.key.hasPrefix("running_") } }
}
