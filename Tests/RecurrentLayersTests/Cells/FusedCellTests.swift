import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// Every cell that the kernels run, with every option, keeps the laws of a cell.
struct FusedCellTests {
  static let key = RandomKey(seed: 8)

  @Test(arguments: RecurrentBias.allCases) func lstmKeepsTheLaws(_ bias: RecurrentBias) {
    let check = checkCell(LSTMCell(inputSize: 3, hiddenSize: 5, bias: bias, key: Self.key))
    #expect(check.violations.isEmpty)
    #expect(check.count > 200)
  }

  @Test(arguments: GRUCell.Variant.allCases, RecurrentBias.allCases)
  func gruKeepsTheLaws(_ variant: GRUCell.Variant, _ bias: RecurrentBias) {
    let check = checkCell(GRUCell(inputSize: 3, hiddenSize: 5, variant: variant, bias: bias, key: Self.key))
    #expect(check.violations.isEmpty)
  }

  static let activations: [ElmanCell.Activation] = [.tanh, .relu, .leakyReLU(slope: 0.1), .sigmoid, .identity]

  @Test(arguments: activations, RecurrentBias.allCases)
  func elmanKeepsTheLaws(_ activation: ElmanCell.Activation, _ bias: RecurrentBias) {
    let check = checkCell(ElmanCell(inputSize: 3, hiddenSize: 5, activation: activation, bias: bias, key: Self.key))
    #expect(check.violations.isEmpty)
  }

  /// Widths at and around the vectors of every instruction set, and wider inputs than states.
  @Test(arguments: [1, 2, 7, 8, 9, 16, 17, 33]) func widthsKeepTheLaws(_ width: Int) {
    func violations(_ cell: some RecurrentCell) -> [CellCheck.Violation] {
      let batches = [CellBatch(steps: 3, lengths: [3, 1, 0, 2, 3]), CellBatch(steps: 2, rows: 9)]
      return checkCell(cell, batches: batches, gradientSample: 6).violations
    }
    #expect(violations(LSTMCell(inputSize: width, hiddenSize: 3, key: Self.key)).isEmpty)
    #expect(violations(LSTMCell(inputSize: 2, hiddenSize: width, key: Self.key)).isEmpty)
    #expect(violations(ElmanCell(inputSize: 2, hiddenSize: width, key: Self.key)).isEmpty)
    for variant in GRUCell.Variant.allCases {
      #expect(violations(GRUCell(inputSize: 2, hiddenSize: width, variant: variant, key: Self.key)).isEmpty)
    }
  }
}
