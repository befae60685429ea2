import RecurrentLayers
import RecurrentTensor

// Every layer is made only once all its tensors are there in the right shapes, so that no size of a file is believed before
// there are as many numbers.

extension PyTorchReader {
  private static var noKey: RandomKey { RandomKey(seed: 0) }

  mutating func readEmbedding(_ layer: LayoutLayer) throws {
    let name = prefix(of: layer, first: "weight") + "weight"
    guard let shape = try shape(name, ["symbols", "features"], for: target("weight")),
      let weight = try take(name, as: target("weight"), shape: shape)
    else { return giveUp() }
    var module = Embedding(vocabularySize: shape[0], size: shape[1], initializer: .zeros, key: Self.noKey)
    module.weight.value = weight
    add(layer, .embedding(vocabularySize: shape[0], size: shape[1]), .embedding(module))
    setWidth(shape[1])
  }

  mutating func readLinear(_ layer: LayoutLayer, tied: String?) throws {
    let prefix = prefix(of: layer, first: "weight")
    let name = (tied.map { $0 + "." } ?? prefix) + "weight"
    guard let found = try shape(name, ["outputs", "inputs"], for: target("weight")) else { return giveUp() }
    let shape = [found[0], inputWidth(found[1])]
    let weight = try take(name, as: target("weight"), shape: shape)
    let hasBias = dict[prefix + "bias"] != nil
    let bias = hasBias ? try take(prefix + "bias", as: target("bias"), shape: [shape[0]]) : nil
    guard let weight, hasBias == (bias != nil) else { return giveUp(width: shape[0]) }
    var module = Linear(
      inputSize: shape[1], outputSize: shape[0], hasBias: hasBias, initializer: .zeros, biasInitializer: .zeros,
      key: Self.noKey)
    module.weight.value = weight
    module.bias = bias.map { Parameter($0) }
    add(layer, .linear(inputSize: shape[1], outputSize: shape[0], hasBias: hasBias), .linear(module))
    setWidth(shape[0])
  }

  mutating func readConvolution(_ layer: LayoutLayer) throws {
    guard case .convolution(let padding, let stride, let dilation) = layer.kind else { return }
    let prefix = prefix(of: layer, first: "weight")
    let axes = ["outputs", "inputs of a group", "steps"]
    guard let found = try shape(prefix + "weight", axes, for: target("weight")) else { return giveUp() }
    // Groups are what makes the inputs of all groups those that come in.
    let inputs = inputWidth(found[1])
    let groups = max(1, inputs / found[1])
    var window = ConvolutionDescription(
      inputChannels: inputs, outputChannels: found[0], kernelSize: found[2])
    (window.stride, window.padding, window.dilation, window.groups) = (stride, padding, dilation, groups)
    window.hasBias = dict[prefix + "bias"] != nil
    try check(layer, .convolution(window: window))
    let weight = try take(prefix + "weight", as: target("weight"), shape: [found[0], inputs / groups, found[2]])
    let bias = window.hasBias ? try take(prefix + "bias", as: target("bias"), shape: [found[0]]) : nil
    guard let weight, window.hasBias == (bias != nil) else { return giveUp(width: found[0]) }
    var module = Conv1d(
      inputChannels: inputs, outputChannels: found[0], kernelSize: found[2], stride: stride, padding: padding,
      dilation: dilation, groups: groups, hasBias: window.hasBias, initializer: .zeros, key: Self.noKey)
    module.weight.value = weight
    module.bias = bias.map { Parameter($0) }
    add(layer, .convolution(window: window), .convolution(module))
    setWidth(found[0])
  }

  mutating func readBatchNormalization(_ layer: LayoutLayer, _ epsilon: Float) throws {
    let prefix = prefix(of: layer, first: "running_mean")
    guard let found = try shape(prefix + "running_mean", ["features"], for: target("running_mean")) else {
      return giveUp()
    }
    let shape = [inputWidth(found[0])]
    let isAffine = dict[prefix + "weight"] != nil || dict[prefix + "bias"] != nil
    let weight = isAffine ? try take(prefix + "weight", as: target("weight"), shape: shape) : nil
    let bias = isAffine ? try take(prefix + "bias", as: target("bias"), shape: shape) : nil
    let mean = try take(prefix + "running_mean", as: target("running_mean"), shape: shape)
    let variance = try take(prefix + "running_var", as: target("running_var"), shape: shape)
    skip(prefix + "num_batches_tracked", because: "a count of training batches, which nothing computes with")
    guard let mean, let variance, isAffine == (weight != nil), isAffine == (bias != nil) else {
      return giveUp(width: shape[0])
    }
    var module = BatchNorm1d(size: shape[0], epsilon: epsilon, isAffine: isAffine)
    (module.weight, module.bias) = (weight.map { Parameter($0) }, bias.map { Parameter($0) })
    (module.runningMean, module.runningVariance) = (RunningStatistic(mean), RunningStatistic(variance))
    add(
      layer, .batchNormalization(size: shape[0], epsilon: epsilon, isAffine: isAffine), .batchNormalization(module))
    setWidth(shape[0])
  }

  mutating func readLayerNormalization(_ layer: LayoutLayer, _ epsilon: Float) throws {
    let prefix = prefix(of: layer, first: "weight")
    guard let found = try shape(prefix + "weight", ["features"], for: target("weight")) else { return giveUp() }
    let shape = [inputWidth(found[0])]
    let weight = try take(prefix + "weight", as: target("weight"), shape: shape)
    let bias = try take(prefix + "bias", as: target("bias"), shape: shape)
    guard let weight, let bias else { return giveUp(width: shape[0]) }
    var module = LayerNorm(size: shape[0], epsilon: epsilon)
    (module.weight.value, module.bias.value) = (weight, bias)
    add(layer, .layerNormalization(size: shape[0], epsilon: epsilon), .layerNormalization(module))
    setWidth(shape[0])
  }

  /// Refuses a layer that cannot be one, before anything of its sizes is made.
  func check(_ layer: LayoutLayer, _ kind: NetworkLayer) throws(PyTorchError) {
    do throws(NetworkDescriptionError) {
      _ = try NetworkDescription([NetworkDescription.Element(layer.name ?? layer.kind.word, kind)])
    } catch {
      throw PyTorchError(path: dict.path, problem: "\(error.description); check --layout")
    }
  }
}
