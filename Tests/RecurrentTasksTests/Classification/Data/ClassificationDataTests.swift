import RecurrentFormats
import RecurrentTensor
import Testing

@testable import RecurrentTasks

@Suite struct ClassificationDataTests {
  private let folder: SampleFolder

  init() throws { folder = try SampleFolder() }

  private func message(_ configuration: ClassificationConfiguration) -> String {
    do throws(ClassificationError) {
      _ = try ClassificationData(configuration)
      return "no error"
    } catch {
      return error.description
    }
  }

  // MARK: Parts

  @Test func sharesAreDrawnWithoutOverlap() throws {
    var configuration = ClassificationConfiguration.quick(try folder.putTexts(40, in: "t.tsv"))
    configuration.validation = "0.25"
    configuration.test = "0.1"
    let data = try ClassificationData(configuration)
    #expect(data.parts[.train]?.examples.count == 26)
    #expect(data.parts[.validation]?.examples.count == 10)
    #expect(data.parts[.test]?.examples.count == 4)
  }

  /// A column divides people: nobody stands in two parts.
  @Test func aColumnKeepsPeopleApart() throws {
    var configuration = ClassificationConfiguration.quickSignals(try folder.putSignals(20, in: "s.csv"))
    configuration.validation = "who=1,3"
    configuration.test = "who=4-9"
    let (parts, _) = try RawParts.read(configuration)
    func people(_ part: Part, _ column: Int) -> Set<String> {
      Set(parts[part]?.items.map { $0.attributes[column] } ?? [])
    }
    #expect(people(.validation, 0) == ["1", "3"])
    #expect(people(.test, 0) == ["4"])
    #expect(people(.train, 0) == ["0", "2"])
    #expect(Part.allCases.reduce(0) { $0 + (parts[$1]?.count ?? 0) } == 20)
  }

  @Test func filesOfTheirOwnAreParts() throws {
    var configuration = ClassificationConfiguration.quick(try folder.putTexts(20, in: "t.tsv"))
    configuration.test = try folder.put("good\tunheard splendid\n", in: "test.tsv")
    let data = try ClassificationData(configuration)
    #expect(data.parts[.train]?.examples.count == 20)
    let test = try #require(data.parts[.test])
    guard case .tokens(let tokens) = test.examples.inputs, case .text(let encoding) = data.inputs else {
      Issue.record("texts are symbols")
      return
    }
    // A word of the test part is not in the vocabulary of the training part.
    #expect(tokens == [[encoding.unknown, encoding.tokenizer.vocabulary["splendid"]]])
  }

  /// A smaller share of the training part lies in every larger one.
  @Test func sharesOfTheTrainingPartAreNested() throws {
    var configuration = ClassificationConfiguration.quick(try folder.putTexts(40, in: "t.tsv"))
    func lines(_ share: Double) throws -> Set<Int> {
      configuration.trainFraction = share
      return Set(try RawParts.read(configuration).parts[.train]?.items.map(\.place.line) ?? [])
    }
    let (tenth, third, all) = (try lines(0.1), try lines(0.3), try lines(1))
    #expect(tenth.count == 4 && third.count == 12 && all.count == 40)
    #expect(tenth.isSubset(of: third))
  }

  // MARK: Windows and what is left out

  @Test func windowsStayWithinTheirSequences() throws {
    let path = try folder.put("a,1,2,3,4,5\nb,6,7\nb,8,9,10,11\n", in: "w.csv")
    var configuration = ClassificationConfiguration.quick(path)
    configuration.window = 3
    configuration.windowStep = 2
    let (parts, notes) = try RawParts.read(configuration)
    guard case .signals(let values, _, let steps)? = parts[.train]?.content else {
      Issue.record("the table holds signals")
      return
    }
    #expect(steps.map { Array(values[$0]) } == [[1, 2, 3], [3, 4, 5], [8, 9, 10]])
    #expect(notes.contains { $0.contains("1 row skipped: sequences shorter than a window of 3 steps (at \(path):2)") })
  }

  @Test func labelsAreKeptAndNamed() throws {
    var configuration = ClassificationConfiguration.quick(
      try folder.put("1\ta b\n2\tc\n3\td\n2\te\n", in: "t.tsv"))
    configuration.labels = ["2=two", "1=one"]
    let data = try ClassificationData(configuration)
    #expect(data.target.labels == ["two", "one"])
    #expect(data.parts[.train]?.examples.count == 3)
    #expect(data.notes.contains { $0.contains("1 row skipped: labels that are not among those to keep") })
  }

