extension Split {
  /// The rows of each part of a series.
  ///
  /// - Parameters:
  ///   - count: the rows of the series.
  ///   - time: its times, for parts that begin at one.
  ///   - name: what messages call the series.
  /// - Throws: `SplitError` when a part is empty though it has a size, or the parts do not fit.
  public func rows(count: Int, time: TimeAxis, name: String) throws(SplitError) -> Parts {
    var layout = Layout(count: count, time: time, name: name)
    for (part, size) in [(Part.train, train), (.validation, validation), (.test, test)] {
      try layout.check(size, part)
    }
    switch train {
    case .fraction, .rows: try layout.forward(self)
    case .from, nil: try layout.backward(self)
    }
    return try layout.parts(of: self)
  }

  /// The rows of each part of every series of a frame.
  public func rows(_ frame: SeriesFrame) throws(SplitError) -> [Parts] {
    var parts: [Parts] = []
    for series in frame.series {
      parts.append(try rows(count: series.count, time: series.time, name: frame.name(of: series)))
    }
    return parts
  }
}

/// The boundaries of the parts while they are worked out.
private struct Layout {
  let count: Int
  let time: TimeAxis
  let name: String
  var train = 0..<0
  var validation = 0..<0
  var test = 0..<0

  init(count: Int, time: TimeAxis, name: String) {
    self.count = count
    self.time = time
    self.name = name
  }

  func check(_ size: PartSize?, _ part: Part) throws(SplitError) {
    switch size {
    case .fraction(let fraction) where !(fraction > 0 && fraction < 1):
      throw .invalidSize(part: part, size: fraction.description)
    case .rows(let rows) where rows < 1:
      throw .invalidSize(part: part, size: String(rows))
    default:
      break
    }
  }

  /// From the first row on.
  mutating func forward(_ split: Split) throws(SplitError) {
    var fraction: Double? = 0
    let trainEnd = try end(of: split.train, from: 0, fraction: &fraction) ?? count
    train = 0..<trainEnd
    let validationStart = try start(of: split.validation, .validation, after: trainEnd)
    let validationEnd: Int
    if case .from = split.validation {
      // It lasts until the test part begins.
      validationEnd = try testStart(split, otherwise: count, after: validationStart)
      fraction = nil
    } else {
      validationEnd = try end(of: split.validation, from: validationStart, fraction: &fraction) ?? validationStart
    }
    validation = validationStart..<validationEnd
    let testStart = try start(of: split.test, .test, after: validationEnd)
    test = testStart..<(try end(of: split.test, from: testStart, fraction: &fraction) ?? count)
  }

  /// From the last row back.
  mutating func backward(_ split: Split) throws(SplitError) {
    var fraction: Double? = 1
    let testStart = try beginning(of: split.test, .test, end: count, fraction: &fraction)
    test = testStart..<count
    let validationStart = try beginning(of: split.validation, .validation, end: testStart, fraction: &fraction)
    validation = validationStart..<testStart
    var trainStart = 0
    if case .from(let text) = split.train { trainStart = try row(from: text, .train) }
    guard trainStart <= validationStart else { throw .empty(series: name, part: .train) }
    train = trainStart..<validationStart
  }

  /// Where a part that begins at `start` ends; `nil` when only the next boundary tells. `fraction` is the part of all rows up
  /// to `start` as long as every boundary so far is a fraction.
  private func end(of size: PartSize?, from start: Int, fraction: inout Double?) throws(SplitError) -> Int? {
    let end: Int
    switch size {
    case nil, .from:
      return nil
    case .rows(let rows):
      fraction = nil
      end = start.addingReportingOverflow(rows).overflow ? .max : start + rows
    case .fraction(let added):
      end = fraction.map { rowCount($0 + added) } ?? start + rowCount(added)
      fraction = fraction.map { $0 + added }
    }
    guard end <= count else { throw .beyondEnd(series: name, needed: end, rows: count) }
    return end
  }

  /// Where a part that ends at `end` begins; `fraction` as in `end(of:from:fraction:)`.
  private func beginning(
    of size: PartSize?, _ part: Part, end: Int, fraction: inout Double?
  ) throws(SplitError) -> Int {
    switch size {
    case nil:
      return end
    case .from(let text):
      fraction = nil
      let start = try row(from: text, part)
      guard start <= end else { throw .empty(series: name, part: part) }
      return start
    case .rows(let rows):
      fraction = nil
      guard rows <= end else { throw .beyondEnd(series: name, needed: count - end + rows, rows: count) }
      return end - rows
    case .fraction(let removed):
      let start = fraction.map { rowCount($0 - removed) } ?? end - rowCount(removed)
      fraction = fraction.map { $0 - removed }
      guard start >= 0 else { throw .beyondEnd(series: name, needed: count - start, rows: count) }
      return start
    }
  }

  private func start(of size: PartSize?, _ part: Part, after previousEnd: Int) throws(SplitError) -> Int {
    guard case .from(let text) = size else { return previousEnd }
    let row = try row(from: text, part)
    guard row >= previousEnd else {
      throw .overlap(
        series: name, part: part, begins: time.label(at: row), previousEnds: time.label(at: previousEnd - 1))
    }
    return row
  }

  private func testStart(_ split: Split, otherwise: Int, after start: Int) throws(SplitError) -> Int {
    switch split.test {
    case .from: try self.start(of: split.test, .test, after: start)
    case .rows(let rows): max(start, count - rows)
    case .fraction(let fraction): max(start, rowCount(1 - fraction))
    case nil: otherwise
    }
  }

  /// The row at which a part begins that names its first time.
  private func row(from text: String, _ part: Part) throws(SplitError) -> Int {
    guard let stamp = time.form.stamp(of: text) else {
      throw .notATime(part: part, text: text, example: time.label(at: 0))
    }
    return time.firstRow(notBefore: stamp, count: count)
  }

  /// A millionth of a row makes up for fractions such as 0.7 that binary numbers miss by a little.
  private func rowCount(_ fraction: Double) -> Int {
    Int((fraction * Double(count) + 1e-6).rounded(.down))
  }

  func parts(of split: Split) throws(SplitError) -> Parts {
    if train.isEmpty { throw .empty(series: name, part: .train) }
    if split.validation != nil, validation.isEmpty { throw .empty(series: name, part: .validation) }
    if split.test != nil, test.isEmpty { throw .empty(series: name, part: .test) }
    return Parts(train: train, validation: validation, test: test)
  }
}
