import RecurrentFormats
import RecurrentTensor

/// The machine's own limits, measured.
struct MachineReport: Sendable {
  /// A cache, or the memory behind the last one.
  struct Level: Sendable {
    /// `l1`, `l2`, `l3` or `memory`.
    let name: String
    /// What it holds for one thread; nil for memory.
    let bytesPerThread: Double?
    /// Bytes that one thread reads in a second.
    let bandwidthOfOne: Double
    /// Bytes that all threads together read in a second, each its own part.
    let bandwidthOfAll: Double
  }

  /// Threads that work together.
  let threads: Int
  /// Floating-point operations that one core does in a second, with fused multiply-add where there is one.
  private(set) var peakPerCore: Double
  /// The same, of all threads together.
  private(set) var peakOfAll: Double
  /// The nearest to the core first; the last one is the memory.
  let levels: [Level]
  let caches: [CacheSize]

  /// The bandwidth, of all threads, of the nearest level that holds so many bytes for each.
  func bandwidth(holding bytesPerThread: Double) -> Double {
    let level = levels.first { $0.bytesPerThread.map { bytesPerThread <= $0 } ?? true }
    return level?.bandwidthOfAll ?? .infinity
  }

  /// As the first line of what programs read.
  var json: JSONObject {
    var bandwidths = JSONObject()
    for level in levels {
      bandwidths[level.name] = [
        "one_thread": .number(rounded(level.bandwidthOfOne / 1e9)),
        "all_threads": .number(rounded(level.bandwidthOfAll / 1e9)),
      ]
    }
    var sizes = JSONObject()
    for cache in caches { sizes[cache.name] = .integer(cache.bytes) }
    return [
      "peak_gflops_per_core": .number(rounded(peakPerCore / 1e9)),
      "peak_gflops": .number(rounded(peakOfAll / 1e9)), "threads": .integer(threads),
      "instruction_set": .string(ComputeEnvironment.instructionSet), "read_gb_per_s": .object(bandwidths),
      "cache_bytes": .object(sizes),
    ]
  }

  private func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}

extension MachineReport {
  /// Measures the machine with so many threads: the best of several short runs, so that what else the machine does
  /// counts little. Takes about half a second.
  static func measure(threads: Int) -> MachineReport {
    let caches = CacheSize.ofThisMachine
    let peak = sustainedPeak(threads: 1)
    let peakOfAll = threads == 1 ? peak : sustainedPeak(threads: threads)
    let memory = memoryBytes(caches)
    // Every measurement reads its part of one block.
    let block = Tensor(zeros: [memory / ElementType.float32.stride])
    var levels: [Level] = []
    for (index, cache) in caches.enumerated() {
      let share = Double(cache.bytes) / Double(min(threads, cache.sharedBy))
      // Well outside the level below, and inside this one.
      let wanted = index == 0 ? share / 2 : Double(4 * caches[index - 1].bytes)
      levels.append(level(cache.name, share, Int(min(wanted, share * 3 / 4)), block, threads))
    }
    levels.append(level("memory", nil, memory / threads, block, threads))
    return MachineReport(
      threads: threads, peakPerCore: peak, peakOfAll: peakOfAll, levels: levels, caches: caches)
  }

  /// Four times the last cache, within reason.
  private static func memoryBytes(_ caches: [CacheSize]) -> Int {
    min(max(4 * (caches.last?.bytes ?? 0), 64 << 20), 512 << 20)
  }

  private static func level(
    _ name: String, _ bytesPerThread: Double?, _ bytes: Int, _ block: Tensor, _ threads: Int
  ) -> Level {
    Level(
      name: name, bytesPerThread: bytesPerThread, bandwidthOfOne: bandwidth(bytes, block, threads: 1),
      bandwidthOfAll: threads == 1 ? nil : bandwidth(bytes, block, threads: threads))
  }

  /// Bytes in a second, each thread reading `bytes` of its own over and over.
  private static func bandwidth(_ bytes: Int, _ block: Tensor, threads: Int) -> Double {
    let grain = 4096
    let count = max(1, bytes / grain) * grain / ElementType.float32.stride
    let part = block.view([count * threads], from: 0)
    let passes = max(1, (48 << 20) / (count * ElementType.float32.stride))
    return bestRate {
      MachineLimits.read(part, passes: passes, threads: threads)
      return passes * part.count * ElementType.float32.stride
    }
  }

  /// The report with the peak measured again: the clock of a core changes with time and with what its neighbours do.
  func measuringPeakAgain() -> MachineReport {
    var report = self
    report.peakPerCore = MachineReport.sustainedPeak(threads: 1)
    report.peakOfAll =
      threads == 1 ? report.peakPerCore : MachineReport.sustainedPeak(threads: threads)
    return report
  }

  /// The best of some runs, each long enough for the clock to settle.
  private static func sustainedPeak(threads: Int) -> Double {
    bestRate { MachineLimits.multiplyAdd(rounds: 3_000_000, threads: threads) }
  }

  /// The best of some runs, in units of what `work` returns in a second.
  private static func bestRate(_ work: () -> Int) -> Double {
    var best = 0.0
    for _ in 0..<8 {
      let start = Stopwatch.now()
      let amount = work()
      best = max(best, Double(amount) / (Stopwatch.now() - start))
    }
    return best
  }
}

extension MachineReport.Level {
  fileprivate init(name: String, bytesPerThread: Double?, bandwidthOfOne: Double, bandwidthOfAll: Double?) {
    self.init(
      name: name, bytesPerThread: bytesPerThread, bandwidthOfOne: bandwidthOfOne,
      bandwidthOfAll: bandwidthOfAll ?? bandwidthOfOne)
  }
}
