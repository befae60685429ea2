import RecurrentFormats

/// Gathers the rows of a table into series.
struct SeriesTableReader {
  private let roles: ColumnRoles
  private let file: String
  private let missing: MissingRule
  private let repeatedTimes: RepeatedTimes
  private var repairs = TableRepairs()
  private var timeColumn: TimeColumnReader
  private var categories: [CategoryColumn] = []
  /// For each column of the table its place in `categories`, where it is one.
  private var categoryOfColumn: [Int?]
  private var builders: [SeriesBuilder] = []
  private var builderOfSeries: [String: Int] = [:]

  init(
    _ roles: ColumnRoles, table: borrowing CSVReader, categories known: [String: [String]],
    missing: MissingRule = .error, repeatedTimes: RepeatedTimes = .error
  ) throws(SeriesError) {
    self.roles = roles
    self.missing = missing
    self.repeatedTimes = repeatedTimes
    repairs.rule = missing
    file = table.file
    do throws(TimeError) {
      timeColumn = try TimeColumnReader(columns: roles.time, file: table.file)
    } catch {
      throw .time(error)
    }
    categoryOfColumn = Array(repeating: nil, count: table.columns.count)
    for column in roles.pastCovariates + roles.futureCovariates where roles.categories.contains(column.name) {
      categoryOfColumn[column.index] = categories.count
      categories.append(CategoryColumn(name: column.name, known: known[column.name]))
    }
  }

  /// Adds the table's current record.
  mutating func readRow(_ table: borrowing CSVReader) throws(SeriesError) {
    let index = try builderIndex(table)
    let stamp = try timeColumn.read(table, row: builders[index].stamps.count)
    builders[index].stamps.append(stamp)
    builders[index].lines.append(table.line)
    for (channel, column) in roles.futureCovariates.enumerated() {
      builders[index].future[channel].append(try value(of: column, table, isKnownAhead: true))
    }
    if missing != .error { return try readKnownValues(table, into: index) }
    // Rows at the end that have no targets say what is known of the future.
    if !roles.futureCovariates.isEmpty, let missing = missingTargets(table) {
      builders[index].firstUnobserved = builders[index].firstUnobserved ?? missing
      return
    }
    if let (place, column, text) = builders[index].firstUnobserved {
      throw .missingValue(place, column: column, text: text)
    }
    for (channel, column) in roles.targets.enumerated() {
      builders[index].targets[channel].append(try number(in: column, table))
    }
    for (channel, column) in roles.pastCovariates.enumerated() {
      builders[index].past[channel].append(try value(of: column, table))
    }
  }

  /// Adds what the current record says of targets and past covariates, missing or not.
  private mutating func readKnownValues(_ table: borrowing CSVReader, into index: Int) throws(SeriesError) {
    for (channel, column) in roles.targets.enumerated() {
      builders[index].targets[channel].append(try number(in: column, table))
    }
    for (channel, column) in roles.pastCovariates.enumerated() {
      builders[index].past[channel].append(try value(of: column, table))
    }
    if builders[index].firstUnobserved == nil { builders[index].firstUnobserved = missingTargets(table) }
  }

  private mutating func builderIndex(_ table: borrowing CSVReader) throws(SeriesError) -> Int {
    guard let column = roles.series else {
      if builders.isEmpty { builders.append(SeriesBuilder(id: nil, roles)) }
      return 0
    }
    let id = try text(in: column, table)
    // Rows of a series mostly stand together.
    if let last = builders.last, last.id == id { return builders.count - 1 }
    if let index = builderOfSeries[id] { return index }
    builderOfSeries[id] = builders.count
    builders.append(SeriesBuilder(id: id, roles))
    return builders.count - 1
  }

