import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import RecurrentTraining
import Testing

@testable import RecurrentTasks

@Suite struct ExchangeTests {
  /// Checks that every tensor of a model left, under the path that is said, and with its own numbers.
  private func expectWhole(_ exchanged: ExchangedNetwork, _ model: some TaskModel) {
    let own = Dictionary(uniqueKeysWithValues: model.network.tensors.map { ($0.path, $0.value) })
    var left = Set<String>()
    for (path, value) in exchanged.network.tensors {
      let source = exchanged.sources[path] ?? ""
      #expect(own[source]?.scalars == value.scalars, "\(path) is not \(source)")
      left.insert(source)
    }
    #expect(left == Set(own.keys))
    #expect(!exchanged.notes.isEmpty)
  }

  private func refusal(_ model: some ExchangeableModel) -> String {
    do throws(ExchangeError) {
      _ = try model.exchanged()
      return "it was not refused"
    } catch {
      return error.description
    }
  }

  /// The numbers of the real steps of `[T, N, C]`; what stands at padding is nobody's answer.
  private func realSteps(_ values: Tensor?, _ lengths: [Int]) -> [[Float]] {
    guard let values, values.shape.rank == 3 else { return [] }
    return lengths.enumerated().map { row, length in
      (0..<length).flatMap { values[$0][row].scalars }
    }
  }

  // MARK: Forecasters

  private func forecaster(_ change: (inout ForecastConfiguration) -> Void = { _ in }) throws -> Forecaster {
    var configuration = ForecastConfiguration()
    configuration.architecture.hidden = [5]
    configuration.lookBack = 12
    configuration.horizon = 2
    configuration.skip = false
    change(&configuration)
    return try ForecastTraining(configuration).initial
  }

