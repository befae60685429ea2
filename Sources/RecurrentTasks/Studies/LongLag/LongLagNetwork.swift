public import RecurrentLayers
public import RecurrentTensor
import RecurrentTraining

/// One recurrent layer with a linear map that answers, after the last step or at every step.
public struct LongLagNetwork: Module {
  /// The recurrent layer.
  public var layer: AnySequenceLayer
  /// From its outputs to the answer.
  public var head: Linear
  /// Whether an answer is wanted at every step.
  public let answersEveryStep: Bool

  /// A network of these parts.
  public init(layer: AnySequenceLayer, head: Linear, answersEveryStep: Bool) {
    self.layer = layer
    self.head = head
    self.answersEveryStep = answersEveryStep
  }

  /// Visits the layer and the head.
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("layer", &layer)
    visitor.visit("head", &head)
  }

  /// The answers: `[N, D]`, or `[T, N, D]` where every step is answered.
  public func callAsFunction(_ inputs: SequenceBatch) -> Tensor {
    let (outputs, last) = layer(inputs)
    return head(answersEveryStep ? outputs.values : last.hidden)
  }

  /// The loss of the answers: the squared error of numbers, the cross-entropy of classes, and the binary cross-entropy
  /// of what is allowed.
  public func loss(_ batch: LongLagBatch) -> Tensor {
    let answers = self(batch.inputs)
    switch batch.targets {
    case .numbers(let numbers): return meanSquaredError(answers, numbers)
    case .classes(let classes): return crossEntropy(answers, classes)
    case .allowed(let allowed):
      return binaryCrossEntropy(answers, allowed, mask: batch.inputs.mask(elementType: allowed.elementType))
    }
  }
}
