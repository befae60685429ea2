/// Rows of a file that a reader has left out, by reason: nothing is left out silently.
public struct SkippedRows: Hashable, Sendable {
  /// Rows that were left out for one reason.
  public struct Group: Hashable, Sendable {
    /// Why, as a plural: "blank lines".
    public let reason: String
    /// How many.
    public var count: Int
    /// Where the first of them stands.
    public let first: TextLocation
  }

  /// The rows by reason, in the order in which the reasons were met.
  public private(set) var groups: [Group] = []

  /// No rows.
  public init() {}

  /// Counts one row more.
  ///
  /// - Parameters:
  ///   - reason: Why it is left out, as a plural: "blank lines".
  ///   - place: Where it stands.
  public mutating func add(_ reason: String, at place: TextLocation) {
    if let index = groups.firstIndex(where: { $0.reason == reason }) {
      groups[index].count += 1
    } else {
      groups.append(Group(reason: reason, count: 1, first: place))
    }
  }

  /// Takes in the rows of another file.
  public mutating func add(_ other: SkippedRows) {
    for group in other.groups {
      if let index = groups.firstIndex(where: { $0.reason == group.reason }) {
        groups[index].count += group.count
      } else {
        groups.append(group)
      }
    }
  }

  /// How many rows were left out.
  public var count: Int { groups.reduce(0) { $0 + $1.count } }

  /// One line for each reason: "3 rows skipped: blank lines (the first at a.tsv:7)".
  public var notes: [String] {
    groups.map { group in
      "\(group.count) \(group.count == 1 ? "row" : "rows") skipped: \(group.reason) "
        + "(\(group.count == 1 ? "" : "the first ")at \(group.first.file.printable(limit: 400)):\(group.first.line))"
    }
  }
}
