import Foundation
import RecurrentFormats
import RecurrentTraining
import Testing

@testable import RecurrentTasks

@Suite struct StudiesTests {
  static func lines(_ table: CSVWriter) -> [[String]] {
    table.text.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  // MARK: Gradients

  static let gradients = Result {
    var study = GradientStudy()
    (study.lag, study.hiddenSize, study.batchSize) = (30, 24, 2)
    return try study.run()
  }

  static func left(_ network: String, _ path: String) throws -> Double {
    let results = try gradients.get().json["results"]?.array ?? []
    let result = try #require(results.first { $0["network"]?.string == network })
    return try #require(result["relative_norm"]?[path]?["last"]?.number)
  }

  /// What the picture is to show.
  @Test func gradientsFadeWhereTheyShould() throws {
    #expect(try Self.left("RNN", "tanh") < 1e-4)
    #expect(try Self.left("RNN-orthogonal", "tanh, orthogonal") > 100 * Self.left("RNN", "tanh"))
    #expect(try Self.left("ReLU", "relu, large weights") > 10)
    #expect(try Self.left("IRNN", "IRNN") > 0.5)
    #expect(try Self.left("LSTM", "LSTM through c") > 0.02)
    #expect(try Self.left("LSTM", "LSTM through h") < 1e-9)
    #expect(try Self.left("LSTM-norm", "LSTM through c, layer norm") > 0.005)
    #expect(try Self.left("GRU", "GRU") > 0.02)
  }

  @Test func gradientsAsNumbersAndPicture() throws {
    let report = try Self.gradients.get()
    #expect(report.pictures.map(\.name) == ["gradients"] && report.tables.map(\.name) == ["gradients", "gates"])
    let lines = Self.lines(report.tables[0].table)
    #expect(lines[0] == ["network", "path", "lag", "relative_norm", "clipped", "jacobian_product_norm"])
    let tanh = lines.filter { $0[1] == "tanh" }
    #expect(tanh.map { $0[2] } == (0..<30).map(String.init) && tanh[0][3] == "1")
    // The loss sees the last hidden state, not the cell state that has made it.
    #expect(lines.first { $0[1] == "all paths to cell" }?[3] == "0")
    let bound = try #require(report.pictures[0].chart.series.first { $0.name.hasPrefix("bound of the sigmoid") })
    #expect(bound.y[10] == pow(0.25, 10))
    let relu = try #require(report.json["results"]?.array?.first { $0["network"]?.string == "ReLU" })
    let norm = try #require(relu["gradient_norm"]?.number)
    #expect(relu["clip_factor"]?.number == 1 / norm && norm > 1)
    #expect(report.pictures[0].chart.series.contains { $0.name == "relu, clipped to 1" })
    #expect(report.summary.count == 9)
  }

  // MARK: Memory

  static func memory() -> MemoryStudy {
    var study = MemoryStudy(.adding)
    study.cells = [.gru, .rnn]
    study.lags = [5, 10]
    study.settings = { cell, lag in
      LongLagSettings(
        cell: cell, hiddenSize: 12, batchSize: 16, learningRate: 1e-2, longestLag: lag, stepLimit: 100,
        stepsBetweenEvaluations: 50)
    }
    return study
  }

  @Test func memoryAsNumbersAndPictures() throws {
    var events: [StudyEvent] = []
    let report = try Self.memory().run { events.append($0) }
    #expect(report.pictures.map(\.name) == ["memory", "training"])
    #expect(events.first == .began("GRU on adding, 5 steps"))
    let reach = report.pictures[0].chart.series
    #expect(reach.map(\.name) == ["GRU", "RNN", "without memory", "solved"])
    #expect(reach[0].x == [5, 10] && reach[2].y == [1.0 / 6, 1.0 / 6] && reach[3].y == [0.01, 0.01])
    let lines = Self.lines(report.tables[0].table)
    #expect(lines.count == 5 && lines[1][1] == "GRU" && lines[1][2] == "5")
    let results = try #require(report.json["results"]?.array)
    #expect(results.count == 4 && results.allSatisfy { ($0["mse"]?.number ?? 1) < 0.3 })
    #expect(results[0]["settings"]?["hidden"]?.integer == 12)
  }

  @Test func aStudyThatIsStoppedTellsWhatItHas() throws {
    let stop = StopRequest()
    let report = try Self.memory().run(stop: stop) { _ in stop.stop(.interrupt) }
    #expect(report.stopReason == .interrupt && report.json["results"]?.array?.count == 1)
    let folder = FileManager.default.temporaryDirectory.path + "/recurrent-study-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let names = try report.write(to: folder).map { $0.dropFirst(folder.count + 1) }
    #expect(names == ["memory.svg", "training.svg", "memory.csv", "training.csv", "study.json"])
    #expect(try JSONValue(contentsOfFile: folder + "/study.json")["study"]?.string == "memory")
  }

  // MARK: Counting

  /// The settings of the LSTM find a counter, also in a few hundred steps on short words.
  @Test func countingReachesBeyondTraining() throws {
    var study = CountingStudy()
    study.cells = [.lstm, .rnn]
    study.problem = CountingProblem(.anbn, trained: 1...8, longest: 16)
    study.networkCount = 1
    study.settings = { cell, seed in
      var settings = LongLagSettings.counting(cell, seed: seed)
      settings.stepLimit = 700
      return settings
    }
    let report = try study.run()
    let results = try #require(report.json["results"]?.array)
    #expect(results.map { $0["cell"]?.string } == ["LSTM", "RNN"])
    let reach = try #require(results[0]["right_to"]?.integer)
    #expect(reach > 8)
    let lines = Self.lines(report.tables[0].table)
    #expect(lines.count == 33 && lines.prefix(9).dropFirst().allSatisfy { $0[3] == "1" })
    let chart = report.pictures[0].chart
    #expect(chart.series[0].y.prefix(reach).allSatisfy { $0 == 1 } && chart.splits[0].position == 8.5)
  }

  // MARK: Dynamics

  @Test(arguments: ChaoticSeries.allCases) func dynamicsAsNumbersAndPictures(_ series: ChaoticSeries) throws {
    var study = DynamicsStudy()
    study.series = series
    study.subjects = [.gru, .esn]
    (study.trainingCount, study.horizon, study.hiddenSize) = (800, 40, 8)
    (study.reservoirSize, study.stepLimit) = (80, 150)
    let report = try study.run()
    #expect(report.pictures.map(\.name) == ["forecasts", "jacobians"])
    let results = try #require(report.json["results"]?.array)
    #expect(results.count == 2)
    for result in results {
      let first = try #require(result["error_at_1"]?.number)
      #expect(first < 0.15)
    }
    // A layer that is driven forgets where it began; the reservoir's states are no cell's with equations.
    #expect(try #require(results[0]["after"]?["exponent"]?.number) < 0 && results[1]["after"] == nil)
    let lines = Self.lines(report.tables[0].table)
    #expect(lines.count == 1 + 2 * 40)
    #expect(report.pictures[1].chart.series.map(\.name) == ["GRU before training", "GRU after"])
  }

  /// The known exponent of the series, from two neighbours that are pulled apart.
  @Test func exponentOfLorenz() {
    let system = LorenzSystem()
    var near = system.series(1, from: .init(1, 1, 25))[0]
    near = system.series(1500, from: near)[1499]
    var far = near + .init(1e-8, 0, 0)
    var sum = 0.0
    for _ in 0..<10_000 {
      (near, far) = (system.series(2, from: near)[1], system.series(2, from: far)[1])
      let difference = far - near
      let length = (difference * difference).sum().squareRoot()
      sum += log(length / 1e-8)
      far = near + difference * (1e-8 / length)
    }
    #expect(abs(sum / 10_000 / ChaoticSeries.lorenz.lyapunovExponent - 1) < 0.08)
  }
}