  @Test func windowsOfAForecasterEndInTheirLastStep() throws {
    for cell in [CellKind.lstm, .gru, .elman] {
      let model = try forecaster {
        ($0.architecture.cell, $0.architecture.layers, $0.architecture.dropout) = (cell, 2, 0.2)
        $0.architecture.isBidirectional = true
      }
      let exchanged = try model.exchanged()
      expectWhole(exchanged, model)
      let x = SequenceBatch(Tensor(normal: [12, 3, 1], key: RandomKey(seed: 1)))
      #expect(exchanged.network(.sequence(x)).values?.scalars == model.network.last(ForecastInputs(x)).scalars)
      #expect(
        exchanged.notes[0].contains("the last 12 steps") && exchanged.notes[1].contains("2 steps ahead Passengers"))
    }
  }

  @Test func aSequenceIsForecastAtEachStep() throws {
    let model = try forecaster { ($0.arrangement, $0.lookBack) = (.sequence, 1) }
    let exchanged = try model.exchanged()
    let x = SequenceBatch(Tensor(normal: [9, 1, model.network.first.stack.inputSize], key: RandomKey(seed: 1)))
    #expect(exchanged.network(.sequence(x)).values?.scalars == model.network(x).0.scalars)
  }

  @Test func whatLeadsPastTheLayersIsRefused() throws {
    #expect(refusal(try forecaster { $0.skip = true }).contains("train with skip false"))
    #expect(refusal(try forecaster { $0.windowSkip = true }).contains("train with window_skip false"))
    #expect(refusal(try forecaster { $0.members = 2 }).contains("train with members 1"))
    #expect(refusal(try forecaster { $0.baseLags = [12] }).contains("train without base_lags"))
    #expect(refusal(try forecaster { $0.seriesEmbedding = 2 }).contains("train without series_embedding"))
    #expect(refusal(try forecaster { $0.architecture.isResidual = true }).contains("without residual"))
    #expect(refusal(try forecaster { $0.architecture.cell = .minimalGRU }).contains("cell lstm, gru or elman"))
    #expect(refusal(try forecaster { $0.architecture.normalization = .layer }).contains("normalization none"))
    #expect(refusal(try forecaster { $0.architecture.initialState = .trainable }).contains("first state"))
  }

  // MARK: Classifiers

  private func classifier(
    _ folder: SampleFolder, _ change: (inout ClassificationNetworkConfiguration) -> Void
  ) throws -> Classifier {
    var configuration = ClassificationConfiguration.quick(try folder.putTexts(20, in: "t.tsv"))
    change(&configuration.network)
    return try ClassificationTraining(configuration).initial
  }

  private let tokens = TokenBatch([[3, 2, 5, 1, 4, 6, 2, 3, 4], [1, 5, 6, 2, 2], [4, 3, 2, 1, 5, 6, 3]])

  @Test func everyPoolingOfAClassifierLeaves() throws {
    let folder = try SampleFolder()
    for pooling in [PoolingChoice.last, .mean, .max] {
      for isBidirectional in [false, true] {
        for layers in [ClassificationLayers.recurrent, .convolutional, .both] {
          var model = try classifier(folder) {
            ($0.pooling, $0.layers, $0.architecture.isBidirectional) = ([pooling], layers, isBidirectional)
            ($0.filters, $0.kernels) = ([6, 7], [3, 2])
          }
          // Running statistics as after some training.
          for block in model.network.convolutions.indices {
            let size = [6, 7][block]
            model.network.convolutions[block].normalization?.runningMean = RunningStatistic(
              Tensor(normal: [size], key: RandomKey(seed: 7)))
          }
          let exchanged = try model.exchanged()
          expectWhole(exchanged, model)
          #expect(exchanged.network(.tokens(tokens)).values?.scalars == model.network(tokens).scalars)
        }
      }
    }
  }

  @Test func signalsLeaveWithTheirScalesToldOf() throws {
    let folder = try SampleFolder()
    var configuration = ClassificationConfiguration.quickSignals(try folder.putSignals(10, in: "s.csv"))
    configuration.network.architecture.bias = .single
    let model = try ClassificationTraining(configuration).initial
    let exchanged = try model.exchanged()
    expectWhole(exchanged, model)
    let x = SequenceBatch(Tensor(normal: [5, 2, 2], key: RandomKey(seed: 1)), lengths: [5, 3])
    #expect(exchanged.network(.sequence(x)).values?.scalars == model.network(x).scalars)
    #expect(exchanged.notes[0].contains("scaled") && exchanged.notes[1].contains("logits"))
  }

  @Test func poolingsThatAreNoLayersAreRefused() throws {
    let folder = try SampleFolder()
    #expect(refusal(try classifier(folder) { $0.pooling = [.attention] }).contains("pooling last, mean or max"))
    #expect(refusal(try classifier(folder) { $0.pooling = [.mean, .max] }).contains("one pooling"))
    let parallel = try classifier(folder) {
      ($0.layers, $0.arrangement, $0.kernels) = (.convolutional, .parallel, [2, 3])
    }
    #expect(refusal(parallel).contains("convolutions blocks"))
  }

  // MARK: Taggers

  private func tagger(_ change: (inout TaggingConfiguration) -> Void) throws -> Tagger {
    var configuration = SampleSentences.configuration()
    (configuration.characters, configuration.head) = (.none, .softmax)
    change(&configuration)
    let parts = TaggingParts(train: SampleSentences.corpus(20, seed: 4))
    return try TaggingTraining(configuration, parts: parts).initial
  }

  @Test func aTaggerOfWordsLeaves() throws {
    let model = try tagger { _ in }
    let exchanged = try model.exchanged()
    expectWhole(exchanged, model)
    var table = WordTable()
    let sentences = [["butto", "duta", "gute", "i"], ["nuta", "buto"]]
    let batch = TaggingBatch(sentences.map { $0.map { table.place(of: $0, in: model.vocabularies) } }, table)
    let own = model.network(batch).values
    #expect(realSteps(exchanged.network(.tokens(batch.words)).values, [4, 2]) == realSteps(own, [4, 2]))
  }

  @Test func whatSeesMoreThanWordsIsRefused() throws {
    #expect(refusal(try tagger { $0.head = .crf }).contains("train with head softmax"))
    #expect(refusal(try tagger { $0.characters = .lstm }).contains("train with characters none"))
  }

  // MARK: Language models and translators

  @Test(arguments: [false, true]) func aLanguageModelLeaves(isTied: Bool) throws {
    let model = SmallLanguage.model("abcdefg") { configuration in
      if isTied {
        (configuration.isTied, configuration.embedding, configuration.architecture.hidden) = (true, 12, [12])
      }
      configuration.architecture.layers = 2
    }
    let exchanged = try model.exchanged()
    expectWhole(exchanged, model)
    #expect(exchanged.sources["layers.2.weight"] == (isTied ? "embedding.weight" : "head.weight"))
    let own = model.network(tokens).logits
    #expect(realSteps(exchanged.network(.tokens(tokens)).values, [9, 5, 7]) == realSteps(own, [9, 5, 7]))
  }

  @Test func conditionsAreRefused() throws {
    let json: JSONValue = ["conditions": [["name": "rows", "words": [], "means": [0], "scales": [1]]]]
    let schema: ConditionSchema = try json.decoded()
    let model = SmallLanguage.model("abc", isOfRecords: true, schema: schema) { $0.conditions = ["rows"] }
    #expect(refusal(model).contains("train without conditions"))
  }

  @Test func aTranslatorIsRefused() throws {
    let model = try TranslationTraining(SamplePairs.configuration(), parts: SamplePairs.parts).initial
    #expect(throws: ExchangeError.self) { try TaskModels.exchanged(model) }
    #expect(try TaskModels.exchanged(SmallLanguage.model("abc")).network.layers.count == 3)
  }
}
