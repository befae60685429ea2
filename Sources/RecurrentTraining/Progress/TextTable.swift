/// A table of text with aligned columns, for results.
///
/// ```
///                  RMSE    MAE
/// model           13.48  10.21
/// naive           48.04  36.17
/// ```
public struct TextTable: Sendable {
  /// Which side of a column is straight.
  public enum Alignment: Hashable, Sendable {
    /// For words.
    case left
    /// For numbers.
    case right
  }

  private var rows: [[String]]
  private let alignments: [Alignment]

  /// A table with a row of titles. The first column is aligned to the left, the others to the right, unless said
  /// otherwise.
  public init(_ titles: [String], alignments: [Alignment]? = nil) {
    precondition(alignments.map { $0.count == titles.count } ?? true, "one alignment for each title")
    rows = [titles]
    self.alignments = alignments ?? titles.indices.map { $0 == 0 ? .left : .right }
  }

  /// Adds a row; cells that are left out at its end are empty.
  public mutating func append(_ cells: [String]) {
    precondition(cells.count <= alignments.count, "\(cells.count) cells for \(alignments.count) columns")
    rows.append(cells + Array(repeating: "", count: alignments.count - cells.count))
  }

  /// The table, each row ending in a newline; the titles are in bold where the terminal has it.
  public func text(on terminal: Terminal? = nil) -> String {
    let widths = alignments.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.enumerated().map { index, row in
      var line = zip(row.indices, row).map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return alignments[column] == .left ? cell + padding : padding + cell
      }.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return (index == 0 ? terminal?.styled(line, .bold) ?? line : line) + "\n"
    }.joined()
  }
}
