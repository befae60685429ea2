import Foundation
import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import RecurrentTraining
import Testing

@testable import RecurrentTasks

@Suite struct ClassificationTrainingTests {
  private let folder: SampleFolder

  init() throws { folder = try SampleFolder() }

  private func trained(_ configuration: ClassificationConfiguration) throws -> Classifier {
    let training = try ClassificationTraining(configuration)
    let runner = try TrainingRunner(training, model: training.initial.network, configuration: configuration.training)
    var classifier = training.initial
    classifier.network = try runner.run().model
    return classifier
  }

  private func accuracy(_ classifier: Classifier, _ configuration: ClassificationConfiguration) throws -> Double {
    let data = try ClassificationData(configuration)
    let part = try #require(data.parts[.test])
    guard case .labels(let metrics) = classifier.evaluation(of: part) else { return 0 }
    return metrics.accuracy
  }

  /// Every kind of network learns which word of a text tells its label.
  @Test(arguments: [
    (ClassificationLayers.recurrent, PoolingChoice.max), (.recurrent, .last), (.recurrent, .attention),
    (.convolutional, .max), (.both, .mean),
  ]) func everyNetworkLearnsTexts(layers: ClassificationLayers, pooling: PoolingChoice) throws {
    var configuration = ClassificationConfiguration.quick(try folder.putTexts(60, in: "t.tsv"))
    configuration.test = try folder.putTexts(40, in: "test.tsv")
    configuration.network.layers = layers
    configuration.network.pooling = [pooling]
    configuration.network.filters = [8]
    configuration.network.kernels = [3]
    configuration.network.poolSize = 1
    let classifier = try trained(configuration)
    #expect(try accuracy(classifier, configuration) == 1)
    let answers = try classifier.classify(texts: ["splendid today", " ", "an awful thing"])
    #expect(answers.map { $0?.label.map { classifier.labels[$0] } } == ["good", nil, "bad"])
  }

  @Test func signalsAreLearned() throws {
    var configuration = ClassificationConfiguration.quickSignals(try folder.putSignals(40, in: "s.csv"))
    configuration.test = "who=4"
    configuration.augmentation.inputNoise = 0.1
    configuration.augmentation.channelScaling = 0.1
    configuration.fineScale = 0.1
    #expect(try accuracy(try trained(configuration), configuration) == 1)
  }

  @Test func numbersAreLearned() throws {
    // The number is the share of one of two words.
    let lines = (0..<60).map { index in
      let words = (0..<8).map { $0 < index % 9 ? "up" : "down" }
      return "\(100 + 10 * (index % 9))\t" + words.joined(separator: " ")
    }
    var configuration = ClassificationConfiguration.quick(
      try folder.put(lines.joined(separator: "\n"), in: "n.tsv"))
    configuration.target = .number
    configuration.test = "0.2"
    configuration.network.pooling = [.mean]
    configuration.training.epochs = 40
    for loss in RegressionLoss.allCases {
      configuration.loss = loss
      let classifier = try trained(configuration)
      let part = try #require(try ClassificationData(configuration).parts[.test])
      guard case .numbers(let metrics) = classifier.evaluation(of: part) else {
        Issue.record("a number is not a label")
        continue
      }
      #expect(metrics.rootMeanSquaredError < 8, "\(loss)")
      #expect(try #require(metrics.explainedShare) > 0.9)
    }
  }

  /// With weights the loss is the weighed mean of what it is without.
  @Test func weightsOfLabelsWeighTheLoss() throws {
    var configuration = ClassificationConfiguration.quick(try folder.put("a\tx\nb\ty\n", in: "t.tsv"))
    func loss() throws -> Float {
      let training = try ClassificationTraining(configuration)
      var carry = NoCarry()
      let position = BatchPosition(epoch: 0, index: 0, step: 0, key: RandomKey(seed: 1))
      return training.loss(of: training.initial.network, on: position, carry: &carry).mean.scalar
    }
    let training = try ClassificationTraining(configuration)
    let logits = try training.initial.classify(texts: ["x", "y"])
    let own = logits.enumerated().map { label, prediction -> Double in
      guard case .probabilities(let values)? = prediction else { return .nan }
      return -log(values[label])
    }
    #expect(abs(Double(try loss()) - (own[0] + own[1]) / 2) < 1e-5)
    configuration.classWeighting = .given
    configuration.classWeights = [3, 1]
    #expect(abs(Double(try loss()) - (3 * own[0] + own[1]) / 4) < 1e-5)
  }

  @Test func preTrainedVectorsTakeTheirPlaces() throws {
    var configuration = ClassificationConfiguration.quick(try folder.put("a\tone Two\nb\tthree\n", in: "t.tsv"))
    configuration.network.embedding = 2
    configuration.vectors = try folder.put("one 1 2\ntwo 3 4\nfour 5 6\n", in: "v.txt")
    configuration.tunesVectors = false
    let training = try ClassificationTraining(configuration)
    let embedding = try #require(training.initial.network.embedding)
    guard case .text(let encoding) = training.data.inputs else { return }
    func row(_ word: String) -> [Float] {
      let id = Int(encoding.tokenizer.vocabulary[word])
      return Array(embedding.weight.value.scalars[id * 2..<id * 2 + 2])
    }
    #expect(row("one") == [1, 2])
    #expect(row("Two") == [3, 4])
    #expect(!embedding.weight.isTrainable)
    #expect(training.notes.contains { $0.hasPrefix("vectors of 2 of 4 words (50.0 %) found") })
    configuration.network.embedding = 3
    #expect(throws: ClassificationError.self) { _ = try ClassificationTraining(configuration) }
  }
}
