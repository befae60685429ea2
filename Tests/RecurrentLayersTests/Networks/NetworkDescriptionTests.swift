import Foundation
import RecurrentLayers
import RecurrentTensor
import Testing

@Suite struct NetworkDescriptionTests {
  typealias Element = NetworkDescription.Element

  static func recurrent(_ input: Int, _ units: Int, both: Bool = false) -> NetworkLayer {
    .recurrent(
      layers: [
        RecurrentDescription(.lstm(), inputSize: input, hiddenSize: units, directions: both ? .both() : .forward)
      ])
  }

  /// One of every kind of layer.
  static let everything: [Element] = {
    var window = ConvolutionDescription(inputChannels: 4, outputChannels: 6, kernelSize: 3)
    (window.stride, window.padding, window.groups, window.hasBias) = (2, .zeros(1), 2, false)
    var same = ConvolutionDescription(inputChannels: 6, outputChannels: 6, kernelSize: 2)
    same.padding = .same
    var variant = LSTMVariant()
    (variant.hasPeepholes, variant.projectionSize, variant.gateActivation) = (true, 3, .hardSigmoid())
    return [
      Element("e", .embedding(vocabularySize: 9, size: 4)), Element("c", .convolution(window: window)),
      Element("same", .convolution(window: same)),
      Element("n", .batchNormalization(size: 6, epsilon: 1e-3, isAffine: true)),
      Element("leaky", .activation(function: .leakyReLU(slope: 0.25))),
      Element("p", .maxPooling(window: PoolingDescription(kernelSize: 2, stride: 1, padding: 1))),
      Element("a", .averagePooling(window: PoolingDescription(kernelSize: 2, countsPadding: false))),
      Element("d", .dropout(rate: 0.5)),
      Element(
        "r",
        .recurrent(layers: [
          RecurrentDescription(.gru(), inputSize: 6, hiddenSize: 5, directions: .both(merge: .average), bias: .single),
          RecurrentDescription(
            .lstm(variant: variant), inputSize: 5, hiddenSize: 4, directions: .both(), bias: .single),
          RecurrentDescription(
            .elman(activation: .leakyReLU(slope: 0.1)), inputSize: 6, hiddenSize: 5, directions: .backward, bias: .none),
        ])),
      Element("f", .finalHidden), Element("l", .layerNormalization(size: 5, epsilon: 1e-6)),
      Element("h", .linear(inputSize: 5, outputSize: 2, hasBias: false)), Element("s", .activation(function: .softmax)),
    ]
  }()

  @Test func flowsAreThoseOfTheLayers() throws {
    let description = try NetworkDescription(Self.everything)
    #expect(description.input == .tokens(vocabularySize: 9))
    #expect(description.output == .vectors(size: 2))
    let sizes = description.flows.map(\.size)
    #expect(sizes == [4, 6, 6, 6, 6, 6, 6, 6, 5, 5, 5, 2, 2])
    let network = SequenceNetwork(description, key: RandomKey(seed: 1))
    let tokens = TokenBatch([[1, 2, 3, 4, 5, 6, 7, 8], [8, 0, 1, 2, 3]])
    let output = try #require(network(.tokens(tokens)).values)
    #expect(output.shape == [2, 2])
    #expect(network.parameterCount == description.parameterCount)
  }

  /// Both ends of a bidirectional layer are twice its width, also where its outputs are added.
  @Test func finalHiddenHasBothDirections() throws {
    let layer = RecurrentDescription(.gru(), inputSize: 3, hiddenSize: 4, directions: .both(merge: .sum))
    let description = try NetworkDescription([Element("r", .recurrent(layers: [layer])), Element("f", .finalHidden)])
    #expect(description.flows.map(\.size) == [4, 8])
    let network = SequenceNetwork(description, key: RandomKey(seed: 1))
    let x = SequenceBatch(Tensor(normal: [5, 2, 3], key: RandomKey(seed: 2)))
    #expect(network(.sequence(x)).values?.shape == [2, 8])
  }

  @Test func whatDoesNotFitIsRefused() {
    func problem(_ layers: NetworkLayer...) -> String {
      do throws(NetworkDescriptionError) {
        _ = try NetworkDescription(layers.enumerated().map { Element("x\($0)", $1) })
        return ""
      } catch {
        return error.description
      }
    }
    let head = NetworkLayer.linear(inputSize: 4, outputSize: 2, hasBias: true)
    #expect(problem().contains("1 to 1000 layers"))
    #expect(problem(Self.recurrent(3, 5), head) == "layer 'x1': does not fit on sequences of 5 features")
    #expect(problem(head, .embedding(vocabularySize: 3, size: 2)).contains("'x1': does not fit"))
    #expect(problem(.embedding(vocabularySize: 3, size: 4), .lastStep, Self.recurrent(4, 2)).contains("'x2'"))
    #expect(problem(.finalHidden).contains("'x0'"))
    #expect(problem(Self.recurrent(3, 4), head, .finalHidden).contains("'x2'"))
    #expect(problem(.linear(inputSize: 0, outputSize: 2, hasBias: true)).contains("sizes are 1 to"))
    #expect(problem(.linear(inputSize: 1 << 25, outputSize: 2, hasBias: true)).contains("sizes are 1 to"))
    #expect(problem(.recurrent(layers: [])).contains("at least one layer"))
    let narrow = RecurrentDescription(.gru(), inputSize: 3, hiddenSize: 4)
    #expect(problem(.recurrent(layers: [narrow, narrow])).contains("3 inputs on 4 outputs"))
    var variant = LSTMVariant()
    variant.projectionSize = 4
    let wide = RecurrentDescription(.lstm(variant: variant), inputSize: 3, hiddenSize: 4)
    #expect(problem(.recurrent(layers: [wide])).contains("narrower"))
    #expect(problem(.dropout(rate: 1)).contains("below 1"))
    #expect(problem(.flatten(steps: 0)).contains("65536"))
    #expect(problem(.maxPooling(window: PoolingDescription(kernelSize: 3, padding: 2))).contains("half"))
    #expect(problem(.layerNormalization(size: 3, epsilon: 0)).contains("epsilon"))
    #expect(problem(.activation(function: .leakyReLU(slope: .nan))).contains("finite"))
    var window = ConvolutionDescription(inputChannels: 3, outputChannels: 4, kernelSize: 2)
    window.groups = 2
    #expect(problem(.convolution(window: window)).contains("2 groups"))
    (window.groups, window.padding, window.stride) = (1, .same, 2)
    #expect(problem(.convolution(window: window)).contains("stride 1"))
    #expect(throws: NetworkDescriptionError.self) {
      try NetworkDescription([Element("a", .lastStep), Element("a", .dropout(rate: 0))])
    }
    #expect(throws: NetworkDescriptionError.self) { try NetworkDescription([Element("", .lastStep)]) }
  }

  @Test func jsonBringsEveryLayerBack() throws {
    let description = try NetworkDescription(Self.everything)
    let data = try JSONEncoder().encode(description)
    #expect(try JSONDecoder().decode(NetworkDescription.self, from: data) == description)
    // What is read is checked as well.
    let text = String(decoding: data, as: UTF8.self)
    let wrong = text.replacing("\"vocabularySize\":9", with: "\"vocabularySize\":0")
    #expect(wrong != text)
    #expect(throws: NetworkDescriptionError.self) {
      try JSONDecoder().decode(NetworkDescription.self, from: Data(wrong.utf8))
    }
  }
}
