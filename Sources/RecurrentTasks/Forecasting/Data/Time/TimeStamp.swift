/// A point in time of a series, without its written form.
///
/// For calendar times `value` is the number of seconds since 1970-01-01T00:00:00 on the clock that the data use (UTC where
/// they state an offset); for integer times and row numbers it is that integer.
public struct TimeStamp: Sendable, Hashable, Comparable, Codable {
  /// Seconds since 1970, or an integer.
  public var value: Int

  /// The time with this many seconds since 1970, or this integer.
  public init(_ value: Int) {
    self.value = value
  }

  /// Whether `a` is earlier than `b`.
  public static func < (a: TimeStamp, b: TimeStamp) -> Bool { a.value < b.value }

  /// Reads a number alone.
  public init(from decoder: any Decoder) throws {
    value = try decoder.singleValueContainer().decode(Int.self)
  }

  /// Writes a number alone.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }
}
