import RecurrentLayers
import RecurrentTensor

/// Some steps of several rows of text: what the network reads, and what it is to say next.
struct LanguageBatch: Sendable {
  /// What is read, `[T, N]`.
  let inputs: TokenBatch
  /// What comes next, `[T, N]`.
  let targets: TokenBatch
  /// Where rows begin anew; nil for nowhere.
  let resets: StepFlags?
  /// What the network sees beside the symbols, `[T, N, K]`.
  let conditions: Tensor?

  /// The symbols that are predicted.
  var count: Int { targets.tokens.count { $0 >= 0 } }
}

/// Text laid out in rows that are read side by side, from left to right.
///
/// Of a running text each row has a part. Of records each row has some, one behind the other, each beginning anew.
struct ReadingRows: Sendable {
  /// One row.
  struct Row: Sendable {
    /// What is read.
    var inputs: [Int32] = []
    /// What comes next.
    var targets: [Int32] = []
    /// For each step, the number of its record; empty for running text.
    var records: [Int32] = []
    /// For each step, whether a record begins; empty for running text.
    var starts: [Bool] = []
  }

  let rows: [Row]
  /// The steps of the longest row.
  let stepCount: Int
  /// Symbols that are predicted.
  let count: Int

  init(_ rows: [Row]) {
    self.rows = rows
    stepCount = rows.map(\.inputs.count).max() ?? 0
    count = rows.reduce(0) { $0 + $1.targets.count }
  }

  /// Running text in rows of equal length, or one more: all symbols but the first are predicted once.
  init(running symbols: [Int32], rowCount: Int) {
    let predicted = max(symbols.count - 1, 0)
    let count = max(1, min(rowCount, predicted))
    var start = 0
    self.init(
      (0..<count).map { number in
        let length = predicted / count + (number < predicted % count ? 1 : 0)
        defer { start += length }
        return Row(
          inputs: Array(symbols[start..<start + length]), targets: Array(symbols[start + 1..<start + length + 1]))
      })
  }

  /// Records behind each other, each read from `end` on, which also ends it.
  ///
  /// - Parameter rows: The numbers of the records of each row, in order.
  init(_ records: [[Int32]], end: Int32, rows: [[Int]]) {
    self.init(
      rows.map { numbers in
        var row = Row()
        for number in numbers {
          let record = records[number]
          row.inputs += [end] + record
          row.targets += record + [end]
          row.records += repeatElement(Int32(number), count: record.count + 1)
          row.starts += [true] + repeatElement(false, count: record.count)
        }
        return row
      })
  }

  /// Shares records out so that all rows become nearly equally long: the longest first, always to the shortest row.
  static func sharing(_ records: [[Int32]], among rowCount: Int) -> [[Int]] {
    var rows = [[Int]](repeating: [], count: max(1, min(rowCount, records.count)))
    var lengths = [Int](repeating: 0, count: rows.count)
    for number in records.indices.sorted(by: { (-records[$0].count, $0) < (-records[$1].count, $1) }) {
      let shortest = lengths.indices.min { (lengths[$0], $0) < (lengths[$1], $1) } ?? 0
      rows[shortest].append(number)
      lengths[shortest] += records[number].count + 1
    }
    return rows
  }

  /// Some steps of all rows, or of some.
  ///
  /// - Parameters:
  ///   - steps: Within `0..<stepCount`.
  ///   - chosen: The rows; nil for all.
  ///   - conditions: What the network sees of each record, `[R, K]`, and when.
  func batch(
    _ steps: Range<Int>, ofRows chosen: Range<Int>? = nil, conditions: (table: Tensor, when: Conditioning)?
  ) -> LanguageBatch {
    let rows = Array(self.rows[chosen ?? self.rows.indices])
    func cut<Element>(_ values: [Element]) -> ArraySlice<Element> {
      values[min(steps.lowerBound, values.count)..<min(steps.upperBound, values.count)]
    }
    let inputs = TokenBatch(rows.map { Array(cut($0.inputs)) })
    let targets = TokenBatch(rows.map { Array(cut($0.targets)) })
    let starts = rows.map { cut($0.starts) }
    func isStart(_ step: Int, _ row: Int) -> Bool {
      let place = starts[row].startIndex + step
      return place < starts[row].endIndex && starts[row][place]
    }
    let hasStarts = starts.contains { $0.contains(true) }
    let resets =
      hasStarts ? StepFlags(stepCount: inputs.stepCount, batchSize: rows.count, where: isStart) : nil
    var seen: Tensor?
    if let conditions {
      let records = rows.map { cut($0.records) }
      var indices: [Int32] = []
      indices.reserveCapacity(inputs.stepCount * rows.count)
      for step in 0..<inputs.stepCount {
        for row in rows.indices {
          let place = records[row].startIndex + step
          let isSeen = place < records[row].endIndex && (conditions.when == .every || isStart(step, row))
          indices.append(isSeen ? records[row][place] : -1)
        }
      }
      seen = conditions.table.rows(at: indices)
        .reshaped(to: [inputs.stepCount, rows.count, conditions.table.shape[1]])
    }
    return LanguageBatch(inputs: inputs, targets: targets, resets: resets, conditions: seen)
  }
}
