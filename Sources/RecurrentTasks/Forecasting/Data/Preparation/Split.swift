/// How long a part of a series is, or when it begins.
///
/// As text: `0.2` or `20%` is a fraction of the rows, `48` a number of rows, and anything else (`2017-01-01`) the time of
/// the first row.
public enum PartSize: Sendable, Hashable {
  /// A fraction of all rows, above 0 and below 1.
  case fraction(Double)
  /// A number of rows, at least 1.
  case rows(Int)
  /// Begins at the first row that is not before this time.
  case from(String)
}

extension PartSize: LosslessStringConvertible {
  /// The size as text.
  public var description: String {
    switch self {
    case .fraction(let fraction): fraction.description
    case .rows(let rows): String(rows)
    case .from(let time): time
    }
  }

  /// The size that a text means; `nil` for one that is empty, not positive, or a fraction of 1 and more.
  public init?(_ description: String) {
    if let rows = Int(description) {
      guard rows > 0 else { return nil }
      self = .rows(rows)
    } else if description.hasSuffix("%"), let percent = Double(description.dropLast()) {
      guard percent > 0, percent < 100 else { return nil }
      self = .fraction(percent / 100)
    } else if let fraction = Double(description) {
      guard fraction > 0, fraction < 1 else { return nil }
      self = .fraction(fraction)
    } else {
      guard !description.isEmpty else { return nil }
      self = .from(description)
    }
  }
}

extension PartSize: Codable {
  /// Reads the text that `description` gives.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let size = PartSize(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no size of a part")
    }
    self = size
  }

  /// Writes `description`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// How a series is divided, in the order of time, into training, validation and test part.
///
/// When the length of the training part is given, parts are laid out from the first row: a test part without size takes all
/// that is left, one with a size leaves later rows unused. Otherwise they are laid out from the last row back: the test
/// part at the end, the validation part before it, and the training part has the rest. A part without size is empty, but
/// for those that take the rest. Boundaries between fractions are rounded down: of 144 rows, 0.8 is 115.
public struct Split: Sendable, Hashable, Codable {
  /// The training part; `nil`: the rest.
  public var train: PartSize?
  /// The validation part; `nil`: none.
  public var validation: PartSize?
  /// The test part; `nil`: the rest after a training part of given length, otherwise none.
  public var test: PartSize?

  /// A division into parts of these sizes.
  public init(train: PartSize? = nil, validation: PartSize? = nil, test: PartSize? = nil) {
    self.train = train
    self.validation = validation
    self.test = test
  }
}

/// The rows of each part of a series.
public struct Parts: Sendable, Hashable, Codable {
  /// The rows to learn from.
  public var train: Range<Int>
  /// The rows to choose by; may be empty.
  public var validation: Range<Int>
  /// The rows to report on; may be empty.
  public var test: Range<Int>

  /// Parts with these rows.
  public init(train: Range<Int>, validation: Range<Int>, test: Range<Int>) {
    self.train = train
    self.validation = validation
    self.test = test
  }

  /// The rows of one part.
  public subscript(part: Part) -> Range<Int> {
    switch part {
    case .train: train
    case .validation: validation
    case .test: test
    }
  }
}
