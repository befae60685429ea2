/// How series are prepared for a model.
public struct PreparationSettings: Sendable, Hashable, Codable {
  /// Which rows the scales are fitted to.
  public enum FitRows: String, Sendable, Codable, CaseIterable {
    /// The training part.
    case train
    /// All rows. The model then knows the range of the data it is tested on: a leak, for repeating recipes that have it.
    case all
  }

  /// Which series share a scale.
  public enum Sharing: String, Sendable, Codable, CaseIterable {
    /// None: every series has its own.
    case series
    /// All series.
    case all
  }

  /// What is done to the targets before they are scaled.
  public var transform: Transform
  /// How the transformed targets are scaled, and the covariates (those by `standard` where the targets are by `window`).
  public var scaling: Scaling
  /// Which rows the scales are fitted to.
  public var fitRows: FitRows
  /// Which series share a scale.
  public var sharing: Sharing
  /// What is added to the deviation of a window where the targets are scaled by `window`, in units of the scaled series.
  public var windowOffset: Double
  /// The cycles of the calendar that are shown to the model.
  public var calendar: [CalendarFeature]

  /// Settings; the defaults leave the values as they are but for a standard scale fitted on the training part of each series.
  public init(
    transform: Transform = .identity, scaling: Scaling = .standard, fitRows: FitRows = .train,
    sharing: Sharing = .series, windowOffset: Double = WindowNormalization().epsilon, calendar: [CalendarFeature] = []
  ) {
    self.transform = transform
    self.scaling = scaling
    self.fitRows = fitRows
    self.sharing = sharing
    self.windowOffset = windowOffset
    self.calendar = calendar
  }

  /// Reads settings; those of models written before there was a window offset or a calendar have the defaults.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      transform: try container.decode(Transform.self, forKey: .transform),
      scaling: try container.decode(Scaling.self, forKey: .scaling),
      fitRows: try container.decode(FitRows.self, forKey: .fitRows),
      sharing: try container.decode(Sharing.self, forKey: .sharing),
      windowOffset: try container.decodeIfPresent(Double.self, forKey: .windowOffset) ?? WindowNormalization().epsilon,
      calendar: try container.decodeIfPresent([CalendarFeature].self, forKey: .calendar) ?? [])
    guard windowOffset > 0, windowOffset.isFinite else {
      throw DecodingError.dataCorruptedError(
        forKey: .windowOffset, in: container, debugDescription: "an offset is above 0")
    }
  }

  /// Whether the scales know rows that the model is tested on.
  public var leaks: Bool { fitRows == .all && scaling != .none }
}

/// The scales of the channels of one series.
public struct ChannelScales: Sendable, Hashable, Codable {
  /// Of the transformed targets.
  public var targets: [AffineScale]
  /// Of the past covariates.
  public var pastCovariates: [AffineScale]
  /// Of the future covariates.
  public var futureCovariates: [AffineScale]
}

/// Transform and scales fitted to training data: turns series into what a model reads, and what a model answers into values.
/// Stored with the model.
public struct Preparation: Sendable, Hashable, Codable {
  /// How the series are prepared.
  public let settings: PreparationSettings
  /// The scales all series share, or those for a series that did not occur in training.
  private var shared: ChannelScales?
  /// The scales of each series, by name; the name is empty in a table of one series.
  private var scales: [String: ChannelScales] = [:]

  /// Fits the scales of every series of `frame`, whose parts are `parts`.
  ///
  /// Columns made from categories stay zeros and ones.
  ///
  /// - Throws: `PreparationError.notPositive` for a logarithm of a value that has none, in whatever part it is.
  public init(
    fitting frame: SeriesFrame, parts: [Parts], settings: PreparationSettings
  ) throws(PreparationError) {
    precondition(frame.series.count == parts.count, "parts for every series")
    self.settings = settings
    var samples: [Samples] = []
    for (series, parts) in zip(frame.series, parts) {
      let transformed = try settings.transform.applied(to: series, of: frame)
      let rows = settings.fitRows == .all ? 0..<series.count : parts.train
      samples.append(
        Samples(
          targets: transformed.map { $0[rows].filter { !$0.isNaN } },
          pastCovariates: series.pastCovariates.map { $0[rows].filter { !$0.isNaN } },
          futureCovariates: series.futureCovariates.map { Array($0[rows]) }))
    }
    switch settings.sharing {
    case .all:
      shared = Samples(joining: samples).fit(settings.scaling, frame.schema)
    case .series:
      for (series, samples) in zip(frame.series, samples) {
        scales[series.id ?? ""] = samples.fit(settings.scaling, frame.schema)
      }
    }
  }

