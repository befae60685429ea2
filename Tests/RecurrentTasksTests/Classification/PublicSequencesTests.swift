import Testing

@testable import RecurrentTasks

/// The readers on real files: sizes, labels and the figures of the commonest answer, which are facts of the files.
@Suite struct PublicSequencesTests {
  private struct Facts {
    let files: [String]
    let counts: [Part: Int]
    let labels: Int
    let majority: Double
    let change: (inout ClassificationConfiguration) -> Void

    init(
      _ files: [String], _ counts: [Part: Int], labels: Int, majority: Double,
      _ change: @escaping (inout ClassificationConfiguration) -> Void
    ) {
      (self.files, self.counts, self.labels, self.majority, self.change) = (files, counts, labels, majority, change)
    }
  }

  private static let archive = "time-series-classification/"

  private func check(_ facts: Facts) throws {
    try #require(facts.files.allSatisfy(SharedData.has))
    var configuration = ClassificationConfiguration()
    configuration.data = [SharedData.path(facts.files[0])]
    facts.change(&configuration)
    let data = try ClassificationData(configuration)
    #expect(data.target.labels.count == facts.labels)
    for (part, count) in facts.counts { #expect(data.parts[part]?.examples.count == count, "\(part)") }
    guard case .classes(let classes)? = data.parts[.test]?.answers else { return }
    let counts = Dictionary(grouping: classes, by: { $0 }).mapValues(\.count)
    #expect(abs(Double(counts.values.max() ?? 0) / Double(classes.count) - facts.majority) < 1e-3)
  }

  @Test(.enabled(if: SharedData.has("sst/sst2-test.tsv"), SharedData.comment)) func sentences() throws {
    try check(
      Facts(["sst/sst2-train.tsv"], [.train: 6920, .validation: 872, .test: 1821], labels: 2, majority: 912.0 / 1821) {
        $0.validation = SharedData.path("sst/sst2-dev.tsv")
        $0.test = SharedData.path("sst/sst2-test.tsv")
      })
  }

  @Test(.enabled(if: SharedData.has("imdb-subset/imdb-test.tsv.gz"), SharedData.comment)) func longReviews() throws {
    try check(
      Facts(["imdb-subset/imdb-train.tsv.gz"], [.train: 1000, .test: 500], labels: 2, majority: 0.5) {
        $0.test = SharedData.path("imdb-subset/imdb-test.tsv.gz")
        $0.splitsPunctuation = true
      })
  }

  @Test(
    .enabled(if: SharedData.has(archive + "JapaneseVowels_TEST.ts"), SharedData.comment),
    arguments: [
      ("JapaneseVowels", 270, 370, 9, 88.0 / 370), ("BasicMotions", 40, 40, 4, 0.25),
      ("GunPoint", 50, 150, 2, 76.0 / 150),
      ("ItalyPowerDemand", 67, 1029, 2, 516.0 / 1029),
    ]) func archives(name: String, train: Int, test: Int, labels: Int, majority: Double) throws
  {
    try check(
      Facts([Self.archive + name + "_TRAIN.ts"], [.train: train, .test: test], labels: labels, majority: majority) {
        $0.test = SharedData.path(Self.archive + name + "_TEST.ts")
      })
  }

  @Test(.enabled(if: SharedData.has(archive + "ECG5000_TRAIN.csv"), SharedData.comment)) func wideTable() throws {
    try check(Facts([Self.archive + "ECG5000_TRAIN.csv"], [.train: 500], labels: 5, majority: 0) { _ in })
  }

  @Test(.enabled(if: SharedData.has("indoor-movement/rss.csv"), SharedData.comment)) func longTable() throws {
    try check(
      Facts(["indoor-movement/rss.csv"], [.train: 210, .test: 104], labels: 2, majority: 54.0 / 104) {
        $0.series = "seq"
        $0.time = "t"
        $0.targets = SharedData.path("indoor-movement/targets.csv")
        $0.test = "group=3"
      })
  }

  @Test(.enabled(if: SharedData.has("har-hapt/test.i16le.gz"), SharedData.comment)) func windowsOfRecordings() throws {
    try check(
      Facts(
        ["har-hapt/train-segments.csv"], [.train: 3627, .validation: 1099, .test: 1542], labels: 6,
        majority: 275.0 / 1542
      ) {
        $0.frames = SharedData.path("har-hapt/train.i16le.gz")
        $0.validation = "user=19,21,22"
        $0.test = SharedData.path("har-hapt/test-segments.csv")
        $0.testFrames = SharedData.path("har-hapt/test.i16le.gz")
        $0.frameChannels = 6
        $0.label = "activity"
        $0.labels = ["1", "2", "3", "4", "5", "6"]
        $0.window = 128
        $0.windowStep = 64
      })
  }

  @Test(.enabled(if: SharedData.has("spoken-digits/four-speakers-logmel32.u8.gz"), SharedData.comment))
  func framesOfSound() throws {
    try check(
      Facts(
        ["spoken-digits/four-speakers-logmel32-index.csv"], [.train: 1600, .validation: 200, .test: 200], labels: 10,
        majority: 0.1
      ) {
        $0.frames = SharedData.path("spoken-digits/four-speakers-logmel32.u8.gz")
        $0.frameChannels = 32
        $0.label = "digit"
        $0.validation = "take=5-9"
        $0.test = "take=0-4"
      })
  }
}
