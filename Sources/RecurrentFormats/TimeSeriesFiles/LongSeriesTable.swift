/// Labelled sequences from a CSV table in long form, one step a row: `sequence,time,feature,feature,…`.
public struct LongSeriesTable: Hashable, Sendable {
  /// Which sequence a row belongs to.
  public var series: String
  /// A column that rises within a sequence; it is checked, and is no feature.
  public var time: String?
  /// The label: of this table or of that of the targets; nil for none.
  public var label: String?
  /// The features; empty takes all columns that are nothing else.
  public var channels: [String]
  /// Other columns whose values are wanted, of this table or of that of the targets.
  public var attributes: [String]

  /// Columns by name.
  public init(
    series: String, time: String? = nil, label: String?, channels: [String] = [], attributes: [String] = []
  ) {
    self.series = series
    self.time = time
    self.label = label
    self.channels = channels
    self.attributes = attributes
  }

  /// Reads a table, plain or gzip-compressed. The rows of a sequence need not stand together, but in the order of its steps.
  ///
  /// - Parameters:
  ///   - path: The table.
  ///   - targets: A table with a row for each sequence that holds labels and attributes; nil: they stand in the same table,
  ///     equal in all rows of a sequence.
  /// - Throws: `LabelledSeriesError` with file and line.
  public func read(path: String, targets: String? = nil) throws(LabelledSeriesError) -> LabelledSeries {
    let table = try SeriesTable(path: path)
    let facts = try targets.map { path throws(LabelledSeriesError) in try SeriesTable(path: path) }
    let known = try facts.map { table throws(LabelledSeriesError) in try targetFacts(table) }
    let names = known == nil ? attributes + [label].compactMap { $0 } : []
    let features = try featureColumns(table, besides: names)
    let groups = try groups(of: table, names: names)

    var result = LabelledSeries(channels: features.map { table.columns[$0] })
    result.values.reserveCapacity(table.records.count * features.count)
    for group in groups {
      let first = result.stepCount
      for record in group.records {
        for column in features { result.values.append(try table.number(column, in: record)) }
      }
      var facts = Facts(
        label: label == nil ? nil : group.facts.last, attributes: Array(group.facts.prefix(attributes.count)))
      if let known {
        guard let found = known[group.name] else {
          throw .malformed(
            table.place(group.records[0]), problem: "sequence '\(group.name.printable())' has no row in the targets",
            mend: "add it there")
        }
        facts = found
      }
      result.items.append(
        LabelledSeries.Item(
          label: facts.label, steps: first..<first + group.records.count, attributes: facts.attributes,
          place: table.place(group.records[0])))
    }
    return result
  }

  /// What a table says about a sequence.
  private struct Facts {
    var label: String?
    var attributes: [String]
  }

  private struct Group {
    let name: String
    var facts: [String]
    var records: [Int]
  }

  private func targetFacts(_ table: SeriesTable) throws(LabelledSeriesError) -> [String: Facts] {
    let name = try table.column(series)
    let place = try label.map { label throws(LabelledSeriesError) in try table.column(label) }
    let others = try table.columns(attributes)
    var facts: [String: Facts] = [:]
    for (index, record) in table.records.enumerated() {
      let fact = Facts(label: place.map { record[$0] }, attributes: others.map { record[$0] })
      guard facts.updateValue(fact, forKey: record[name]) == nil else {
        throw .malformed(
          table.place(index), problem: "sequence '\(record[name].printable())' has two rows", mend: "keep one")
      }
    }
    return facts
  }

  private func featureColumns(
    _ table: SeriesTable, besides others: [String]
  ) throws(LabelledSeriesError) -> [Int] {
    if !channels.isEmpty { return try table.columns(channels) }
    let used = Set(try table.columns([series] + [time].compactMap { $0 } + others))
    let rest = table.columns.indices.filter { !used.contains($0) }
    guard !rest.isEmpty else {
      throw .unusable(file: table.file, problem: "no column is left for features", mend: "add one")
    }
    return rest
  }

  /// The records of each sequence, in the order in which sequences begin.
  private func groups(of table: SeriesTable, names: [String]) throws(LabelledSeriesError) -> [Group] {
    let name = try table.column(series)
    let clock = try time.map { time throws(LabelledSeriesError) in try table.column(time) }
    let others = try table.columns(names)
    var groups: [Group] = []
    var places: [String: Int] = [:]
    var last: [Float] = []
    for (index, record) in table.records.enumerated() {
      let facts = others.map { record[$0] }
      let moment = try clock.map { column throws(LabelledSeriesError) in try table.number(column, in: index) }
      guard let place = places[record[name]] else {
        places[record[name]] = groups.count
        groups.append(Group(name: record[name], facts: facts, records: [index]))
        last.append(moment ?? 0)
        continue
      }
      if let different = facts.indices.first(where: { facts[$0] != groups[place].facts[$0] }) {
        throw .malformed(
          table.place(index),
          problem: "'\(names[different].printable())' changes within sequence '\(record[name].printable())'",
          mend: "give all rows of a sequence the same value")
      }
      if let moment {
        guard moment > last[place] else {
          throw .malformed(
            table.place(index), problem: "the time goes back within sequence '\(record[name].printable())'",
            mend: "sort the rows by time")
        }
        last[place] = moment
      }
      groups[place].records.append(index)
    }
    return groups
  }
}

/// Labelled sequences from a CSV table in wide form: a row is a sequence of one feature, its class and then its values.
public struct WideSeriesTable: Hashable, Sendable {
  /// The column of the class: its name, or its number from 1; nil for none.
  public var label: String?
  /// Other columns whose values are wanted and are no steps.
  public var attributes: [String]

  /// Columns by name or number.
  public init(label: String? = "1", attributes: [String] = []) {
    self.label = label
    self.attributes = attributes
  }

  /// Reads a table with or without a header, plain or gzip-compressed. A row may end early: empty fields at its end are no
  /// steps.
  ///
  /// - Throws: `LabelledSeriesError` with file and line.
  public func read(path: String) throws(LabelledSeriesError) -> LabelledSeries {
    let table = try SeriesTable(path: path, dialect: CSVDialect(allowsVaryingFieldCounts: true))
    let place = try label.map { label throws(LabelledSeriesError) in try table.column(label) }
    let others = try table.columns(attributes)
    let used = Set(others + [place].compactMap { $0 })
    var result = LabelledSeries(channels: ["value"])
    for (index, record) in table.records.enumerated() {
      guard record.count > (used.max() ?? -1) else {
        throw .malformed(table.place(index), problem: "the row has too few fields", mend: "complete it")
      }
      let first = result.stepCount
      let end = (record.lastIndex { !$0.isEmpty } ?? -1) + 1
      for column in 0..<end where !used.contains(column) { result.values.append(try table.number(column, in: index)) }
      result.items.append(
        LabelledSeries.Item(
          label: place.map { record[$0] }, steps: first..<result.stepCount, attributes: others.map { record[$0] },
          place: table.place(index)))
    }
    return result
  }
}
