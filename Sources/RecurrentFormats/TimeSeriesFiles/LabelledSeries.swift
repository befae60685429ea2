/// Labelled sequences of vectors, as a file of signals holds them: all steps one after another, and where each sequence
/// begins and ends.
///
/// Readers of `.ts` files, of CSV files and of raw frames all give this.
public struct LabelledSeries: Sendable {
  /// One sequence.
  public struct Item: Hashable, Sendable {
    /// The label as it is written; nil where the file has none.
    public var label: String?
    /// Which steps of the whole are its own.
    public var steps: Range<Int>
    /// The values of the other columns that were asked for, in their order.
    public var attributes: [String]
    /// Where it stands in its file.
    public var place: TextLocation

    /// A sequence.
    public init(label: String?, steps: Range<Int>, attributes: [String] = [], place: TextLocation) {
      self.label = label
      self.steps = steps
      self.attributes = attributes
      self.place = place
    }
  }

  /// What the features of a step are called, C names.
  public var channels: [String]
  /// The steps, C numbers each.
  public var values: [Float] = []
  /// The sequences.
  public var items: [Item] = []
  /// Rows that were left out.
  public var skipped = SkippedRows()

  /// No sequences.
  public init(channels: [String]) { self.channels = channels }

  /// The number of steps of all sequences together.
  public var stepCount: Int { channels.isEmpty ? 0 : values.count / channels.count }

  /// Adds a sequence given channel by channel, each with as many numbers as the first.
  mutating func append(channelMajor columns: [[Float]], label: String?, attributes: [String] = [], place: TextLocation)
  {
    let first = stepCount
    let count = columns.first?.count ?? 0
    values.reserveCapacity(values.count + count * columns.count)
    for step in 0..<count {
      for column in columns { values.append(column[step]) }
    }
    items.append(Item(label: label, steps: first..<first + count, attributes: attributes, place: place))
  }
}

/// Why a file of labelled sequences cannot be used: which, where, and how to mend it, in one line.
public enum LabelledSeriesError: Error, Sendable, Equatable {
  /// The file cannot be read as text.
  case file(TextFileError)
  /// The bytes of a file cannot be read.
  case input(InputError)
  /// The file is not a table.
  case table(TableError)
  /// There is no sequence in the file.
  case empty(file: String)
  /// Something at a place is not as it has to be.
  case malformed(TextLocation, problem: String, mend: String)
  /// Something about a whole file is not as it has to be.
  case unusable(file: String, problem: String, mend: String)
}

extension LabelledSeriesError: CustomStringConvertible {
  /// One line: what, where, and the mend.
  public var description: String { message.printable(limit: 2000) }

  private var message: String {
    switch self {
    case .file(let error): error.description
    case .input(let error): error.description
    case .table(let error): error.description
    case .empty(let file): "\(file): there is no sequence in the file; check that it is the right one"
    case .malformed(let place, let problem, let mend): "\(place): \(problem); \(mend)"
    case .unusable(let file, let problem, let mend): "\(file): \(problem); \(mend)"
    }
  }
}
