/// Two neighbouring symbols that byte-pair encoding makes one, by their ids. What they become is the symbol that is written
/// as both of them.
public struct SymbolPair: Hashable, Sendable {
  /// The first one.
  public let left: Int32
  /// The one behind it.
  public let right: Int32

  /// A pair of ids, neither of them negative.
  public init(_ left: Int32, _ right: Int32) {
    precondition(left >= 0 && right >= 0, "an id is at least 0")
    self.left = left
    self.right = right
  }

  /// A number for each pair; pairs sort by their first id and then by their second.
  var key: UInt64 { UInt64(left) << 32 | UInt64(right) }

  /// The pair with a number.
  init(key: UInt64) {
    left = Int32(truncatingIfNeeded: key >> 32)
    right = Int32(truncatingIfNeeded: key)
  }
}
