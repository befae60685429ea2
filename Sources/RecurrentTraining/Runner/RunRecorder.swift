import RecurrentFormats

/// Writes what a run leaves in its folder, and decides when.
struct RunRecorder {
  private let store: CheckpointStore
  private var log: MetricsLog
  private let secondsBetweenCheckpoints: Double?
  private let stepsBetweenCheckpoints: Int?
  private let clock: Clock
  private var lastCheckpointTime: Double
  private var lastFlushTime: Double
  private var failures = 0

  /// Rows of `metrics.csv` stay in memory for at most about this long.
  private static let secondsBetweenFlushes = 1.0
  /// So many checkpoints in a row may fail before the run gives up.
  private static let allowedFailures = 2

  /// Records a run from its beginning, or from where a checkpoint knows `metricsByteCount` bytes of `metrics.csv`.
  init(
    _ folder: RunFolder, _ configuration: TrainingConfiguration, metricsByteCount: Int, clock: @escaping Clock
  ) throws {
    store = CheckpointStore(path: folder.checkpointsPath, system: folder.system)
    log = try MetricsLog(path: folder.metricsPath, resumingAt: metricsByteCount, system: folder.system)
    secondsBetweenCheckpoints = configuration.checkpointSeconds
    stepsBetweenCheckpoints = configuration.checkpointSteps
    self.clock = clock
    lastCheckpointTime = clock()
    lastFlushTime = lastCheckpointTime
  }

  /// Bytes of `metrics.csv`, written or not.
  var metricsByteCount: Int { log.byteCount }

  /// Adds the row of an epoch.
  mutating func append(_ report: EpochReport) { log.append(report) }

  /// Takes back the rows behind the first bytes, of epochs that were given up.
  mutating func cut(to byteCount: Int) throws {
    if byteCount == log.byteCount { return }
    try log.flush(synchronizing: false)
    log = try MetricsLog(path: log.path, resumingAt: byteCount, system: log.system)
  }

  /// Whether a checkpoint is to be written after `step`.
  func isCheckpointDue(step: Int) -> Bool {
    if let stepsBetweenCheckpoints, step % stepsBetweenCheckpoints == 0 { return true }
    guard let secondsBetweenCheckpoints else { return false }
    return clock() - lastCheckpointTime >= secondsBetweenCheckpoints
  }

  /// Writes gathered rows if they have waited for long enough.
  mutating func flushIfDue() throws(FileError) {
    let now = clock()
    guard now - lastFlushTime >= Self.secondsBetweenFlushes else { return }
    lastFlushTime = now
    try log.flush(synchronizing: false)
  }

  /// Writes a checkpoint, and the rows that belong to it before.
  ///
  /// - Returns: The folder.
  mutating func save(_ checkpoint: Checkpoint) throws -> String {
    lastCheckpointTime = clock()
    lastFlushTime = lastCheckpointTime
    try log.flush(synchronizing: true)
    let path = try store.write(checkpoint)
    failures = 0
    lastCheckpointTime = clock()
    return path
  }

  /// Takes note of a failure to write while the run goes on.
  ///
  /// - Throws: The error itself, where it is one too many in a row.
  mutating func tolerate(_ error: any Error) throws {
    failures += 1
    if failures > Self.allowedFailures { throw error }
  }
}
