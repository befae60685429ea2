/// How often each true class was taken for each class, as a picture: a row for each true class, a column for each predicted
/// one. Right answers are blue and wrong ones vermilion, the darker the larger their share of the row.
public struct ConfusionMatrixChart: Sendable {
  /// What stands above the picture.
  public var title: String
  /// A smaller line below the title; empty for none.
  public var subtitle: String
  /// The names of the classes, N.
  public var classes: [String]
  /// The counts, `counts[true class][predicted class]`, N rows of N.
  public var counts: [[Int]]

  /// Makes a picture of N rows of N counts.
  public init(title: String, subtitle: String = "", classes: [String], counts: [[Int]]) {
    precondition(
      counts.count == classes.count && counts.allSatisfy { $0.count == classes.count },
      "\(classes.count) classes need as many rows and columns")
    self.title = title
    self.subtitle = subtitle
    self.classes = classes
    self.counts = counts
  }

  /// The picture as the text of an SVG file. The same matrix gives the same text.
  public func svg() -> String { ConfusionMatrixDrawing(self).svg() }

  /// Writes the picture as the SVG file at `path`, complete or not at all.
  public func write(to path: String) throws(FileError) {
    try AtomicFile.write(svg(), to: path)
  }
}
