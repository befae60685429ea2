import RecurrentFormats

/// The rows of one series while they are gathered.
struct SeriesBuilder {
  typealias Missing = (place: TextLocation, column: String, text: String)

  let id: String?
  var stamps: [TimeStamp] = []
  var lines: [Int] = []
  var targets: [[Double]]
  var past: [[Double]]
  var future: [[Double]]
  var firstUnobserved: Missing?

  init(id: String?, _ roles: ColumnRoles) {
    self.id = id
    targets = Array(repeating: [], count: roles.targets.count)
    past = Array(repeating: [], count: roles.pastCovariates.count)
    future = Array(repeating: [], count: roles.futureCovariates.count)
  }

  /// The most rows that are added to fill gaps.
  static let addedRowLimit = 10_000_000

  /// Makes one row of neighbouring rows with the same time. Columns of categories, which have no mean, keep the first.
  ///
  /// - Returns: The rows that are gone.
  mutating func joinRepeatedTimes(_ rule: RepeatedTimes, categories: (past: [Bool], future: [Bool])) -> Int {
    guard rule != .error else { return 0 }
    var groups: [Range<Int>] = []
    for row in stamps.indices {
      if let last = groups.last, stamps[last.lowerBound] == stamps[row] {
        groups[groups.count - 1] = last.lowerBound..<row + 1
      } else {
        groups.append(row..<row + 1)
      }
    }
    let removed = stamps.count - groups.count
    guard removed > 0 else { return 0 }
    func joined(_ values: [Double], isCategory: Bool) -> [Double] {
      groups.compactMap { group in
        // Where future covariates are known ahead, targets are shorter than the times.
        let known = group.clamped(to: 0..<values.count)
        guard !known.isEmpty else { return nil }
        switch rule {
        case .last: return values[known.upperBound - 1]
        case .mean where !isCategory:
          let observed = values[known].filter { !$0.isNaN }
          return observed.isEmpty ? .nan : observed.reduce(0, +) / Double(observed.count)
        case .error, .first, .mean: return values[known.lowerBound]
        }
      }
    }
    targets = targets.map { joined($0, isCategory: false) }
    past = zip(past, categories.past).map { joined($0, isCategory: $1) }
    future = zip(future, categories.future).map { joined($0, isCategory: $1) }
    lines = groups.map { lines[$0.lowerBound] }
    stamps = groups.map { stamps[$0.lowerBound] }
    return removed
  }

  /// Adds rows without values where times lie several steps apart, as far as the times are in step and in order; the rest stays
  /// for the check of the axis to find.
  ///
  /// - Returns: The rows that were added.
  mutating func fillGaps(frequency: Frequency, form: TimeForm) -> Int {
    let axis = TimeAxis.likeliest(onAxisOf: stamps, frequency: frequency, form: form)
    // For each row, the times to add before it.
    var gaps: [[TimeStamp]] = []
    var row = 0
    var total = 0
    for stamp in stamps {
      var gap: [TimeStamp] = []
      while let time = axis.stamp(at: row), time < stamp, total + gap.count < SeriesBuilder.addedRowLimit {
        gap.append(time)
        row += 1
      }
      guard axis.stamp(at: row) == stamp else { break }
      gaps.append(gap)
      total += gap.count
      row += 1
    }
    guard total > 0 else { return 0 }
    gaps += Array(repeating: [], count: stamps.count - gaps.count)
    func widened<Element>(_ values: [Element], _ added: (Element) -> Element) -> [Element] {
      zip(values, gaps).flatMap { value, gap in Array(repeating: added(value), count: gap.count) + [value] }
    }
    targets = targets.map { widened($0) { _ in .nan } }
    past = past.map { widened($0) { _ in .nan } }
    future = future.map { widened($0) { _ in .nan } }
    lines = widened(lines) { $0 }
    stamps = zip(stamps, gaps).flatMap { stamp, gap in gap + [stamp] }
    return total
  }

  /// Takes rows at the end that have no targets for what is known of the future.
  mutating func separateFuture() {
    guard !future.isEmpty else { return }
    var count = targets[0].count
    while count > 0, targets.allSatisfy({ $0[count - 1].isNaN }) { count -= 1 }
    targets = targets.map { Array($0.prefix(count)) }
    past = past.map { Array($0.prefix(count)) }
  }
}

extension TimeAxis {
  /// The axis from the first time on which most of `stamps` lie: for steps of months from the last day of a month, that
  /// of the ends of months if all lie there.
  static func likeliest(onAxisOf stamps: [TimeStamp], frequency: Frequency, form: TimeForm) -> TimeAxis {
    let axis = TimeAxis(start: stamps[0], frequency: frequency, form: form)
    guard frequency.months != nil else { return axis }
    let latest = stamps.compactMap { form.date(of: $0)?.day }.max() ?? axis.anchorDay
    return TimeAxis(start: stamps[0], frequency: frequency, form: form, anchorDay: max(latest, axis.anchorDay))
  }
}
