import Foundation
import Testing

@testable import RecurrentCLI

struct BenchCommandTests {
  private func lines(_ arguments: String...) throws -> [[String: Any]] {
    let result = try recurrent(["bench", "--json", "--budget", "0"] + arguments, in: TemporaryFolder())
    #expect(result.status == 0, "\(result.errors)")
    return try result.output.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  private let keys: Set = ["peer", "cell", "T", "B", "I", "H", "L", "mode", "threads", "ms", "gflops", "checksum"]

  @Test func linesForPrograms() throws {
    let lines = try lines("--cells", "LSTM,RNN", "--shapes", "4,2,3,5,1;3,1,2,2,2", "--threads", "1")
    #expect(lines.count == 9)
    #expect(lines[0]["peak_gflops_per_core"] as? Double ?? 0 > 0)
    #expect(lines[0]["read_gb_per_s"] as? [String: Any] != nil)
    for line in lines.dropFirst() {
      #expect(Set(line.keys) == keys.union(line["mode"] as? String == "train" ? ["kept_bytes"] : []))
      #expect(line["peer"] as? String == "recurrent" && line["threads"] as? Int == 1)
    }
    #expect(lines[1]["cell"] as? String == "LSTM" && lines[1]["mode"] as? String == "infer")
    #expect(["T", "B", "I", "H", "L"].map { lines[2][$0] as? Int } == [4, 2, 3, 5, 1])
    #expect(lines[2]["mode"] as? String == "train" && lines[3]["cell"] as? String == "RNN")
    let time = try #require(lines[1]["ms"] as? Double)
    let rate = try #require(lines[1]["gflops"] as? Double)
    #expect(abs(rate - 2.0 * 8 * 20 * 8 / time / 1e6) <= 0.02)
  }

  @Test func optionsAndShares() throws {
    let lines = try lines(
      "--cells", "GRU-reset-before", "--shapes", "6,4,3,5,2", "--modes", "train", "--share", "--lengths", "uniform",
      "--bidirectional", "--dropout", "0.3", "--state", "given", "--threads", "2")
    #expect(lines.count == 2)
    let more: Set = [
      "kept_bytes", "lengths", "bidirectional", "dropout", "state", "limit_ms", "share", "peak_gflops_per_core",
    ]
    #expect(Set(lines[1].keys) == keys.union(more))
    #expect(lines[1]["dropout"] as? Double == 0.3 && lines[1]["cell"] as? String == "GRU-reset-before")
    #expect(lines[1]["share"] as? Double ?? -1 >= 0)
  }

  /// Less memory, the same bits.
  @Test func recomputationInTime() throws {
    func line(_ options: String...) throws -> [String: Any] {
      let arguments = [
        "--cells", "LSTM", "--shapes", "900,16,4,8,1", "--modes", "train", "--no-limits", "--no-check",
      ]
      let result = try recurrent(["bench", "--json", "--budget", "0"] + arguments + options, in: TemporaryFolder())
      return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    }
    let (whole, recomputed) = (try line(), try line("--recompute"))
    #expect(recomputed["recompute"] as? Bool == true && whole["recompute"] == nil)
    #expect(recomputed["checksum"] as? Double == whole["checksum"] as? Double)
    let kept = try #require(recomputed["kept_bytes"] as? Int)
    #expect(try kept > 0 && kept * 3 < #require(whole["kept_bytes"] as? Int))
  }

  /// The same bytes: the sum sees every bit.
  @Test func threadsChangeNoResult() throws {
    let sums = try [1, 2, 3].map { threads in
      try lines("--no-limits", "--no-check", "--shapes", "20,9,33,70,2", "--threads", "\(threads)")
        .map { $0["checksum"] as? Double }
    }
    #expect(sums[0].count == 6 && !sums[0].contains(nil))
    #expect(sums[0] == sums[1] && sums[0] == sums[2])
  }

  @Test func tableForPeople() throws {
    let result = try recurrent(
      "bench", "--shapes", "4,2,3,5,1", "--cells", "GRU", "--budget", "0", "--share", in: TemporaryFolder())
    #expect(result.status == 0)
    #expect(result.output.contains("GFLOP/s a core; reading, GB/s: l1 "))
    #expect(result.output.contains("shape           cell  mode"))
    #expect(result.output.contains("T4 B2 I3 H5 L1  GRU   train"))
  }

  @Test(arguments: [
    (["--cells", "LSTN"], "--cells: there is no 'LSTN'; did you mean 'LSTM'?"),
    (["--modes", "fly"], "--modes: there is no 'fly'; choose from infer, train"),
    (["--shapes", "1,2,3"], "--shapes: '1,2,3' is not five whole numbers T,B,I,H,L"),
    (["--shapes", ";"], "--shapes: no shape is named"),
    (["--steps", "tager"], "--steps: there is no 'tager'; did you mean 'tagger'?"),
    (["--budget", "-1"], "--budget: -1.0 seconds are not 0 or more"),
    (["--repeats", "0"], "--repeats: 0 is not 1 or more"),
    (["--dropout", "1"], "--dropout: 1.0 is not in 0..<1"),
    (["--threads", "0"], "--threads: 0 is not in 1...256"),
    (["--share", "--no-limits"], "--share needs the machine's limits"),
    (["--lengths", "odd"], "'odd'"),
  ])
  func wrongArguments(arguments: [String], message: String) throws {
    let attached =
      arguments.count == 2 && arguments[1].hasPrefix("-1") ? ["\(arguments[0])=\(arguments[1])"] : arguments
    let result = try recurrent(["bench"] + attached, in: TemporaryFolder())
    #expect(result.status == 64)
    #expect(result.output.isEmpty)
    #expect(result.errorLines.count == 1 && result.errors.contains(message), "\(result.errors)")
  }
}
