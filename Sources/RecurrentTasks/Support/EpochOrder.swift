import RecurrentTensor
import Synchronization

/// The random order of the examples of an epoch: a pure function of epoch and key, kept while its batches are made.
final class EpochOrder: Sendable {
  private struct Order: Sendable {
    let epoch: Int
    let key: RandomKey
    let numbers: [Int]
  }

  private let last = Mutex<Order?>(nil)

  /// The numbers from 0 up to `count` in the order of an epoch.
  ///
  /// - Parameter arrange: What is made of the random order, once for each epoch.
  func numbers(
    below count: Int, inEpoch epoch: Int, key: RandomKey, arrange: ([Int]) -> [Int] = { $0 }
  ) -> [Int] {
    last.withLock { last in
      if let last, last.epoch == epoch, last.key == key, last.numbers.count == count { return last.numbers }
      let numbers = arrange(key.folding(.shuffle).folding(epoch).permutation(of: count))
      last = Order(epoch: epoch, key: key, numbers: numbers)
      return numbers
    }
  }
}
