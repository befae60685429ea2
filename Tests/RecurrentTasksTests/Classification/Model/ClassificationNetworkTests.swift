import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import RecurrentTraining
import Testing

@testable import RecurrentTasks

@Suite struct ClassificationNetworkTests {
  static let variants: [(name: String, settings: ClassificationNetworkConfiguration)] = {
    func variant(_ change: (inout ClassificationNetworkConfiguration) -> Void) -> ClassificationNetworkConfiguration {
      var settings = ClassificationNetworkConfiguration()
      settings.embedding = 3
      settings.architecture.hidden = [2]
      settings.filters = [3]
      settings.kernels = [3]
      settings.attentionSize = 2
      settings.headDropout = 0
      change(&settings)
      return settings
    }
    return [
      ("recurrent, every pooling", variant { $0.pooling = [.last, .mean, .max, .attention] }),
      (
        "convolutions in blocks",
        variant {
          $0.layers = .convolutional; $0.filters = [3, 2]; $0.pooling = [.mean, .last]
        }
      ),
      (
        "parallel convolutions",
        variant {
          $0.layers = .convolutional; $0.arrangement = .parallel; $0.kernels = [1, 2, 3]; $0.poolSize = 1
        }
      ),
      (
        "convolutions, then recurrent",
        variant {
          $0.layers = .both; $0.hasBatchNormalization = false
        }
      ),
    ]
  }()

  private static func network(_ settings: ClassificationNetworkConfiguration, isText: Bool) -> ClassificationNetwork {
    ClassificationNetwork(
      settings, vocabularySize: isText ? 5 : nil, channelCount: 2, outputCount: 3, key: RandomKey(seed: 3))
  }

  @Test(arguments: variants.indices, [true, false]) func everyParameterIsVisited(index: Int, isText: Bool) {
    #expect(checkModule(Self.network(Self.variants[index].settings, isText: isText)).isEmpty)
  }

  /// The gradient of the whole network, in double precision, against differences.
  @Test(arguments: variants.indices) func gradients(index: Int) throws {
    let network = Self.network(Self.variants[index].settings, isText: true)
    let tokens = TokenBatch([[0, 3, 1, 4, 2, 1], [2, 2, 4, 0]])
    // Small steps: the largest value and the positive part have kinks.
    let check = checkGradient(of: network, step: 1e-6) { network in
      network(tokens).crossEntropy(targets: [2, 0]).mean()
    }
    #expect(check.worstRelativeError < 1e-5, "\(check)")
  }

  /// Padding and neighbours change no row.
  @Test(arguments: variants.indices) func aRowDoesNotDependOnItsNeighbours(index: Int) {
    let network = Self.network(Self.variants[index].settings, isText: true)
    let sequences: [[Int32]] = [[0, 3, 1, 4, 2, 1, 0], [2], [4, 4, 1]]
    let together = network(TokenBatch(sequences)).scalars
    for (row, sequence) in sequences.enumerated() {
      let alone = network(TokenBatch([sequence])).scalars
      for (a, b) in zip(alone, together[row * 3..<(row + 1) * 3]) { #expect(abs(a - b) < 1e-5) }
    }
  }

  /// The parameters of a bidirectional LSTM have the names of PyTorch, so that they load there.
  @Test func namesOfTensors() {
    let paths = Self.network(Self.variants[0].settings, isText: true).parameters.map(\.path)
    for path in [
      "embedding.weight", "stack.weight_ih_l0", "stack.weight_hh_l0_reverse", "poolings.3.attention.query",
      "head.weight",
      "head.bias",
    ] {
      #expect(paths.contains(path), "\(paths)")
    }
  }
}
