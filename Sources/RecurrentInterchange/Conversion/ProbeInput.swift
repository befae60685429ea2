import RecurrentLayers
import RecurrentTensor

/// Random inputs on which a network and what it was converted to are compared.
struct ProbeInput {
  let value: NetworkValue

  /// Rows of a batch, more than one so that batch and time cannot be mixed up unseen.
  static let rowCount = 3
  /// The steps that are tried where the network does not ask for a number.
  private static let stepCount = 11

  /// An input of the kind that a network takes; nil where no number of steps up to the limit fits its layers.
  init?(for description: NetworkDescription, seed: UInt64) {
    guard let steps = Self.steps(for: description) else { return nil }
    let key = RandomKey(seed: seed)
    switch description.input {
    case .tokens(let count):
      value = .tokens(
        TokenBatch(
          (0..<Self.rowCount).map { row in
            (0..<steps).map { Int32(min(count - 1, Int(key.folding(row).unit(at: $0) * Double(count)))) }
          }))
    case .sequence(let size):
      value = .sequence(SequenceBatch(Self.numbers([steps, Self.rowCount, size], key)))
    case .vectors(let size): value = .vectors(Self.numbers([Self.rowCount, size], key))
    }
  }

  /// Numbers even in ±2, whose variance is near 1.
  private static func numbers(_ shape: Shape, _ key: RandomKey) -> Tensor {
    Tensor((0..<shape.elementCount).map { Float(4 * key.unit(at: $0) - 2) }, shape: shape)
  }

  /// A number of steps that leaves every layer at least one, and a flattening one those that it names.
  private static func steps(for description: NetworkDescription) -> Int? {
    description.accepts(stepCount: stepCount)
      ? stepCount : (1...1 << 17).first { description.accepts(stepCount: $0) }
  }
}

extension NetworkDescription {
  /// Whether sequences of so many steps pass through all layers.
  fileprivate func accepts(stepCount: Int) -> Bool {
    var steps = stepCount
    for element in elements {
      switch element.layer {
      case .convolution(let window): steps = window.outputCount(of: steps)
      case .maxPooling(let window), .averagePooling(let window): steps = window.outputCount(of: steps)
      case .flatten(let wanted): return steps == wanted
      case .lastStep, .finalHidden, .globalPooling: return steps > 0
      default: break
      }
      if steps == 0 { return false }
    }
    return true
  }
}

extension ConvolutionDescription {
  fileprivate func outputCount(of steps: Int) -> Int {
    let reach = dilation * (kernelSize - 1)
    let zeros =
      switch padding {
      case .valid: 0
      case .zeros(let count): 2 * count
      case .same, .causal: reach
      }
    return steps + zeros <= reach ? 0 : (steps + zeros - reach - 1) / stride + 1
  }
}

extension PoolingDescription {
  fileprivate func outputCount(of steps: Int) -> Int {
    steps + 2 * padding < kernelSize ? 0 : (steps + 2 * padding - kernelSize) / stride + 1
  }
}