  /// Where the first target is, when all targets of the record are missing.
  private func missingTargets(_ table: borrowing CSVReader) -> SeriesBuilder.Missing? {
    var texts: [String] = []
    for column in roles.targets {
      guard table.number(at: column.index) == nil else { return nil }
      texts.append(table.withBytes(at: column.index) { String(decoding: $0, as: UTF8.self) })
    }
    guard texts.allSatisfy(Self.isMissing) else { return nil }
    return (table.location(at: roles.targets[0].index), roles.targets[0].name, texts[0])
  }

  /// - Parameter isKnownAhead: Whether it is the value of a future covariate, of which none may be left out.
  private mutating func value(
    of column: ColumnRoles.Column, _ table: borrowing CSVReader, isKnownAhead: Bool = false
  ) throws(SeriesError) -> Double {
    let mayBeMissing = missing != .error && !(isKnownAhead && missing == .mask)
    guard let category = categoryOfColumn[column.index] else {
      return try number(in: column, table, mayBeMissing: mayBeMissing)
    }
    let text = try text(in: column, table)
    if Self.isMissing(text) {
      if mayBeMissing { return .nan }
      throw .missingValue(table.location(at: column.index), column: column.name, text: text)
    }
    guard let code = categories[category].code(of: text) else {
      throw categories[category].error(for: text, at: table.location(at: column.index))
    }
    return Double(code)
  }

  /// The number in a column. Every missing value of every series is met here and nowhere else.
  private func number(
    in column: ColumnRoles.Column, _ table: borrowing CSVReader, mayBeMissing: Bool? = nil
  ) throws(SeriesError) -> Double {
    if let number = table.number(at: column.index) {
      guard number.isFinite else {
        throw .notFinite(table.location(at: column.index), column: column.name, text: try text(in: column, table))
      }
      return number
    }
    let text = try text(in: column, table)
    let place = table.location(at: column.index)
    if Self.isMissing(text) {
      if mayBeMissing ?? (missing != .error) { return .nan }
      throw .missingValue(place, column: column.name, text: text)
    }
    if isInfinity(text) { throw .notFinite(place, column: column.name, text: text) }
    throw .notANumber(place, column: column.name, text: text)
  }

  private func text(in column: ColumnRoles.Column, _ table: borrowing CSVReader) throws(SeriesError) -> String {
    do throws(TableError) { return try table.text(at: column.index) } catch { throw .table(error) }
  }
}

extension SeriesTableReader {
  /// The series read.
  ///
  /// - Throws: `SeriesError` when the times are not those of regular series.
  consuming func frame(frequency: Frequency?, seasonalPeriod: Int?) throws(SeriesError) -> SeriesFrame {
    let form = timeColumn.form ?? .rowNumber
    let step = try settledFrequency(frequency, form: form)
    let schema = SeriesSchema(
      time: roles.time.map(\.name), timeForm: form, frequency: step,
      seasonalPeriod: seasonalPeriod ?? step.seasonalPeriod, series: roles.series?.name,
      targets: roles.targets.map(\.name), pastCovariates: roles.pastCovariates.map(\.name),
      futureCovariates: roles.futureCovariates.map(\.name),
      categories: Dictionary(uniqueKeysWithValues: categories.map { ($0.name, $0.orderedValues) }),
      missing: missing, repeatedTimes: repeatedTimes)
    var repairs = repairs
    var series: [Series] = []
    for var builder in builders {
      try repair(&builder, frequency: step, form: form, counting: &repairs)
      let origin = TimeAxis.Origin(file: file, lines: builder.lines, series: builder.id)
      let axis: TimeAxis
      do throws(TimeError) {
        axis = try TimeAxis(checking: builder.stamps, frequency: step, form: form, origin: origin)
      } catch {
        throw .time(error)
      }
      if builder.targets.contains(where: { $0.allSatisfy(\.isNaN) }), let (place, column, _) = builder.firstUnobserved {
        throw .nothingObserved(place, column: column, series: builder.id)
      }
      series.append(
        Series(
          id: builder.id, time: axis, targets: builder.targets,
          pastCovariates: channels(builder.past, of: roles.pastCovariates),
          futureCovariates: channels(builder.future, of: roles.futureCovariates), lines: builder.lines))
    }
    return SeriesFrame(file: file, schema: schema, series: series, repairs: repairs)
  }

