import RecurrentLayers
import RecurrentTensor

/// Puts the weights of a network where Keras looks for them, in its order and with its axes, and keeps the audit.
struct KerasWeightWriter {
  private let network: SequenceNetwork
  private let file = HDF5Writer()
  private(set) var audit = ConversionAudit()

  init(_ network: SequenceNetwork) {
    self.network = network
  }

  func bytes() -> [UInt8] { file.bytes() }

  /// Notes a name beside the weights of a layer, as Keras does for people who look into the file.
  func attach(_ name: String, to path: String) {
    file.attach(name, as: "name", to: path.isEmpty ? "vars" : path + "/vars")
  }

  /// Adds the weights of a layer.
  mutating func add(_ layer: KerasPlan.Layer, at path: String) {
    attach(layer.name, to: path)
    switch layer.weights {
    case .none: break
    case .layer(let index, let order): add(index, order, at: path + "/vars")
    case .recurrent(let index, let number, let description):
      guard case .recurrent(let stack) = network.layers[index] else { return }
      let name = "layers.\(index)"
      let weights = description.weights(of: stack.layers[number])
      let parts = weights.count == 2 ? ["/forward_layer/cell", "/backward_layer/cell"] : ["/cell"]
      for (direction, (weights, part)) in zip(weights, parts).enumerated() {
        let suffix = "_l\(number)" + (direction == 1 ? "_reverse" : "")
        add(weights, description, name, suffix, at: path + part + "/vars")
      }
    }
  }

  private mutating func write(
    _ tensor: Tensor, _ sources: [String], _ path: String, _ actions: [ConversionAudit.Action] = []
  ) {
    file.add(path, shape: tensor.shape.dimensions, tensor.scalars)
    audit.took(sources, as: path, shape: tensor.shape.dimensions, actions)
  }

  private mutating func add(_ index: Int, _ order: StepMajorOrder?, at path: String) {
    let name = "layers.\(index)"
    let actions: [ConversionAudit.Action] = order == nil ? [] : [.permuted]
    switch network.layers[index] {
    case .embedding(let layer): write(layer.weight.value, ["\(name).weight"], path + "/0")
    case .linear(let layer):
      write(layer.weight.value.stepMajor(order).permuted([1, 0]), ["\(name).weight"], path + "/0", [.permuted])
      if let bias = layer.bias { write(bias.value, ["\(name).bias"], path + "/1") }
    case .convolution(let layer):
      write(layer.weight.value.permuted([2, 1, 0]), ["\(name).weight"], path + "/0", [.permuted])
      if let bias = layer.bias { write(bias.value, ["\(name).bias"], path + "/1") }
    case .layerNormalization(let layer):
      write(layer.weight.value.stepMajor(order), ["\(name).weight"], path + "/0", actions)
      write(layer.bias.value.stepMajor(order), ["\(name).bias"], path + "/1", actions)
    case .batchNormalization(let layer):
      var tensors: [(Tensor, String)] = []
      if let weight = layer.weight { tensors.append((weight.value, "weight")) }
      if let bias = layer.bias { tensors.append((bias.value, "bias")) }
      tensors += [(layer.runningMean.value, "running_mean"), (layer.runningVariance.value, "running_var")]
      for (number, (tensor, part)) in tensors.enumerated() {
        write(tensor.stepMajor(order), ["\(name).\(part)"], "\(path)/\(number)", actions)
      }
    default: break
    }
  }

  /// Adds the weights of one direction of a recurrent layer.
  private mutating func add(
    _ weights: DirectionWeights, _ description: RecurrentDescription, _ name: String, _ suffix: String, at path: String
  ) {
    let cell = description.cell
    func source(_ part: String) -> String { "\(name).\(part)\(suffix)" }
    write(KerasGates.kernel(weights.inputHidden, cell), [source("weight_ih")], path + "/0", [.permuted])
    write(KerasGates.kernel(weights.hiddenHidden, cell), [source("weight_hh")], path + "/1", [.permuted])
    guard description.bias != .none else { return }

    let zeros = Tensor(zeros: description.shapes.bias)
    let (input, hidden) = (weights.inputBias, weights.hiddenBias)
    let names = description.biasNames
    let sources = [(input, names.input), (hidden, names.hidden)].filter { $0.0 != nil }.map { source($0.1) }
    var actions: [ConversionAudit.Action] = []
    if case .gru = cell { actions.append(.permuted) }
    if case .gru(let variant) = cell, variant.reset == .resetAfter {
      let rows = [input ?? zeros, hidden ?? zeros].map {
        KerasGates.swapped($0, cell).reshaped(to: [1, zeros.count])
      }
      actions.append(sources.count == 2 ? .joined : .filled)
      write(Tensor(concatenating: rows, axis: 0), sources, path + "/2", actions)
    } else {
      var sum = input ?? hidden ?? zeros
      if let input, let hidden { sum = input + hidden }
      if sources.count == 2 { actions.append(.summed) }
      if sources.isEmpty { actions.append(.filled) }
      write(KerasGates.swapped(sum, cell), sources, path + "/2", actions)
    }
  }
}
