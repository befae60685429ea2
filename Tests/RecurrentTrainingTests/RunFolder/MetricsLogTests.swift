import Foundation
import RecurrentFormats
import Testing

@testable import RecurrentTraining

@Suite struct MetricsLogTests {
  private let folder: TemporaryFolder
  private let files = UnsynchronizedFiles()

  init() throws { folder = try TemporaryFolder() }

  private func report(_ epoch: Int, _ loss: Double, _ metric: Double) -> EpochReport {
    EpochReport(
      epoch: epoch, step: epoch * 10, trainingLoss: loss, learningRate: 0.1,
      metrics: [Metric("rmse", metric), Metric("accuracy", 0.5, .higherIsBetter)])
  }

  private func log() throws -> MetricsLog {
    try MetricsLog(path: folder.path("metrics.csv"), resumingAt: 0, system: files)
  }

  @Test func content() throws {
    var log = try log()
    log.append(report(1, 0.25, 2))
    log.append(report(2, 1e-7, .nan))
    #expect(folder.bytes("metrics.csv") == nil)
    try log.flush(synchronizing: true)
    let text = """
      epoch,step,learning_rate,train_loss,validation_rmse,validation_accuracy
      1,10,0.1,0.25,2.0,0.5
      2,20,0.1,1e-07,,0.5

      """
    #expect(folder.text("metrics.csv") == text)
    #expect(log.byteCount == text.utf8.count)
  }

  /// Without its name on the device the table may be gone after a power cut, though its rows are there.
  @Test func nameOfANewTableIsOnTheDevice() throws {
    var log = try log()
    log.append(report(1, 1, 1))
    try log.flush(synchronizing: false)
    #expect(files.synchronizedFolders.isEmpty)
    files.fail("sync folder")
    #expect(throws: FileError.self) { try log.flush(synchronizing: true) }
    files.fail(nil)
    try log.flush(synchronizing: true)
    #expect(files.synchronizedFolders == [folder.path])
  }

  /// A table that somebody has removed is not begun again in its middle.
  @Test func removedTable() throws {
    var log = try log()
    log.append(report(1, 1, 1))
    try log.flush(synchronizing: true)
    try FileManager.default.removeItem(atPath: folder.path("metrics.csv"))
    log.append(report(2, 2, 2))
    let error = #expect(throws: FileError.self) { try log.flush(synchronizing: true) }
    #expect(error?.reason == .notFound)
    #expect(folder.bytes("metrics.csv") == nil)
  }

  @Test func resumingCutsRowsAfterTheCheckpoint() throws {
    var log = try log()
    log.append(report(1, 1, 1))
    let known = log.byteCount
    log.append(report(2, 2, 2))
    try log.flush(synchronizing: false)
    var resumed = try MetricsLog(path: folder.path("metrics.csv"), resumingAt: known, system: files)
    resumed.append(report(2, 2, 2))
    try resumed.flush(synchronizing: false)
    #expect(folder.bytes("metrics.csv")?.count == log.byteCount)
    #expect(folder.text("metrics.csv")?.split(separator: "\n").count == 3)
  }

  /// Rows that could not be written are written later, none twice.
  @Test func fullDisk() throws {
    var log = try log()
    log.append(report(1, 1, 1))
    files.fail("write", code: ENOSPC)
    let error = #expect(throws: FileError.self) { try log.flush(synchronizing: false) }
    #expect(error?.reason == .noSpace)
    files.fail(nil)
    log.append(report(2, 2, 2))
    try log.flush(synchronizing: false)
    #expect(folder.text("metrics.csv")?.split(separator: "\n").count == 3)
    #expect(folder.bytes("metrics.csv")?.count == log.byteCount)
  }
}
