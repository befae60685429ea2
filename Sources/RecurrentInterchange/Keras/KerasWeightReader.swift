import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

/// Takes the weights of a network out of a file, layer by layer, and keeps the audit.
struct KerasWeightReader {
  private let file: HDF5File
  private let variables: KerasVariables
  private(set) var audit = ConversionAudit()
  private var used: Set<String> = []
  private var filledCount = 0
  /// The path of the layer whose weights are taken, `layers.2.`.
  private var layerPath = ""

  /// How many numbers may be made up where a layer has fewer weights than ours: a file that has none must not cost memory.
  private static let fillLimit = 1 << 20

  init(_ file: HDF5File, _ variables: KerasVariables) {
    self.file = file
    self.variables = variables
  }

  /// The weights of a layer in the order in which it is visited; nil where some are missing or of another shape, which the audit
  /// then says.
  mutating func tensors(
    _ index: Int, _ element: NetworkDescription.Element, _ recipe: KerasRecipe
  ) throws(KerasError) -> [Tensor]? {
    layerPath = "layers.\(index)."
    switch (recipe.kind, element.layer) {
    case (.embedding, .embedding(let count, let size)):
      let found = datasets(recipe, .own)
      return try all([take(found, 0, [count, size], element, "weight", [])])
    case (.recurrent(let description), _): return try recurrent(element, recipe, description)
    case (.linear(let order), .linear(let inputSize, let outputSize, let hasBias)):
      let found = datasets(recipe, .own) + datasets(recipe, .wrapped)
      let weight = try take(found, 0, [inputSize, outputSize], element, "weight", [.permuted]) {
        $0.permuted([1, 0]).channelMajor(order)
      }
      guard hasBias else { return all([weight]) }
      return try all([weight, take(found, 1, [outputSize], element, "bias", [])])
    case (.convolution, .convolution(let window)):
      let found = datasets(recipe, .own)
      let shape = [window.kernelSize, window.inputChannels / window.groups, window.outputChannels]
      let weight = try take(found, 0, shape, element, "weight", [.permuted]) { $0.permuted([2, 1, 0]) }
      guard window.hasBias else { return all([weight]) }
      return try all([weight, take(found, 1, [window.outputChannels], element, "bias", [])])
    case (.batchNormalization(let center, let scale, let order), .batchNormalization(let size, _, let isAffine)):
      return try batchNormalization(element, recipe, size, center, scale, isAffine, order)
    case (.layerNormalization(let center, let scale, let order), .layerNormalization(let size, _)):
      let found = datasets(recipe, .own)
      return try all(affine(element, found, size, center, scale, order))
    default: return []
    }
  }

  private func datasets(_ recipe: KerasRecipe, _ part: KerasVariables.Part) -> [HDF5Dataset] {
    variables.datasets(recipe.place, part)
  }

  /// The tensors where all are there.
  private func all(_ tensors: [Tensor?]) -> [Tensor]? {
    let present = tensors.compactMap { $0 }
    return present.count == tensors.count ? present : nil
  }

  /// The gain and shift of a normalisation, made up where Keras has none.
  private mutating func affine(
    _ element: NetworkDescription.Element, _ found: [HDF5Dataset], _ size: Int, _ center: Bool, _ scale: Bool,
    _ order: StepMajorOrder?
  ) throws(KerasError) -> [Tensor?] {
    let actions: [ConversionAudit.Action] = order == nil ? [] : [.permuted]
    var tensors: [Tensor?] = []
    if scale {
      tensors.append(try take(found, 0, [size], element, "weight", actions) { $0.channelMajor(order) })
    } else {
      tensors.append(try fill(1, size, element, "weight"))
    }
    if center {
      tensors.append(try take(found, scale ? 1 : 0, [size], element, "bias", actions) { $0.channelMajor(order) })
    } else {
      tensors.append(try fill(0, size, element, "bias"))
    }
    return tensors
  }

  private mutating func batchNormalization(
    _ element: NetworkDescription.Element, _ recipe: KerasRecipe, _ size: Int, _ center: Bool, _ scale: Bool,
    _ isAffine: Bool, _ order: StepMajorOrder?
  ) throws(KerasError) -> [Tensor]? {
    let found = datasets(recipe, .own)
    let actions: [ConversionAudit.Action] = order == nil ? [] : [.permuted]
    let first = (center ? 1 : 0) + (scale ? 1 : 0)
    var tensors = isAffine ? try affine(element, found, size, center, scale, order) : []
    for (index, name) in ["running_mean", "running_var"].enumerated() {
      tensors.append(try take(found, first + index, [size], element, name, actions) { $0.channelMajor(order) })
    }
    return all(tensors)
  }

  // MARK: Recurrent layers

  private mutating func recurrent(
    _ element: NetworkDescription.Element, _ recipe: KerasRecipe, _ description: RecurrentDescription
  ) throws(KerasError) -> [Tensor]? {
    let parts: [KerasVariables.Part] = description.directionCount == 2 ? [.forward, .backward] : [.cell]
    var directions: [DirectionWeights] = []
    for part in parts {
      guard let weights = try direction(element, datasets(recipe, part), description, part) else { continue }
      directions.append(weights)
    }
    guard directions.count == parts.count else { return nil }
    do throws(ParameterLoadingError) {
      return try description.makeLayer(directions).tensors.map(\.value)
    } catch {
      throw KerasError(.malformed("its weights have other shapes than its options say"), layer: element.name)
    }
  }

