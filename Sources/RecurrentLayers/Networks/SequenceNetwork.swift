public import RecurrentTensor

/// What goes into a network or comes out of it.
public enum NetworkValue: Sendable {
  /// Symbols, `[T, N]`.
  case tokens(TokenBatch)
  /// Sequences, `[T, N, C]`.
  case sequence(SequenceBatch)
  /// Vectors, `[N, C]`.
  case vectors(Tensor)

  /// The numbers of sequences or vectors; nil for symbols.
  public var values: Tensor? {
    switch self {
    case .tokens: nil
    case .sequence(let sequence): sequence.values
    case .vectors(let vectors): vectors
    }
  }
}

/// A network whose layers are named in a list and known only when the program runs: a model from elsewhere, as a module that runs, is
/// trained further and is saved like any other.
public struct SequenceNetwork: Module {
  /// The states of its recurrent layers, one for each `recurrent` of the description, in order.
  public typealias States = [StackState<AnyState>]

  /// What the layers are.
  public let description: NetworkDescription
  /// The layers with their weights, in the order of the description.
  public internal(set) var layers: [NetworkPart]

  /// A network with random weights.
  public init(_ description: NetworkDescription, key: RandomKey) {
    self.description = description
    layers = description.elements.enumerated().map { NetworkPart($1.layer, key: key.folding($0)) }
  }

  /// Visits the layers by their number.
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("layers", &layers)
  }

  /// What comes out of the last layer.
  public func callAsFunction(_ input: NetworkValue) -> NetworkValue { self(input, from: nil).output }

  /// What comes out of the last layer, and the states after each row's last step.
  ///
  /// - Parameters:
  ///   - input: What `description.input` says.
  ///   - states: Where the recurrent layers begin; nil is their own first state.
  public func callAsFunction(_ input: NetworkValue, from states: States?) -> (output: NetworkValue, states: States) {
    var value = input
    var finalStates: States = []
    for layer in layers {
      switch (layer, value) {
      case (.recurrent(let stack), .sequence(let sequence)):
        precondition(finalStates.count < states?.count ?? .max, "the states are those of another network")
        let (outputs, state) = stack(sequence, from: states?[finalStates.count])
        finalStates.append(state)
        value = .sequence(outputs)
      case (.finalHidden, .sequence):
        guard let state = finalStates.last else { preconditionFailure("there is no recurrent layer before") }
        value = .vectors(state.hidden)
      default: value = layer(value)
      }
    }
    return (value, finalStates)
  }
}

/// A layer of a `SequenceNetwork` with its weights.
public enum NetworkPart: Module {
  /// Vectors of symbols.
  case embedding(Embedding)
  /// Recurrent layers.
  case recurrent(RecurrentStack<AnySequenceLayer>)
  /// A linear map.
  case linear(Linear)
  /// A convolution over time.
  case convolution(Conv1d)
  /// The largest of each window.
  case maxPooling(MaxPool1d)
  /// The mean of each window.
  case averagePooling(AveragePool1d)
  /// By running statistics.
  case batchNormalization(BatchNorm1d)
  /// Over the features of a step.
  case layerNormalization(LayerNorm)
  /// What training drops.
  case dropout(Dropout)
  /// A function.
  case activation(NetworkActivation)
  /// The last step.
  case lastStep
  /// The hidden state of the recurrent layers before.
  case finalHidden
  /// Over all steps.
  case globalPooling(GlobalPool1d)
  /// All steps as one vector.
  case flatten

