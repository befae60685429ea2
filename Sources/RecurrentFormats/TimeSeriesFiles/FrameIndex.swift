/// Labelled sequences from a file of raw frames and a CSV index that says where each begins: `…,label,…,first_row,rows`.
public struct FrameIndex: Hashable, Sendable {
  /// The column of the label; nil for none.
  public var label: String?
  /// The column of the first frame, from 0; nil finds the one whose name begins with `first`.
  public var first: String?
  /// The column of the number of frames; nil finds one called `rows`, `frames`, `samples`, `steps`, `count` or `length`.
  public var count: String?
  /// Other columns whose values are wanted.
  public var attributes: [String]

  private static let countNames: Set = ["rows", "frames", "samples", "steps", "count", "length"]

  /// Columns by name.
  public init(label: String?, first: String? = nil, count: String? = nil, attributes: [String] = []) {
    self.label = label
    self.first = first
    self.count = count
    self.attributes = attributes
  }

  /// Whether a table with these columns is an index.
  public static func matches(columns: [String]) -> Bool {
    columns.contains { $0.lowercased().hasPrefix("first") } && columns.contains { countNames.contains($0.lowercased()) }
  }

  /// Reads an index and the frames that it is of.
  ///
  /// - Parameters:
  ///   - path: The index, plain or gzip-compressed.
  ///   - frames: The frames, plain or gzip-compressed.
  ///   - format: How frames are written.
  /// - Throws: `LabelledSeriesError` with file and line.
  public func read(path: String, frames: String, _ format: FrameFormat) throws(LabelledSeriesError) -> LabelledSeries {
    let table = try SeriesTable(path: path, dialect: CSVDialect(header: .present))
    let start = try column(first, in: table, "the first frame of each sequence") { $0.hasPrefix("first") }
    let length = try column(count, in: table, "the number of frames") { FrameIndex.countNames.contains($0) }
    let place = try label.map { label throws(LabelledSeriesError) in try table.column(label) }
    let others = try table.columns(attributes)

    var series = LabelledSeries(channels: (1...format.channelCount).map(String.init))
    series.values = try RawFrames.read(path: frames, format)
    let frameCount = series.stepCount
    for (index, record) in table.records.enumerated() {
      let begin = try table.count(start, in: index)
      let (end, isTooLarge) = begin.addingReportingOverflow(try table.count(length, in: index))
      guard !isTooLarge, end <= frameCount else {
        throw .malformed(
          table.place(index), problem: "the sequence ends behind frame \(frameCount), the last of \(frames)",
          mend: "check that index and frames belong together, and the number of channels")
      }
      series.items.append(
        LabelledSeries.Item(
          label: place.map { record[$0] }, steps: begin..<end, attributes: others.map { record[$0] },
          place: table.place(index)))
    }
    return series
  }

  private func column(
    _ name: String?, in table: SeriesTable, _ meaning: String, _ isWanted: (String) -> Bool
  ) throws(LabelledSeriesError) -> Int {
    if let name { return try table.column(name) }
    let found = table.columns.indices.filter { isWanted(table.columns[$0].lowercased()) }
    guard found.count == 1, let column = found.first else {
      throw .unusable(
        file: table.file,
        problem: "\(found.isEmpty ? "no column" : "more than one column") looks like \(meaning) "
          + "(columns: \(table.columns.printableList()))", mend: "name it")
    }
    return column
  }
}