  private mutating func direction(
    _ element: NetworkDescription.Element, _ found: [HDF5Dataset], _ description: RecurrentDescription,
    _ part: KerasVariables.Part
  ) throws(KerasError) -> DirectionWeights? {
    let (cell, units) = (description.cell, description.hiddenSize)
    let suffix = part == .backward ? "_l0_reverse" : "_l0"
    let width = description.gateCount * units
    let input = try take(found, 0, [description.inputSize, width], element, "weight_ih" + suffix, [.permuted]) {
      KerasGates.rows($0, cell)
    }
    let hidden = try take(found, 1, [units, width], element, "weight_hh" + suffix, [.permuted]) {
      KerasGates.rows($0, cell)
    }
    guard description.bias != .none else {
      guard let input, let hidden else { return nil }
      return DirectionWeights(inputHidden: input, hiddenHidden: hidden)
    }
    guard case .gru(let variant) = cell, variant.reset == .resetAfter else {
      var actions: [ConversionAudit.Action] = []
      if case .gru = cell { actions = [.permuted] }
      let bias = try take(found, 2, [width], element, description.biasNames.input + suffix, actions) {
        KerasGates.swapped($0, cell)
      }
      guard let input, let hidden, let bias else { return nil }
      return DirectionWeights(inputHidden: input, hiddenHidden: hidden, inputBias: bias)
    }
    // Both biases of a unit whose reset gate comes after the product stand in one array. Units with options keep of the second
    // only what the reset gate multiplies, and the sum of the rest.
    let actions: [ConversionAudit.Action] = description.isFused ? [.split, .permuted] : [.split, .permuted, .summed]
    let biases = try take(found, 2, [2, width], element, description.biasNames.input + suffix, actions)
    guard let input, let hidden, let biases else { return nil }
    audit.took([found[2].path], as: layerPath + description.biasNames.hidden + suffix, shape: [width], actions)
    let rows = (0..<2).map { KerasGates.swapped(biases.slice(axis: 0, $0..<$0 + 1).reshaped(to: [width]), cell) }
    return DirectionWeights(inputHidden: input, hiddenHidden: hidden, inputBias: rows[0], hiddenBias: rows[1])
  }

  // MARK: Single tensors

  /// The data set at a place of a list as a tensor, where it is there and of the shape expected; the audit says what became of it.
  private mutating func take(
    _ found: [HDF5Dataset], _ index: Int, _ expected: [Int], _ element: NetworkDescription.Element, _ name: String,
    _ actions: [ConversionAudit.Action], _ convert: (Tensor) -> Tensor = { $0 }
  ) throws(KerasError) -> Tensor? {
    let target = layerPath + name
    guard index < found.count else {
      audit.note(.init(sources: [], target: target, shape: expected, verdict: .missing))
      return nil
    }
    let dataset = found[index]
    used.insert(dataset.path)
    guard dataset.shape == expected else {
      audit.note(
        .init(
          sources: [dataset.path], target: target, shape: dataset.shape, verdict: .wrongShape(expected: expected)))
      return nil
    }
    do throws(HDF5Error) {
      let type = file.realType(of: dataset)
      let tensor = convert(Tensor(try file.floats(dataset), shape: Shape(expected)))
      let isConverted = type.description != "F32"
      audit.took(
        [dataset.path], as: target,
        shape: name.hasPrefix("bias") ? [expected[expected.count - 1]] : tensor.shape.dimensions,
        actions + (isConverted ? [.converted(from: type.description)] : []))
      return tensor
    } catch {
      throw KerasError(.weights(error))
    }
  }

  private mutating func fill(
    _ value: Float, _ size: Int, _ element: NetworkDescription.Element, _ name: String
  ) throws(KerasError) -> Tensor {
    filledCount += size
    guard filledCount <= Self.fillLimit else {
      throw KerasError(
        .unsupported("more than \(Self.fillLimit) weights would have to be made up"), layer: element.name)
    }
    audit.took([], as: layerPath + name, shape: [size], [.filled])
    return Tensor(repeating: value, shape: [size])
  }

  /// Notes what of the file was not used.
  mutating func noteRest() {
    for dataset in file.root.datasets where !used.contains(dataset.path) {
      let parts = dataset.path.split(separator: "/")
      let verdict: ConversionAudit.Verdict
      if parts.first == "optimizer" || parts.first == "optimizer_weights" {
        verdict = .skipped("the state of the optimiser")
      } else if parts.contains("seed_generator") || parts.last == "seed_generator_state" {
        verdict = .skipped("the state of a generator of random numbers")
      } else {
        verdict = .unused
      }
      audit.note(.init(sources: [dataset.path], target: nil, shape: dataset.shape, verdict: verdict))
    }
  }
}

extension RecurrentDescription {
  /// What the library's layers call their biases: those with options have one, and a GRU that of its candidate's product.
  var biasNames: (input: String, hidden: String) { isFused ? ("bias_ih", "bias_hh") : ("bias", "bias_hn") }
}
