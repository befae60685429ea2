/// Where a model looked while it wrote one sequence for another, as a picture: a column for each word of the source, a row
/// for each word that was written, and squares that are the darker the more weight the source's word had.
public struct AttentionChart: Sendable {
  /// What stands above the picture; empty for nothing.
  public var title: String
  /// A smaller line below the title; empty for none.
  public var subtitle: String
  /// The words of the source, T.
  public var source: [String]
  /// The words that were written, U.
  public var target: [String]
  /// The weight of each word of the source for each word that was written, 0 to 1: U rows of T.
  public var weights: [[Float]]
  /// What stands above the words of the source.
  public var sourceName = "source"
  /// What stands beside the words that were written.
  public var targetName = "target"

  /// Makes a picture of U rows of T weights.
  public init(title: String = "", subtitle: String = "", source: [String], target: [String], weights: [[Float]]) {
    precondition(
      weights.count == target.count && weights.allSatisfy { $0.count == source.count },
      "\(target.count) words for \(source.count) need as many rows and columns")
    self.title = title
    self.subtitle = subtitle
    self.source = source
    self.target = target
    self.weights = weights
  }

  /// The picture as the text of an SVG file. The same weights give the same text.
  public func svg() -> String { AttentionDrawing(self).svg() }

  /// Writes the picture as the SVG file at `path`, complete or not at all.
  public func write(to path: String) throws(FileError) {
    try AtomicFile.write(svg(), to: path)
  }
}