  /// Does with repeated times, gaps and missing values what the rules say.
  private func repair(
    _ builder: inout SeriesBuilder, frequency: Frequency, form: TimeForm, counting repairs: inout TableRepairs
  ) throws(SeriesError) {
    func areCategories(_ columns: [ColumnRoles.Column]) -> [Bool] { columns.map { categoryOfColumn[$0.index] != nil } }
    let categories = (past: areCategories(roles.pastCovariates), future: areCategories(roles.futureCovariates))
    repairs.repeatedRows += builder.joinRepeatedTimes(repeatedTimes, categories: categories)
    guard missing != .error else { return }
    builder.separateFuture()
    let columns = roles.targets + roles.pastCovariates + roles.futureCovariates
    for (column, values) in zip(columns, builder.targets + builder.past + builder.future) {
      let count = values.count(where: \.isNaN)
      if count > 0 { repairs.missing[column.name, default: 0] += count }
    }
    repairs.missingRows += builder.fillGaps(frequency: frequency, form: form)
    builder.targets = builder.targets.map(missing.filled)
    // Between two categories there is nothing.
    func rule(isCategory: Bool) -> MissingRule { isCategory && missing == .interpolate ? .previous : missing }
    builder.past = zip(builder.past, categories.past).map { rule(isCategory: $1).filled($0) }
    // What is known ahead is not left out: where a row was added it is filled.
    builder.future = zip(builder.future, categories.future).map { values, isCategory in
      (missing == .mask ? (isCategory ? .previous : .interpolate) : rule(isCategory: isCategory)).filled(values)
    }
  }

  private func settledFrequency(_ given: Frequency?, form: TimeForm) throws(SeriesError) -> Frequency {
    if let given {
      guard (given.unit == .step) != form.isCalendar else {
        throw .time(.unsuitableFrequency(file: file, frequency: given))
      }
      return given
    }
    if form == .rowNumber { return Frequency(.step) }
    guard let detected = Frequency.detect(builders.map(\.stamps), form: form) else {
      try rejectRepeatedTimes(form: form)
      throw .time(.unknownFrequency(file: file, rows: builders.map(\.stamps.count).max() ?? 0))
    }
    return detected
  }

  /// When no time is after another, the first repeated or earlier one is what to mend.
  private func rejectRepeatedTimes(form: TimeForm) throws(SeriesError) {
    let anyStep = form.isCalendar ? Frequency(.second) : Frequency(.step)
    for builder in builders where builder.stamps.count > 1 {
      let origin = TimeAxis.Origin(file: file, lines: builder.lines, series: builder.id)
      do throws(TimeError) {
        _ = try TimeAxis(checking: builder.stamps, frequency: anyStep, form: form, origin: origin)
      } catch {
        throw .time(error)
      }
    }
  }

  private func channels(_ columns: [[Double]], of names: [ColumnRoles.Column]) -> [[Double]] {
    zip(columns, names).flatMap { values, column in
      categoryOfColumn[column.index].map { categories[$0].channels(values) } ?? [values]
    }
  }
}

private let missingMarks: Set = ["", "na", "n/a", "nan", "null", "none", "nil", "-", "?", "."]

extension SeriesTableReader {
  /// Whether a text stands for a number that is missing.
  static func isMissing(_ text: String) -> Bool {
    text.utf8.count <= 4 && missingMarks.contains(text.lowercased())
  }
}

private func isInfinity(_ text: String) -> Bool {
  let magnitude = text.drop { $0 == "-" || $0 == "+" }.lowercased()
  return magnitude == "inf" || magnitude == "infinity"
}
