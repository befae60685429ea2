import RecurrentFormats

/// A kind of recurrent cell that can be measured. The first four have kernels of their own and, but for one, names of
/// `torch.nn`; the others are given by their equations.
enum BenchCell: String, CaseIterable, Sendable {
  case lstm = "LSTM"
  /// Reset after the product, as in PyTorch.
  case gru = "GRU"
  case gruResetBefore = "GRU-reset-before"
  /// Elman's cell with tanh.
  case rnn = "RNN"

  case lstmPeepholes = "LSTM-peepholes"
  case lstmCoupled = "LSTM-coupled-gates"
  /// The hidden state is half as wide as the cell state.
  case lstmProjected = "LSTM-projection"
  case lstmNormalized = "LSTM-layer-norm"
  /// With the statistics of the batch, at every step.
  case lstmBatchNormalized = "LSTM-batch-norm"
  case lstmClipped = "LSTM-cell-clip"
  /// Hard sigmoid and hard tanh.
  case lstmHard = "LSTM-hard"
  case gruTakesNew = "GRU-takes-new-state"
  case gruNormalized = "GRU-layer-norm"
  case rnnReLU = "RNN-relu"
  case rnnSoftsign = "RNN-softsign"
  case rnnLeaky = "RNN-leaky"
  case independent = "IndRNN"
  case minimalGated = "MGU"
  case minimalGRU = "minGRU"
  case minimalLSTM = "minLSTM"

  /// Rows of H units in the matrix that meets the input.
  var inputGates: Int {
    switch self {
    case .lstm, .lstmPeepholes, .lstmProjected, .lstmNormalized, .lstmBatchNormalized, .lstmClipped, .lstmHard: 4
    case .gru, .gruResetBefore, .gruTakesNew, .gruNormalized, .lstmCoupled, .minimalLSTM: 3
    case .minimalGated, .minimalGRU: 2
    case .rnn, .rnnReLU, .rnnSoftsign, .rnnLeaky, .independent: 1
    }
  }

  /// The width of the hidden state of a layer of `hiddenSize` units.
  func outputSize(_ hiddenSize: Int) -> Int { self == .lstmProjected ? max(1, hiddenSize / 2) : hiddenSize }

  /// The numbers in the matrices that meet the state.
  func recurrentWeights(_ hiddenSize: Int) -> Int {
    switch self {
    case .independent, .minimalGRU, .minimalLSTM: 0
    case .lstmProjected: (inputGates + 1) * hiddenSize * outputSize(hiddenSize)
    default: inputGates * hiddenSize * hiddenSize
    }
  }
}

/// What is timed.
enum BenchMode: String, CaseIterable, Sendable {
  /// Forward, outside a gradient scope.
  case infer
  /// Forward and backward to weights, biases and input; no optimiser.
  case train
}

/// The sizes of a measurement: `T,B,I,H,L`.
struct BenchShape: Hashable, Sendable {
  /// Time steps, T.
  var steps: Int
  /// Rows, B.
  var batch: Int
  /// Features of an input step, I.
  var inputSize: Int
  /// Units of each layer and direction, H.
  var hiddenSize: Int
  /// Layers on top of each other, L.
  var layers: Int

  /// Beyond this many numbers in a tensor the measurement would be one of swapping.
  static let mostElements = 1 << 31

  init(steps: Int, batch: Int, inputSize: Int, hiddenSize: Int, layers: Int) {
    self.steps = steps
    self.batch = batch
    self.inputSize = inputSize
    self.hiddenSize = hiddenSize
    self.layers = layers
  }

  /// Reads `T,B,I,H,L`.
  ///
  /// - Throws: `UsageError`.
  init(_ text: String) throws {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0.filter { $0 != " " }) ?? 0 }
    guard numbers.count == 5, numbers.allSatisfy({ $0 >= 1 && $0 <= BenchShape.mostElements }) else {
      throw UsageError(
        "--shapes: '\(text.printable())' is not five whole numbers T,B,I,H,L, each at least 1; "
          + "separate shapes by semicolons, such as '12,1,3,6,2;128,32,128,128,1'")
    }
    self.init(
      steps: numbers[0], batch: numbers[1], inputSize: numbers[2], hiddenSize: numbers[3], layers: numbers[4])
    let widest = max(inputSize, hiddenSize)
    guard [steps, batch, widest, 8].isProduct(atMost: BenchShape.mostElements),
      [widest, hiddenSize, 8, layers].isProduct(atMost: BenchShape.mostElements)
    else {
      throw UsageError("--shapes: \(text.printable()) needs more memory than a measurement should")
    }
  }

  /// The shapes that are measured when none are named: those that the project states its speed for.
  static let standard = [
    BenchShape(steps: 12, batch: 1, inputSize: 3, hiddenSize: 6, layers: 2),
    BenchShape(steps: 24, batch: 32, inputSize: 19, hiddenSize: 32, layers: 1),
    BenchShape(steps: 50, batch: 16, inputSize: 64, hiddenSize: 64, layers: 1),
    BenchShape(steps: 128, batch: 9, inputSize: 9, hiddenSize: 100, layers: 1),
    BenchShape(steps: 100, batch: 64, inputSize: 256, hiddenSize: 256, layers: 1),
    BenchShape(steps: 128, batch: 32, inputSize: 128, hiddenSize: 128, layers: 1),
    BenchShape(steps: 25, batch: 32, inputSize: 300, hiddenSize: 256, layers: 2),
    BenchShape(steps: 35, batch: 20, inputSize: 200, hiddenSize: 200, layers: 2),
    BenchShape(steps: 128, batch: 64, inputSize: 256, hiddenSize: 512, layers: 2),
    BenchShape(steps: 256, batch: 1, inputSize: 512, hiddenSize: 512, layers: 1),
    BenchShape(steps: 1, batch: 1, inputSize: 512, hiddenSize: 512, layers: 1),
    BenchShape(steps: 100, batch: 64, inputSize: 1024, hiddenSize: 1024, layers: 1),
  ]
}

extension [Int] {
  fileprivate func isProduct(atMost limit: Int) -> Bool {
    var product = 1
    for factor in self {
      let (next, overflow) = product.multipliedReportingOverflow(by: factor)
      guard !overflow, next <= limit else { return false }
      product = next
    }
    return true
  }
}
