import Foundation
import Testing

struct StudyCommandTests {
  @Test func gradientsInANumberedFolder() throws {
    let folder = try TemporaryFolder()
    let result = try recurrent(
      "study", "gradients", "--lag", "10", "--hidden", "4", "--cells", "rnn,LSTM", "--json", in: folder)
    #expect(result.status == 0)
    #expect(result.errors.contains("gradients of LSTM\n"))
    let json = try #require(result.json)
    #expect(json["study"] as? String == "gradients" && json["folder"] as? String == "runs/0001-study-gradients")
    let files = try #require(json["files"] as? [String])
    #expect(
      files.map { $0.split(separator: "/").last } == ["gradients.svg", "gradients.csv", "gates.csv", "study.json"])
    #expect(files.allSatisfy { folder.exists($0) })
    #expect(try folder.text(files[0]).hasPrefix("<svg") || folder.text(files[0]).hasPrefix("<?xml"))
    #expect((json["results"] as? [[String: Any]])?.map { $0["network"] as? String } == ["RNN", "LSTM"])
    #expect(json["stopped"] as? Bool == false)
  }

  @Test func memoryInAGivenFolder() throws {
    let folder = try TemporaryFolder()
    let arguments = [
      "study", "memory", "--cells", "GRU", "--lags", "4,8", "--steps", "20", "--hidden", "4", "--threads", "1",
      "--output", "out", "--quiet",
    ]
    let result = try recurrent(arguments, in: folder)
    #expect(result.status == 0 && result.errors.isEmpty)
    #expect(result.output.hasPrefix("cell  lag"))
    #expect(folder.exists("out/memory.svg") && folder.exists("out/training.csv"))
    let second = try recurrent(arguments, in: folder)
    #expect(second.status == 73 && second.errorLines.count == 1)
  }

  @Test func countingAndDynamics() throws {
    let folder = try TemporaryFolder()
    let counting = try recurrent(
      "study", "counting", "--cells", "GRU", "--networks", "2", "--steps", "20", "--trained", "3", "--longest", "5",
      "--letters", "3", "--json", "--seed", "7", in: folder)
    #expect(counting.status == 0)
    let results = try #require(counting.json?["results"] as? [[String: Any]])
    #expect(results.map { ($0["settings"] as? [String: Any])?["seed"] as? Int } == [7, 8])
    let dynamics = try recurrent(
      "study", "dynamics", "--cells", "ESN", "--length", "500", "--reservoir", "40", "--horizon", "20", "--series",
      "mackey-glass", "--json", in: folder)
    #expect(dynamics.status == 0 && dynamics.json?["folder"] as? String == "runs/0002-study-dynamics")
  }

  private static let mistakes: [(arguments: [String], message: String)] = [
    (["gradient"], "there is no study 'gradient'; did you mean 'gradients'?"),
    (["gradients", "--cells", "LSMT"], "--cells: there is no 'LSMT'; did you mean 'LSTM'?"),
    (["gradients", "--lag", "1"], "--lag: 1 is not in 2...2000"),
    (["gradients", "--threads", "0"], "--threads: 0 is not in 1...256"),
    (["memory", "--lags", "10,x"], "--lags: 'x' is not a whole number"),
    (["memory", "--lags", "10,10"], "--lags: a number stands twice"),
    (["memory", "--lags", "1"], "--lags: 1 is not in 2...100000"),
    (["memory", "--lags", ","], "--lags: no number is named"),
    (["memory", "--problem", "rows"], "--problem rows needs the folder of the pictures; add --data FOLDER"),
    (["memory", "--problem", "adding,copy"], "--problem: name one of adding, copy, rows"),
    (["memory", "--data", "x"], "--data: the adding problem makes its own data; leave it out"),
    (["memory", "--rate", "nan"], "--rate: nan is not in 1e-08...10.0"),
    (["counting", "--trained", "50", "--longest", "20"], "--longest: 20 is not in 50...2000"),
    (["dynamics", "--series", "sine"], "--series: there is no 'sine'"),
    (["dynamics", "--horizon", "1"], "--horizon: 1 is not in 2...100000"),
  ]

  @Test(arguments: mistakes.indices) func mistakesAreMetWithOneLine(_ number: Int) throws {
    let (arguments, message) = Self.mistakes[number]
    let folder = try TemporaryFolder()
    let result = try recurrent(["study"] + arguments, in: folder)
    #expect(result.status == 64 && result.output.isEmpty && result.errorLines.count == 1)
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(!folder.exists("runs"))
  }

  @Test func missingPictures() throws {
    let folder = try TemporaryFolder()
    let result = try recurrent("study", "memory", "--problem", "rows", "--data", "nowhere", in: folder)
    #expect(result.status == 65)
    #expect(result.errorLines.last == "error: nowhere: there is no file train…images-idx3-ubyte; see --data")
  }

  /// Ctrl-C ends a study with what it has found so far.
  @Test func stopsOnSignals() throws {
    let folder = try TemporaryFolder()
    let process = try ToolProcess(
      [
        "study", "memory", "--cells", "LSTM,GRU", "--lags", "30", "--steps", "1000000", "--until", "0", "--output",
        "out", "--json",
      ],
      in: folder)
    let deadline = Date().addingTimeInterval(30)
    while !process.errors.contains("step"), Date() < deadline { Thread.sleep(forTimeInterval: 0.02) }
    process.signal(SIGINT)
    let result = try process.result()
    #expect(result.status == 130)
    #expect(result.errorLines.last == "stopped; out holds what was found until then")
    #expect(result.json?["stopped"] as? Bool == true)
    #expect((result.json?["results"] as? [Any])?.count == 1 && folder.exists("out/training.svg"))
  }
}
