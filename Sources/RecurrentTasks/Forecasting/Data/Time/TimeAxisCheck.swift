import RecurrentFormats

extension Frequency {
  /// The step that most neighbouring times are apart; `nil` when there are no two different times in order.
  ///
  /// - Parameter series: the times of each series in file order. Gaps, duplicates and disorder do not mislead as long as most
  ///   steps are right; they are found afterwards by `TimeAxis.init(checking:)`.
  static func detect(_ series: [[TimeStamp]], form: TimeForm) -> Frequency? {
    guard let step = mostFrequent(series, difference: { $1.value.subtractingReportingOverflow($0.value) }) else {
      return nil
    }
    guard form.isCalendar else { return counts.contains(step.size) ? Frequency(.step, count: step.size) : nil }
    // A month has at least 28 days. Months are preferred when they explain as many steps as a fixed length does.
    if step.size >= 28 * 86_400,
      let months = mostFrequent(
        series, difference: { (wholeMonths(from: form.date(of: $0), to: form.date(of: $1)), false) }),
      months.occurrences >= step.occurrences
    {
      return calendar(months: months.size)
    }
    return fixed(seconds: step.size)
  }

  /// The commonest positive difference between neighbours and how often it occurs; of equally common ones the smallest.
  private static func mostFrequent(
    _ series: [[TimeStamp]], difference: (TimeStamp, TimeStamp) -> (partialValue: Int, overflow: Bool)
  ) -> (size: Int, occurrences: Int)? {
    var occurrences: [Int: Int] = [:]
    for stamps in series {
      for (earlier, later) in zip(stamps, stamps.dropFirst()) {
        let (size, overflow) = difference(earlier, later)
        if size > 0, !overflow { occurrences[size, default: 0] += 1 }
      }
    }
    let most = occurrences.max { a, b in a.value < b.value || (a.value == b.value && a.key > b.key) }
    return most.map { ($0.key, $0.value) }
  }

  /// The months between two times that have the same place in their months, 0 when they have not.
  private static func wholeMonths(from first: CalendarDate?, to second: CalendarDate?) -> Int {
    guard let first, let second,
      first.hour == second.hour, first.minute == second.minute, first.second == second.second,
      first.day == second.day || first.isLastOfMonth || second.isLastOfMonth
    else { return 0 }
    return (second.year - first.year) * 12 + second.month - first.month
  }
}

extension CalendarDate {
  /// Whether the day is the last of its month.
  fileprivate var isLastOfMonth: Bool { day == CalendarDate.dayCount(ofMonth: month, year: year) }
}

extension TimeAxis {
  /// Where the rows of a series stand in their file.
  struct Origin {
    var file: String
    /// The line of each row.
    var lines: [Int]
    /// The name of the series, where the file holds several.
    var series: String?
  }

  /// The axis on which `stamps` lie one after another.
  ///
  /// - Throws: `TimeError.duplicate`, `.disorder` or `.gap` at the first row that is not one step after the row before.
  init(checking stamps: [TimeStamp], frequency: Frequency, form: TimeForm, origin: Origin) throws(TimeError) {
    precondition(!stamps.isEmpty && stamps.count <= origin.lines.count)
    self = TimeAxis.likeliest(stamps, frequency: frequency, form: form)
    for row in 1..<max(stamps.count, 1) where stamp(at: row) != stamps[row] {
      let (file, line) = (origin.file, origin.lines[row])
      let time = form.text(of: stamps[row]) ?? ""
      let previous = form.text(of: stamps[row - 1]) ?? ""
      if stamps[row] == stamps[row - 1] {
        throw .duplicate(file: file, line: line, series: origin.series, time: time)
      }
      if stamps[row] < stamps[row - 1] {
        throw .disorder(file: file, line: line, series: origin.series, time: time, previous: previous)
      }
      throw .gap(
        file: file, line: line, series: origin.series, time: time, previous: previous, expected: label(at: row),
        frequency: frequency)
    }
  }

  /// For steps of months from the last day of a month, the day meant may be a later one: of those the day that fits most
  /// rows, and of equally good ones the last (from the 30th of April on, the ends of the months).
  private static func likeliest(_ stamps: [TimeStamp], frequency: Frequency, form: TimeForm) -> TimeAxis {
    let axis = TimeAxis(start: stamps[0], frequency: frequency, form: form)
    guard frequency.months != nil, let first = form.date(of: stamps[0]),
      first.isLastOfMonth
    else { return axis }
    var best = (axis: axis, fitting: -1)
    for day in first.day...31 {
      let candidate = TimeAxis(start: stamps[0], frequency: frequency, form: form, anchorDay: day)
      let fitting = stamps.indices.count { candidate.stamp(at: $0) == stamps[$0] }
      if fitting >= best.fitting { best = (candidate, fitting) }
    }
    return best.axis
  }
}
