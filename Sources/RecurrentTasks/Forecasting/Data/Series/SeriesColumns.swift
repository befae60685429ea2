import RecurrentFormats

/// Which columns of a table hold what, as a user says it. What is left open is found from the table.
public struct SeriesColumns: Sendable, Hashable, Codable {
  /// The time columns: one, or separate columns for year, month (number or name), day, hour and minute. Empty: the times are
  /// row numbers. `nil`: the column `ds`, or the first one whose first value is a calendar time, or row numbers.
  public var time: [String]?
  /// The column that tells several series apart (long form). `nil`: the column `unique_id` where there is one.
  public var series: String?
  /// The columns to forecast. Empty: the column `y`, or the only one without another role.
  public var targets: [String]
  /// Columns whose values are known up to the present only.
  public var pastCovariates: [String]
  /// Columns whose values are known for the time to be forecast as well (calendar, prices, plans).
  public var futureCovariates: [String]
  /// Those covariates that hold one of a few texts, each of which becomes a column of zeros and ones.
  public var categories: [String]
  /// The step between times. `nil`: the one most neighbouring times are apart.
  public var frequency: Frequency?
  /// The number of steps after which patterns repeat. `nil`: that of the frequency.
  public var seasonalPeriod: Int?
  /// How the table holds series. `nil`: found from its first record.
  public var layout: TableLayout?
  /// What is done where a number or a row is missing.
  public var missing: MissingRule
  /// What is done where several rows have one time.
  public var repeatedTimes: RepeatedTimes

  /// Columns by role; without arguments everything is found from the table.
  public init(
    time: [String]? = nil, series: String? = nil, targets: [String] = [], pastCovariates: [String] = [],
    futureCovariates: [String] = [], categories: [String] = [], frequency: Frequency? = nil,
    seasonalPeriod: Int? = nil, layout: TableLayout? = nil, missing: MissingRule = .error,
    repeatedTimes: RepeatedTimes = .error
  ) {
    self.time = time
    self.series = series
    self.targets = targets
    self.pastCovariates = pastCovariates
    self.futureCovariates = futureCovariates
    self.categories = categories
    self.frequency = frequency
    self.seasonalPeriod = seasonalPeriod
    self.layout = layout
    self.missing = missing
    self.repeatedTimes = repeatedTimes
  }
}

/// What the columns of a table mean, fully settled: stored with a model, so that newer data are read the same way.
public struct SeriesSchema: Sendable, Hashable, Codable {
  /// The time columns; empty for row numbers.
  public var time: [String]
  /// How times are written.
  public var timeForm: TimeForm
  /// The step between times.
  public var frequency: Frequency
  /// The number of steps after which patterns repeat.
  public var seasonalPeriod: Int
  /// The column that tells several series apart.
  public var series: String?
  /// The columns to forecast.
  public var targets: [String]
  /// The columns known up to the present.
  public var pastCovariates: [String]
  /// The columns known for the time to be forecast.
  public var futureCovariates: [String]
  /// The values of every category column, in the order of the columns of zeros and ones made from it.
  public var categories: [String: [String]]
  /// How the table holds series.
  public var layout: TableLayout
  /// What is done where a number or a row is missing.
  public var missing: MissingRule
  /// What is done where several rows have one time.
  public var repeatedTimes: RepeatedTimes

  /// The schema with these parts.
  public init(
    time: [String], timeForm: TimeForm, frequency: Frequency, seasonalPeriod: Int, series: String? = nil,
    targets: [String], pastCovariates: [String] = [], futureCovariates: [String] = [],
    categories: [String: [String]] = [:], layout: TableLayout = .columns, missing: MissingRule = .error,
    repeatedTimes: RepeatedTimes = .error
  ) {
    self.time = time
    self.timeForm = timeForm
    self.frequency = frequency
    self.seasonalPeriod = seasonalPeriod
    self.series = series
    self.targets = targets
    self.pastCovariates = pastCovariates
    self.futureCovariates = futureCovariates
    self.categories = categories
    self.layout = layout
    self.missing = missing
    self.repeatedTimes = repeatedTimes
  }

  /// The names of the past covariates' channels: a category column has one for each value (`wind=NW`).
  public var pastChannels: [String] { channels(of: pastCovariates) }

  /// The names of the future covariates' channels.
  public var futureChannels: [String] { channels(of: futureCovariates) }

  /// The columns by role, to read another table like this one.
  public var columns: SeriesColumns {
    SeriesColumns(
      time: time, series: series, targets: targets, pastCovariates: pastCovariates, futureCovariates: futureCovariates,
      categories: categories.keys.sorted(), frequency: frequency, seasonalPeriod: seasonalPeriod, layout: layout,
      missing: missing, repeatedTimes: repeatedTimes)
  }

  private func channels(of columns: [String]) -> [String] {
    columns.flatMap { name in categories[name].map { values in values.map { "\(name)=\($0)" } } ?? [name] }
  }
}

extension SeriesSchema {
  /// Reads a stored schema and checks what the rest relies on: targets, a season of at least one step, and categories that
  /// differ. One without layout and rules for missing values, of an earlier version, has the first of each.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func check(_ isValid: Bool, _ key: CodingKeys) throws {
      guard isValid else {
        throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "not a valid value")
      }
    }
    self.init(
      time: try container.decode([String].self, forKey: .time),
      timeForm: try container.decode(TimeForm.self, forKey: .timeForm),
      frequency: try container.decode(Frequency.self, forKey: .frequency),
      seasonalPeriod: try container.decode(Int.self, forKey: .seasonalPeriod),
      series: try container.decodeIfPresent(String.self, forKey: .series),
      targets: try container.decode([String].self, forKey: .targets),
      pastCovariates: try container.decode([String].self, forKey: .pastCovariates),
      futureCovariates: try container.decode([String].self, forKey: .futureCovariates),
      categories: try container.decode([String: [String]].self, forKey: .categories),
      layout: try container.decodeIfPresent(TableLayout.self, forKey: .layout) ?? .columns,
      missing: try container.decodeIfPresent(MissingRule.self, forKey: .missing) ?? .error,
      repeatedTimes: try container.decodeIfPresent(RepeatedTimes.self, forKey: .repeatedTimes) ?? .error)
    try check(1...WindowShape.limit ~= seasonalPeriod, .seasonalPeriod)
    try check(!targets.isEmpty, .targets)
    try check(categories.values.allSatisfy { Set($0).count == $0.count }, .categories)
  }
}