  /// A layer with random weights.
  public init(_ layer: NetworkLayer, key: RandomKey) {
    switch layer {
    case .embedding(let count, let size): self = .embedding(Embedding(vocabularySize: count, size: size, key: key))
    case .recurrent(let layers):
      self = .recurrent(
        RecurrentStack<AnySequenceLayer>(layers.enumerated().map { $1.makeLayer(key: key.folding($0)) }))
    case .linear(let input, let output, let hasBias):
      self = .linear(Linear(inputSize: input, outputSize: output, hasBias: hasBias, key: key))
    case .convolution(let convolution):
      self = .convolution(
        Conv1d(
          inputChannels: convolution.inputChannels, outputChannels: convolution.outputChannels,
          kernelSize: convolution.kernelSize, stride: convolution.stride, padding: convolution.padding,
          dilation: convolution.dilation, groups: convolution.groups, hasBias: convolution.hasBias, key: key))
    case .maxPooling(let pooling):
      self = .maxPooling(
        MaxPool1d(kernelSize: pooling.kernelSize, stride: pooling.stride, padding: pooling.padding))
    case .averagePooling(let pooling):
      self = .averagePooling(
        AveragePool1d(
          kernelSize: pooling.kernelSize, stride: pooling.stride, padding: pooling.padding,
          countsPadding: pooling.countsPadding))
    case .batchNormalization(let size, let epsilon, let isAffine):
      self = .batchNormalization(BatchNorm1d(size: size, epsilon: epsilon, isAffine: isAffine))
    case .layerNormalization(let size, let epsilon):
      self = .layerNormalization(LayerNorm(size: size, epsilon: epsilon))
    case .dropout(let rate): self = .dropout(Dropout(rate))
    case .activation(let activation): self = .activation(activation)
    case .lastStep: self = .lastStep
    case .finalHidden: self = .finalHidden
    case .globalPooling(let pooling): self = .globalPooling(pooling)
    case .flatten: self = .flatten
    }
  }

  /// Visits the layer as if it stood alone.
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    // Taken out while it is visited, so that its weights are changed in place.
    func visiting<M: Module>(_ module: M, _ part: (M) -> NetworkPart) {
      var module = module
      self = .lastStep
      module.visit(&visitor)
      self = part(module)
    }
    switch self {
    case .embedding(let module): visiting(module, NetworkPart.embedding)
    case .recurrent(let module): visiting(module, NetworkPart.recurrent)
    case .linear(let module): visiting(module, NetworkPart.linear)
    case .convolution(let module): visiting(module, NetworkPart.convolution)
    case .batchNormalization(let module): visiting(module, NetworkPart.batchNormalization)
    case .layerNormalization(let module): visiting(module, NetworkPart.layerNormalization)
    case .dropout(let module): visiting(module, NetworkPart.dropout)
    case .maxPooling, .averagePooling, .activation, .lastStep, .finalHidden, .globalPooling, .flatten: break
    }
  }

  /// What comes out of a layer that carries no state.
  func callAsFunction(_ value: NetworkValue) -> NetworkValue {
    switch (self, value) {
    case (.embedding(let module), .tokens(let tokens)): .sequence(module(tokens))
    case (.linear(let module), _): value.map { module($0) }
    case (.layerNormalization(let module), _): value.map { module($0) }
    case (.dropout(let module), _): value.map { module($0) }
    case (.activation(let function), _): value.map { function($0) }
    case (.batchNormalization(let module), .sequence(let sequence)): .sequence(module(sequence))
    case (.batchNormalization(let module), .vectors(let vectors)): .vectors(module(vectors))
    case (.convolution(let module), .sequence(let sequence)): .sequence(module(sequence))
    case (.maxPooling(let module), .sequence(let sequence)): .sequence(module(sequence))
    case (.averagePooling(let module), .sequence(let sequence)): .sequence(module(sequence))
    case (.lastStep, .sequence(let sequence)): .vectors(sequence.last)
    case (.globalPooling(let pooling), .sequence(let sequence)): .vectors(pooling(sequence))
    case (.flatten, .sequence(let sequence)): .vectors(Flatten()(sequence))
    default: preconditionFailure("a layer was given what its description does not name")
    }
  }
}

extension NetworkValue {
  /// The same with a function of the features of each step.
  fileprivate func map(_ function: (Tensor) -> Tensor) -> NetworkValue {
    switch self {
    case .tokens: preconditionFailure("symbols have no features; an embedding comes first")
    case .sequence(let sequence): .sequence(sequence.mapRealSteps(function))
    case .vectors(let vectors): .vectors(function(vectors))
    }
  }
}
