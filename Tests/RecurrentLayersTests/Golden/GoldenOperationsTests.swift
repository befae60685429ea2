import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// Simple layers and operations against PyTorch, forward and backward.
struct GoldenOperationsTests {
  private static let key = RandomKey(seed: 0)

  /// Losses that are no operations of tensors; the tests of training compare them.
  private static let losses = ["binary_cross_entropy", "mse", "l1", "huber_0.5", "huber_1"]

  @Test func agreesWithPyTorch() throws {
    let fixture = try Fixture("layers/other")
    var compared = 0
    for name in fixture.cases {
      // The hyphen of power_-1.5 is a sign.
      let parts = name.hasPrefix("power") ? [name] : name.split(separator: "-", maxSplits: 1).map(String.init)
      if Self.losses.contains(parts[0]) { continue }
      let variant = parts.count > 1 ? parts[1] : ""
      for elementType in [ElementType.float32, .float64] where Self.isExact(parts[0], elementType) {
        let share = try fixture.share(of: name, elementType: elementType) { arguments in
          try Self.result(parts[0], variant, arguments, fixture, name)
        }
        #expect(share.result <= 1 && share.gradient <= 1, "\(name), \(elementType): \(share)")
      }
      compared += 1
    }
    #expect(compared == 129 - 12)
  }

  /// Whether the numbers that are part of an operation (slope, epsilon, smoothing) are the same as float and as double.
  private static func isExact(_ operation: String, _ elementType: ElementType) -> Bool {
    let inexact = ["leaky_relu_0.01", "leaky_relu_0.2", "layer_norm", "cross_entropy"]
    return elementType == .float32 || !inexact.contains(operation)
  }

  private static func result(
    _ operation: String, _ variant: String, _ arguments: [String: Tensor], _ fixture: Fixture, _ name: String
  ) throws -> Tensor {
    switch operation {
    case "linear", "embedding", "layer_norm": try layer(operation, arguments, fixture, name)
    case "cross_entropy": try crossEntropy(arguments, fixture, name, variant)
    case "where":
      select(
        try fixture.tensor("condition", in: name).converted(to: #require(arguments["a"]).elementType),
        try #require(arguments["a"]), try #require(arguments["b"]))
    default:
      if let a = arguments["a"], let b = arguments["b"] {
        try binary(operation, variant, a, b)
      } else {
        try unary(operation, variant, #require(arguments["x"]))
      }
    }
  }

  // MARK: Layers and losses

  private static func layer(
    _ operation: String, _ arguments: [String: Tensor], _ fixture: Fixture, _ name: String
  ) throws -> Tensor {
    let weight = arguments["weight"]
    switch (operation, weight) {
    case ("linear", let weight?):
      var layer = Linear(inputSize: weight.shape[1], outputSize: weight.shape[0], hasBias: false, key: key)
      layer.weight.value = weight
      layer.bias = arguments["bias"].map { Parameter($0) }
      return try layer(#require(arguments["x"]))
    case ("embedding", let weight?):
      var layer = Embedding(vocabularySize: weight.shape[0], size: weight.shape[1], key: key)
      layer.weight.value = weight
      let shape = try fixture.tensor("y", in: name).shape
      let indices = try fixture.integers("indices", in: name)
      if indices.contains(TokenBatch.padding) { return weight.rows(at: indices).reshaped(to: shape) }
      let sequences = (0..<shape[1]).map { row in (0..<shape[0]).map { indices[$0 * shape[1] + row] } }
      return layer(TokenBatch(sequences)).values
    case ("layer_norm", let weight?):
      var layer = LayerNorm(size: weight.shape[0])
      layer.weight.value = weight
      layer.bias.value = try #require(arguments["bias"])
      return try layer(#require(arguments["x"]))
    default:
      return try #require(arguments["x"]).layerNormalized()
    }
  }

  private static func crossEntropy(
    _ arguments: [String: Tensor], _ fixture: Fixture, _ name: String, _ variant: String
  ) throws -> Tensor {
    let smoothing: Float = variant.hasPrefix("mask_smoothing") ? 0.2 : variant.hasPrefix("smoothing") ? 0.1 : 0
    let targets = try fixture.integers("targets", in: name)
    let losses = try #require(arguments["logits"]).crossEntropy(targets: targets, labelSmoothing: smoothing)
    if variant.hasSuffix("-none") { return losses.reshaped(to: try fixture.tensor("loss", in: name).shape) }
    return losses.sum() / Float(targets.count { $0 >= 0 })
  }

  // MARK: Operations

  private static func binary(_ operation: String, _ variant: String, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    switch operation {
    case "add": return a + b
    case "subtract": return a - b
    case "multiply": return a * b
    case "divide": return a / b
    case "maximum": return maximum(a, b)
    case "minimum": return minimum(a, b)
    case "concatenate": return Tensor(concatenating: [a, b], axis: variant == "axis0" ? 0 : 2)
    case "stack": return Tensor(stacking: [a, b], axis: variant == "axis0" ? 0 : 1)
    case "reuse": return tanh(a * b + a) * a
    case "matmul" where variant == "sequence": return a.linear(weight: b.transposed())
    case "matmul": return matmul(a, b)
    default: throw UnknownOperation(name: operation)
    }
  }

  private static func unary(_ operation: String, _ variant: String, _ x: Tensor) throws -> Tensor {
    switch operation {
    case "negate": return -x
    case "exp": return exp(x)
    case "log": return log(x)
    case "sqrt": return sqrt(x)
    case "abs": return abs(x)
    case "square": return x.squared()
    case "reciprocal": return 1 / x
    case "tanh": return tanh(x)
    case "sigmoid": return sigmoid(x)
    case "relu": return relu(x)
    case "leaky_relu_0.01": return leakyReLU(x)
    case "leaky_relu_0.2": return leakyReLU(x, slope: 0.2)
    case "softplus": return softplus(x)
    case "power_3": return x.raised(to: 3)
    case "power_0.5": return x.raised(to: 0.5)
    case "power_-1.5": return x.raised(to: -1.5)
    case "softmax": return softmax(x)
    case "log_softmax": return logSoftmax(x)
    default: return try shaping(operation, variant, x)
    }
  }

  private static func shaping(_ operation: String, _ variant: String, _ x: Tensor) throws -> Tensor {
    switch (operation, variant) {
    case ("sum", "all"): return x.sum()
    case ("sum", "axis0"): return x.sum(axis: 0)
    case ("sum", "axis1"): return x.sum(axis: 1)
    case ("sum", "axis2"): return x.sum(axis: 2)
    case ("sum", "axis1_kept"): return x.sum(axis: 1).reshaped(to: [x.shape[0], 1, x.shape[2]])
    case ("mean", "all"): return x.mean()
    case ("mean", "axis2"): return x.mean(axis: -1)
    case ("max", "axis1"): return x.max(axis: 1)
    case ("max", "axis2"): return x.max(axis: 2)
    case ("transpose", "axes01"): return x.permuted([1, 0, 2])
    case ("transpose", "axes12"): return x.transposed()
    case ("slice", "axis0_1to3"): return x.slice(axis: 0, 1..<3)
    case ("slice", "axis1_last"): return x.slice(axis: 1, 3..<4).reshaped(to: [x.shape[0], x.shape[2]])
    case ("slice", "axis2_1to4"): return x.slice(axis: 2, 1..<4)
    default: throw UnknownOperation(name: "\(operation)-\(variant)")
    }
  }

  private struct UnknownOperation: Error { let name: String }
}