  /// A series of `frame`, prepared.
  ///
  /// A series that did not occur in training, where each has its own scale, is scaled by all of its own rows.
  ///
  /// - Parameter ahead: The rows past the end for which the calendar is to be known.
  public func prepared(
    _ series: Series, of frame: SeriesFrame, ahead: Int = 1
  ) throws(PreparationError) -> PreparedSeries {
    let transformed = try settings.transform.applied(to: series, of: frame)
    let scales =
      shared ?? self.scales[series.id ?? ""] ?? self.scales[""] ?? ownScales(series, transformed, frame.schema)
    let channels = [series.targets.count, series.pastCovariates.count, series.futureCovariates.count]
    let expected = [scales.targets.count, scales.pastCovariates.count, scales.futureCovariates.count]
    guard channels == expected else {
      throw .differentChannels(
        series: frame.name(of: series), expected: expected.reduce(0, +), found: channels.reduce(0, +))
    }
    let calendar = settings.calendar.flatMap { $0.channels(of: series.time, count: series.count + ahead) }
    return PreparedSeries(
      series, transformed: transformed, transform: settings.transform, scales: scales, calendar: calendar)
  }

  /// All series of `frame`, prepared.
  public func prepared(_ frame: SeriesFrame) throws(PreparationError) -> [PreparedSeries] {
    var prepared: [PreparedSeries] = []
    for series in frame.series { prepared.append(try self.prepared(series, of: frame)) }
    return prepared
  }

  /// The normalisation of windows, where the settings ask for it.
  public var windowNormalization: WindowNormalization? {
    settings.scaling == .window ? WindowNormalization(epsilon: settings.windowOffset) : nil
  }

  private func ownScales(_ series: Series, _ transformed: [[Double]], _ schema: SeriesSchema) -> ChannelScales {
    Samples(
      targets: transformed.map { $0.filter { !$0.isNaN } },
      pastCovariates: series.pastCovariates.map { $0.filter { !$0.isNaN } },
      futureCovariates: series.futureCovariates
    ).fit(settings.scaling, schema)
  }
}

extension Transform {
  /// The transformed targets of a series.
  fileprivate func applied(to series: Series, of frame: SeriesFrame) throws(PreparationError) -> [[Double]] {
    var transformed: [[Double]] = []
    for (channel, values) in series.targets.enumerated() {
      if requiresPositive, let row = values.firstIndex(where: { $0 <= 0 }) {
        throw .notPositive(
          file: frame.file, line: series.line(of: row), column: frame.schema.targets[channel], value: values[row])
      }
      transformed.append(applied(to: values))
    }
    return transformed
  }
}

/// The values that scales are fitted to, channel by channel.
private struct Samples {
  var targets: [[Double]]
  var pastCovariates: [[Double]]
  var futureCovariates: [[Double]]

  init(targets: [[Double]], pastCovariates: [[Double]], futureCovariates: [[Double]]) {
    self.targets = targets
    self.pastCovariates = pastCovariates
    self.futureCovariates = futureCovariates
  }

  /// The values of several series, as if they were one.
  init(joining samples: [Samples]) {
    func join(_ kind: KeyPath<Samples, [[Double]]>) -> [[Double]] {
      (samples.first?[keyPath: kind] ?? []).indices.map { channel in samples.flatMap { $0[keyPath: kind][channel] } }
    }
    targets = join(\.targets)
    pastCovariates = join(\.pastCovariates)
    futureCovariates = join(\.futureCovariates)
  }

  func fit(_ scaling: Scaling, _ schema: SeriesSchema) -> ChannelScales {
    let isPastCategory = schema.isCategory(schema.pastCovariates)
    let isFutureCategory = schema.isCategory(schema.futureCovariates)
    return ChannelScales(
      targets: targets.map { AffineScale.fit(scaling, to: $0) },
      pastCovariates: zip(pastCovariates, isPastCategory).map { $1 ? .identity : AffineScale.fit(scaling, to: $0) },
      futureCovariates: zip(futureCovariates, isFutureCategory).map {
        $1 ? .identity : AffineScale.fit(scaling, to: $0)
      })
  }
}

extension SeriesSchema {
  /// Whether each channel of these columns is one of zeros and ones.
  fileprivate func isCategory(_ columns: [String]) -> [Bool] {
    columns.flatMap { name in Array(repeating: categories[name] != nil, count: categories[name]?.count ?? 1) }
  }
}
