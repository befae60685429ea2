#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import RecurrentFormats

/// The rows of `metrics.csv`, gathered in memory and appended to the file from time to time.
///
/// There is no clock time in it, so that a run that was stopped and resumed has the same bytes as one that was not.
struct MetricsLog {
  let path: String
  let system: any FileSystem
  /// Bytes of the whole table, written or not.
  private(set) var byteCount: Int

  private var pending: [UInt8] = []
  /// Whether the file was made and its name may not be on the device yet.
  private var isNew = false

  /// Begins a new table.
  init(path: String, system: any FileSystem) {
    self.path = path
    self.system = system
    byteCount = 0
  }

  /// Goes on with a table, cut to the bytes that a checkpoint knows of.
  init(path: String, resumingAt byteCount: Int, system: any FileSystem) throws {
    self.path = path
    self.system = system
    self.byteCount = byteCount
    guard let present = Self.size(of: path) else {
      if byteCount == 0 { return }
      throw FileError(path: path, operation: .read, reason: .notFound)
    }
    guard present >= byteCount else {
      let run = String(path.dropLast("/metrics.csv".count))
      throw RunFolderError(path: run, reason: .metricsShortened(byteCount: present, expected: byteCount))
    }
    guard present > byteCount else { return }
    guard truncate(path, off_t(byteCount)) == 0 else { throw FileError(path: path, operation: .write, .last) }
  }

  private static func size(of path: String) -> Int? {
    var info = stat()
    return stat(path, &info) == 0 ? Int(info.st_size) : nil
  }

  /// Adds the row of an epoch, and the header before the first.
  mutating func append(_ report: EpochReport) {
    let start = pending.count
    if byteCount == 0 {
      pending.append(contentsOf: "epoch,step,learning_rate,\(MetricMonitor.trainingLossName)".utf8)
      for metric in report.metrics {
        pending.append(contentsOf: ",\(MetricMonitor.validationPrefix)\(metric.name)".utf8)
      }
      pending.append(UInt8(ascii: "\n"))
    }
    pending.append(contentsOf: report.epoch.description.utf8)
    pending.append(UInt8(ascii: ","))
    pending.append(contentsOf: report.step.description.utf8)
    appendNumber(report.learningRate)
    appendNumber(report.trainingLoss)
    for metric in report.metrics { appendNumber(metric.value) }
    pending.append(UInt8(ascii: "\n"))
    byteCount += pending.count - start
  }

  /// The shortest decimal that reads back as the number; nothing where it is not finite.
  private mutating func appendNumber(_ value: Double) {
    pending.append(UInt8(ascii: ","))
    if value.isFinite { pending.append(contentsOf: value.description.utf8) }
  }

  /// Appends the gathered rows to the file. What could not be written stays gathered.
  ///
  /// - Parameter synchronizing: Whether the rows are put on the device.
  mutating func flush(synchronizing: Bool) throws(FileError) {
    if pending.isEmpty && !synchronizing { return }
    // No row yet: no file either.
    if byteCount == 0 { return }
    do throws(SystemError) {
      let descriptor = try open()
      do throws(SystemError) {
        try writePending(to: descriptor)
        if synchronizing { try synchronize(descriptor) }
      } catch {
        try? system.close(descriptor)
        throw error
      }
      try system.close(descriptor)
    } catch {
      throw FileError(path: path, operation: .write, error)
    }
  }

  private mutating func open() throws(SystemError) -> Int32 {
    do throws(SystemError) {
      return try system.openForAppending(path)
    } catch  where error.code == ENOENT && byteCount == pending.count {
      let descriptor = try system.createFile(path, mode: 0o666)
      isNew = true
      return descriptor
    }
  }

  private mutating func synchronize(_ descriptor: Int32) throws(SystemError) {
    try system.synchronize(descriptor)
    if isNew { try Folders.synchronizeName(of: path, system: system) }
    isNew = false
  }

  private mutating func writePending(to descriptor: Int32) throws(SystemError) {
    while !pending.isEmpty {
      let rows = pending
      let written = try rows.withUnsafeBufferPointer { (bytes) throws(SystemError) in
        try system.write(UnsafeRawBufferPointer(bytes), to: descriptor)
      }
      guard written > 0 else { throw SystemError(code: EIO) }
      pending.removeFirst(written)
    }
  }
}
