/// A window of a series: the look-back ends before row `origin`, which is the first row to foretell.
public struct Window: Sendable, Hashable {
  /// The place of its series.
  public var series: Int
  /// The first row to foretell from its last step.
  public var origin: Int

  /// The window of series `series` whose last step foretells from `origin` on.
  public init(series: Int, origin: Int) {
    self.series = series
    self.origin = origin
  }
}

/// All windows of one part of some series, in the order of series and time.
///
/// Step `s` of a window stands at row `r = origin - lookBack + s`. It reads the targets and past covariates of row `r` and the future
/// covariates of the rows `r + 1` to `r + horizon`, and foretells the targets of these rows. Nothing it reads is unknown at
/// row `r`.
public struct WindowSet: Sendable {
  /// The series the windows are cut from.
  public let series: [PreparedSeries]
  /// The shape of the windows.
  public let shape: WindowShape
  /// What windows show beside their rows.
  public let features: WindowFeatures
  /// How each window is normalised, if at all.
  public let normalization: WindowNormalization?

  private let rows: [Range<Int>]
  /// The first origin of each series.
  private let firstOrigins: [Int]
  /// The number of windows of all series before each, and of all.
  private let offsets: [Int]

  /// The windows whose labels lie in `rows`.
  ///
  /// - Parameters:
  ///   - series: prepared series.
  ///   - rows: for each series, the rows of the part.
  ///   - looksBackBefore: whether look-backs may begin before the part: as a rule not for training, and yes for validation
  ///     and test, where the rows before are known.
  ///   - features: what windows show beside their rows.
  ///   - normalization: how each window is normalised.
  /// - Throws: `PreparationError.normalizedLabelsAtEveryStep`.
  public init(
    _ series: [PreparedSeries], rows: [Range<Int>], shape: WindowShape, looksBackBefore: Bool,
    features: WindowFeatures = WindowFeatures(), normalization: WindowNormalization? = nil
  ) throws(PreparationError) {
    precondition(series.count == rows.count, "rows for every series")
    if normalization != nil, shape.labels == .every { throw .normalizedLabelsAtEveryStep }
    self.series = series
    self.rows = rows
    self.shape = shape
    self.features = features
    self.normalization = normalization
    var firstOrigins: [Int] = []
    var offsets = [0]
    for (series, rows) in zip(series, rows) {
      let firstInput = looksBackBefore ? series.firstRow : Swift.max(series.firstRow, rows.lowerBound)
      let first = Swift.max(
        rows.lowerBound, firstInput + shape.lookBack,
        series.firstRow + features.rowsBefore(lookBack: shape.lookBack))
      let last = Swift.min(rows.upperBound, series.count) - shape.horizon
      let count = last < first ? 0 : (last - first) / shape.stride + 1
      firstOrigins.append(first)
      offsets.append(offsets[offsets.count - 1] + count)
    }
    self.firstOrigins = firstOrigins
    self.offsets = offsets
  }

  /// The numbers of the windows of one series.
  public func positions(ofSeries number: Int) -> Range<Int> { offsets[number]..<offsets[number + 1] }

  /// The steps of a window whose labels lie wholly in the part: all of them in training; in a part that windows look back
  /// from, early steps may foretell rows of the part before, and are not to be counted in its errors.
  public func scoredSteps(of window: Window) -> Range<Int> {
    guard shape.labels == .every else { return shape.lookBack - 1..<shape.lookBack }
    let firstStep = rows[window.series].lowerBound - 1 - (window.origin - shape.lookBack)
    return Swift.max(0, firstStep)..<shape.lookBack
  }
}

extension WindowSet: RandomAccessCollection {
  /// 0.
  public var startIndex: Int { 0 }

  /// The number of windows.
  public var endIndex: Int { offsets[offsets.count - 1] }

  /// The window at a place.
  public subscript(position: Int) -> Window {
    precondition(indices.contains(position), "window \(position) of \(count)")
    var low = 0
    var high = series.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if offsets[middle] <= position { low = middle } else { high = middle - 1 }
    }
    return Window(series: low, origin: firstOrigins[low] + (position - offsets[low]) * shape.stride)
  }
}
