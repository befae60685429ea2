import RecurrentFormats
public import RecurrentLayers
import RecurrentTensor

/// Words and their characters, recurrent layers over the sentence, and a score for each label at each word.
public struct TaggingNetwork: Module {
  /// A vector for each word of the vocabulary.
  public var words: Embedding?
  /// What makes a vector of a word's characters.
  public var characters: CharacterEncoder?
  /// What drops parts of the inputs of the recurrent layers in training.
  public var inputDropout: SequenceDropout
  /// The recurrent layers.
  public var stack: RecurrentStack<AnySequenceLayer>
  /// What drops parts of their outputs in training.
  public var outputDropout: SequenceDropout
  /// From outputs to the scores of the labels.
  public var head: Linear
  /// What scores neighbouring labels, where the head is a conditional random field.
  public var field: ConditionalRandomField?

  /// A network with random weights.
  init(_ configuration: TaggingConfiguration, _ vocabularies: TaggingVocabularies, key: RandomKey) {
    if configuration.wordSize > 0 {
      words = Embedding(
        vocabularySize: vocabularies.words.count, size: configuration.wordSize, initializer: .normal(deviation: 0.3),
        key: key.folding(0))
    }
    characters = CharacterEncoder(configuration, characterCount: vocabularies.characters.count, key: key.folding(1))
    inputDropout = SequenceDropout(configuration.inputDropout, masks: configuration.dropoutMasks)
    stack = configuration.architecture.makeStack(
      inputSize: configuration.wordSize + (characters?.outputSize ?? 0), key: key.folding(2))
    outputDropout = SequenceDropout(configuration.outputDropout, masks: configuration.dropoutMasks)
    head = Linear(inputSize: stack.outputSize, outputSize: vocabularies.labels.count, key: key.folding(3))
    field =
      configuration.head == .crf
      ? ConditionalRandomField(labelCount: vocabularies.labels.count, key: key.folding(4)) : nil
  }

  /// Visits the parts in the order in which they act.
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("words", &words)
    visitor.visit("characters", &characters)
    visitor.visit("input_dropout", &inputDropout)
    visitor.visit("stack", &stack)
    visitor.visit("output_dropout", &outputDropout)
    visitor.visit("head", &head)
    visitor.visit("crf", &field)
  }

  /// The scores of the labels at each word, `[T, N, L]`.
  func callAsFunction(_ batch: TaggingBatch) -> SequenceBatch {
    let (steps, rows) = (batch.words.stepCount, batch.words.batchSize)
    var inputs = words.map { [$0(batch.words).values] } ?? []
    if let characters {
      // Each different word of the batch is run through once.
      let vectors = characters(batch.characters).rows(at: batch.places)
      inputs.append(vectors.reshaped(to: [steps, rows, characters.outputSize]))
    }
    let joined = inputs.count == 1 ? inputs[0] : Tensor(concatenating: inputs, axis: 2)
    let sequence = SequenceBatch(joined, lengths: batch.words.lengths?.map { Int($0) })
    let (outputs, _) = stack(inputDropout(sequence), from: nil)
    return head(outputDropout(outputs))
  }
}