  @Test func repeatedTextsAreLeftOutWhereThatIsWanted() throws {
    var configuration = ClassificationConfiguration.quick(
      try folder.put("1\ta\n2\ta\n1\ta\n1\tb\n", in: "t.tsv"))
    #expect(try ClassificationData(configuration).parts[.train]?.examples.count == 4)
    configuration.isDistinct = true
    #expect(try ClassificationData(configuration).parts[.train]?.examples.count == 3)
  }

  @Test func longSequencesAreCutOrRefused() throws {
    var configuration = ClassificationConfiguration.quick(try folder.put("1\ta b c d\n2\tc\n", in: "t.tsv"))
    configuration.maximumLength = 3
    let data = try ClassificationData(configuration)
    #expect(data.parts[.train]?.examples.lengths == [3, 1])
    #expect(data.notes.contains { $0.contains("1 of 2 sequences were cut to their first 3 steps") })
    configuration.lengthRule = .error
    #expect(message(configuration).contains("t.tsv:1: the sequence has 4 steps, more than maximum_length 3"))
  }

  // MARK: Errors

  @Test func oneLabelIsNotEnough() throws {
    let configuration = ClassificationConfiguration.quick(try folder.put("1\ta\n1\tb\n", in: "t.tsv"))
    #expect(message(configuration).contains("all training examples have the label '1'"))
  }

  @Test func labelsUnseenInTrainingAreNamedWithTheirPlace() throws {
    var configuration = ClassificationConfiguration.quick(try folder.put("good\ta\nbad\tb\n", in: "t.tsv"))
    configuration.test = try folder.put("good\ta\n\ngod\tb\n", in: "test.tsv")
    let message = message(configuration)
    #expect(message.contains("test.tsv:3: label 'god' does not occur in the training part; did you mean 'good'?"))
  }

  @Test func numbersMustBeNumbers() throws {
    var configuration = ClassificationConfiguration.quick(try folder.put("1\ta\nmany\tb\n", in: "t.tsv"))
    configuration.target = .number
    #expect(message(configuration).contains("t.tsv:2: 'many' is no number"))
  }

  @Test func settingsThatDoNotGoTogetherAreRefused() throws {
    let path = try folder.putTexts(10, in: "t.tsv")
    func refused(_ mention: String, _ change: (inout ClassificationConfiguration) -> Void) {
      var configuration = ClassificationConfiguration.quick(path)
      change(&configuration)
      let message = message(configuration)
      #expect(message.contains(mention), "\(message)")
    }
    refused("no training data are named") { $0.data = [] }
    refused("pooling is empty") { $0.network.pooling = [] }
    refused("kernels has 2 numbers and filters 3") {
      $0.network.layers = .convolutional
      $0.network.filters = [4, 4, 4]
      $0.network.kernels = [3, 5]
    }
    refused("filters has 2 numbers for one parallel convolution") {
      $0.network.layers = .convolutional
      $0.network.arrangement = .parallel
      $0.network.filters = [4, 4]
    }
    refused("window_step 3 is given without window") { $0.windowStep = 3 }
    refused("window is about signals, and the data are texts") { $0.window = 3 }
    refused("class_weighting given needs class_weights") { $0.classWeighting = .given }
    refused("label_smoothing is about labels, and the target is a number") {
      $0.target = .number
      $0.labelSmoothing = 0.1
    }
    refused("validation '2' is no share") { $0.validation = "2" }
    refused("no such file") { $0.validation = "nowhere.tsv" }
    refused("labels has 'a='") { $0.labels = ["a="] }
  }

  @Test func classWeightsAreTheInverseOfTheirShare() throws {
    var configuration = ClassificationConfiguration.quick("t.tsv")
    configuration.classWeighting = .balanced
    let weights = try configuration.weights(of: ["a", "b"], classes: [0, 0, 0, 1])
    #expect(weights == [Float(4.0 / 6), 2])
    configuration.classWeighting = .given
    configuration.classWeights = [1]
    #expect(throws: ClassificationError.self) { _ = try configuration.weights(of: ["a", "b"], classes: [0, 1]) }
  }
}
