import RecurrentFormats
import RecurrentTensor

/// The symbols of a part of the data: a running text, or records.
struct TextPart: Sendable {
  /// The symbols of a running text.
  var running: [Int32] = []
  /// The symbols of each record.
  var records: [[Int32]] = []
  /// The texts of the records.
  var texts: [TextRecord] = []
  /// What the network sees of each record, `[R, K]`; nil for nothing.
  var conditions: Tensor?

  /// The symbols that are predicted.
  var count: Int {
    records.isEmpty ? max(running.count - 1, 0) : records.reduce(0) { $0 + $1.count + 1 }
  }

  /// The part in rows, without chance: for judging a model.
  func rows(_ rowCount: Int, end: Int32?) -> ReadingRows {
    guard let end, !records.isEmpty else { return ReadingRows(running: running, rowCount: rowCount) }
    return ReadingRows(records, end: end, rows: ReadingRows.sharing(records, among: rowCount))
  }
}
