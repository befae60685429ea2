import RecurrentFormats
import Testing

@testable import RecurrentCLI

struct LimitModelTests {
  /// A machine of round numbers: 1 GFLOP/s a core; 1 KB at 8 GB/s, 1 MB at 2 GB/s, memory at 0.5 GB/s.
  private func model(threads: Int) -> LimitModel {
    func level(_ name: String, _ bytes: Double?, _ bandwidth: Double) -> MachineReport.Level {
      MachineReport.Level(
        name: name, bytesPerThread: bytes, bandwidthOfOne: bandwidth, bandwidthOfAll: bandwidth * Double(threads))
    }
    return LimitModel(
      limits: MachineReport(
        threads: threads, peakPerCore: 1e9, peakOfAll: 1e9 * Double(threads),
        levels: [level("l1", 1e3, 8e9), level("l2", 1e6, 2e9), level("memory", nil, 0.5e9)], caches: []))
  }

  private func problem(
    _ cell: BenchCell, _ steps: Int, _ batch: Int, _ input: Int, _ hidden: Int, _ mode: BenchMode = .infer
  ) -> BenchProblem {
    BenchProblem(
      cell: cell,
      shape: BenchShape(steps: steps, batch: batch, inputSize: input, hiddenSize: hidden, layers: 1), mode: mode)
  }

  private func isClose(_ a: Double, _ b: Double) -> Bool { (a - b).magnitude <= 1e-9 * b.magnitude }

  /// With many rows every weight is used often: nothing but the peak counts.
  @Test func manyRowsAreLimitedByThePeak() {
    let many = problem(.lstm, 10, 64, 100, 100)
    #expect(isClose(model(threads: 1).seconds(many), many.operations / 1e9))
    #expect(isClose(model(threads: 2).seconds(many), many.operations / 2e9))
    let train = problem(.lstm, 10, 64, 100, 100, .train)
    #expect(isClose(model(threads: 1).seconds(train), train.operations / 1e9))
  }

  /// One row, one step: each weight is read once, from the level that holds all of them.
  @Test func oneStepIsLimitedByReading() {
    // 2 · 300² weights of 4 bytes: 720 KB.
    #expect(isClose(model(threads: 1).seconds(problem(.rnn, 1, 1, 300, 300)), 720e3 / 2e9 * 1))
    // 2.88 MB come from memory; half of them for each of two threads still do.
    let large = problem(.rnn, 1, 1, 600, 600)
    #expect(isClose(model(threads: 1).seconds(large), 2.88e6 / 0.5e9))
    #expect(isClose(model(threads: 2).seconds(large), 2.88e6 / 1e9))
    // Half of 1.28 MB fits the cache of each.
    #expect(isClose(model(threads: 2).seconds(problem(.rnn, 1, 1, 400, 400)), 1.28e6 / 4e9))
  }

  /// One row, many steps: the input is one product, the recurrent matrix is read again at every step.
  @Test func longSequencesReadTheRecurrentMatrixAgain() {
    // W and R have 1 MB each: together they come from memory, R alone stays in the cache.
    let weights = 250_000.0
    let long = problem(.rnn, 100, 1, 500, 500)
    let inputs = 2 * weights * 100 / 1e9
    let recurrent = 4 * weights / 0.5e9 + 99 * 4 * weights / 2e9
    #expect(isClose(model(threads: 1).seconds(long), inputs + recurrent))
  }

  @Test func padding() {
    var ragged = problem(.gru, 20, 8, 16, 16)
    ragged.lengths = .uniform
    #expect(model(threads: 1).seconds(ragged) < model(threads: 1).seconds(problem(.gru, 20, 8, 16, 16)))
  }

  @Test func stacksAndDirectionsAddUp() {
    var problem = problem(.lstm, 10, 64, 100, 100)
    let one = model(threads: 1).seconds(problem)
    problem.shape.layers = 3
    #expect(isClose(model(threads: 1).seconds(problem), 3 * one))
    problem.shape.layers = 1
    problem.isBidirectional = true
    #expect(isClose(model(threads: 1).seconds(problem), 2 * one))
  }

  @Test func thisMachine() throws {
    let report = MachineReport.measure(threads: 2)
    #expect(report.peakPerCore > 1e8)
    #expect(report.levels.count >= 2 && report.levels.last?.bytesPerThread == nil)
    for level in report.levels { #expect(level.bandwidthOfOne > 1e8 && level.bandwidthOfAll > 1e8) }
    let json = report.json
    #expect(json.keys.first == "peak_gflops_per_core")
    #expect(json["threads"] == .integer(2))
  }

  #if os(Linux)
    @Test func sizesOfCaches() {
      #expect(CacheSize.bytes("32K") == 32768 && CacheSize.bytes("32M") == 32 << 20 && CacheSize.bytes("512") == 512)
      #expect(
        CacheSize.bytes("") == nil && CacheSize.bytes("xK") == nil && CacheSize.bytes("9223372036854775807G") == nil)
      #expect(CacheSize.count("0") == 1 && CacheSize.count("0-3,8") == 5 && CacheSize.count("") == 0)
    }

    @Test func linesOfProcessFiles() {
      let text = "Name:\trecurrent\nVmHWM:\t    1764 kB\nVmRSS:\t     12 kB"
      #expect(ProcessFile.number(named: "VmHWM", in: text) == 1764)
      #expect(ProcessFile.number(named: "VmRSS", in: text) == 12)
      #expect(ProcessFile.number(named: "Vm", in: text) == nil)
      #expect(ProcessFile.text("/no/such/file") == nil)
    }
  #endif
}
