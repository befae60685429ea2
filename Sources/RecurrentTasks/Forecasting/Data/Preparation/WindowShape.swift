/// The shape of the windows that are cut from series.
public struct WindowShape: Sendable, Hashable, Codable {
  /// At which steps of a window a model is asked for a forecast.
  public enum Labels: String, Sendable, Codable, CaseIterable {
    /// At every step, for the rows after it.
    case every
    /// At the last step only.
    case last
  }

  /// The rows a model looks back on.
  public let lookBack: Int
  /// The rows it foretells.
  public let horizon: Int
  /// The rows from one window to the next.
  public let stride: Int
  /// At which steps it is asked.
  public let labels: Labels

  /// The largest look-back, horizon and stride, so that no arithmetic on them overflows.
  public static let limit = 1_000_000

  /// A shape.
  ///
  /// - Throws: `PreparationError.invalidWindow` for a number that is not 1 to `limit`.
  public init(lookBack: Int, horizon: Int = 1, stride: Int = 1, labels: Labels = .last) throws(PreparationError) {
    for (setting, value) in [("look-back", lookBack), ("horizon", horizon), ("stride", stride)]
    where !(1...WindowShape.limit ~= value) {
      throw .invalidWindow(setting: setting, value: value)
    }
    self.lookBack = lookBack
    self.horizon = horizon
    self.stride = stride
    self.labels = labels
  }

  /// Reads the four settings and checks them.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      lookBack: container.decode(Int.self, forKey: .lookBack), horizon: container.decode(Int.self, forKey: .horizon),
      stride: container.decode(Int.self, forKey: .stride), labels: container.decode(Labels.self, forKey: .labels))
  }

  /// The steps of a window at which there is a label.
  public var labelCount: Int { labels == .every ? lookBack : 1 }

  /// Checks that every part of every series has rows enough for at least one window.
  ///
  /// The windows of the validation and test part may look back into the part before; those of the training part may not, and the
  /// rows a transform loses are lost to it.
  ///
  /// - Parameter rowsBefore: The rows that must be known before a forecast; nil for the look-back alone.
  /// - Throws: `SplitError.tooFewRows`.
  public func check(
    _ frame: SeriesFrame, _ parts: [Parts], lostRows: Int, rowsBefore: Int? = nil
  ) throws(SplitError) {
    let history = rowsBefore ?? lookBack
    for (series, parts) in zip(frame.series, parts) {
      let name = frame.name(of: series)
      let lost = max(0, lostRows - parts.train.lowerBound)
      let reason =
        (history > lookBack ? "look-back with lags \(history)" : "look-back \(lookBack)") + " + horizon \(horizon)"
        + (lost > 0 ? " + \(lost) lost to differencing" : "")
      let needed = lost + history + horizon
      if parts.train.count < needed {
        throw .tooFewRows(series: name, part: .train, rows: parts.train.count, needed: needed, reason: reason)
      }
      for part in [Part.validation, .test] where !parts[part].isEmpty && parts[part].count < horizon {
        throw .tooFewRows(
          series: name, part: part, rows: parts[part].count, needed: horizon, reason: "horizon \(horizon)")
      }
    }
  }
}
