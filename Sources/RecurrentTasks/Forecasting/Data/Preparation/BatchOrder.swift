/// The order in which examples are visited in an epoch.
public enum BatchOrder {
  /// The numbers from 0 up to `count` in random order (Fisher and Yates; Durstenfeld 1964).
  ///
  /// - Parameter next: gives a random number from 0 up to its argument. When it is a function of seed and epoch alone, so is
  ///   the order, and a resumed run goes on as if it had not been stopped.
  public static func shuffled(_ count: Int, next: (_ upperBound: Int) -> Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      let other = next(last + 1)
      precondition(0...last ~= other, "\(other) is not below \(last + 1)")
      order.swapAt(last, other)
    }
    return order
  }

  /// `order` cut into batches of `size`; the last may be smaller.
  public static func batches(_ order: [Int], size: Int) -> [ArraySlice<Int>] {
    precondition(size > 0, "a batch has at least one example")
    return stride(from: 0, to: order.count, by: size).map { order[$0..<min($0 + size, order.count)] }
  }
}
