public import RecurrentTensor

/// Sums blocks of numbers over all ranks in the order of a `SummationTree`, while the program goes on computing.
///
/// ```swift
/// let sum = TreeSum(communicator, tree)
/// let ticket = sum.submit([gradientOfLastLayer])
/// // … the gradient of the layer below …
/// try sum.wait(for: ticket)
/// ```
///
/// All ranks submit blocks of the same counts in the same order. Where the number of ranks is a power of two, halves of
/// a block are exchanged and summed, then halves of those (recursive halving), and the sums come back the same way
/// (recursive doubling): each rank sends and receives about twice the block, whatever their number. Two ranks, and more of
/// them where a block is small, exchange whole blocks, which takes half as many messages. Any other number of ranks cuts a
/// block into one segment for each, which that rank sums from all the subtrees.
public final class TreeSum: Sendable {
  private let type: ElementType
  private let meter = TrafficMeter()
  private let communicator: any Communicator
  private let tree: SummationTree
  private let outcomes = Guarded(Outcomes())

  private struct Outcomes {
    var submitted = 0
    var done = 0
    var failure: CommunicationError?
  }

  /// A block that is being summed.
  public struct Ticket: Hashable, Sendable {
    let number: Int
  }

  /// Sums numbers of a type over the ranks of a communicator.
  public init(_ communicator: any Communicator, _ tree: SummationTree, of type: ElementType = .float32) {
    precondition(tree.rankCount == communicator.size, "the tree is for \(tree.rankCount) ranks")
    self.type = type
    self.communicator = communicator
    self.tree = tree
  }

  /// Sums a block, and returns when it is done: for work that was submitted to the communicator.
  ///
  /// - Parameters:
  ///   - parts: The sums of this rank's subtrees in the order of `SummationTree.subtrees(ofRank:)`, each of the same
  ///     count. The first gets the sum over all ranks; the others hold nothing of use afterwards.
  ///   - rowLength: Numbers in a row of a table: of such blocks only the rows travel that are not zero. The sum is the
  ///     same, bit for bit, and the same length is given at all ranks.
  public func sum(_ parts: [UnsafeMutableRawBufferPointer], rowLength: Int = 1) throws(CommunicationError) {
    precondition(
      parts.count == tree.subtrees(ofRank: communicator.rank).count, "a part is wanted for each subtree of the rank")
    precondition(parts.allSatisfy { $0.count == parts[0].count }, "all parts have the same count")
    if tree.rankCount == 1 || parts[0].isEmpty { return }
    let exchange = BlockExchange(communicator, type, rowLength: rowLength, meter)
    if tree.rankCount & (tree.rankCount - 1) == 0 {
      try exchange.sumInPairs(parts[0])
    } else {
      try exchange.sumInSegments(parts, tree)
    }
  }

  /// Begins to sum a block.
  ///
  /// - Parameters:
  ///   - parts: As for `sum`. They must stay where they are, and are not touched by others, until the wait is over.
  ///   - rowLength: As for `sum`.
  /// - Returns: What to wait for.
  public func submit(_ parts: [UnsafeMutableRawBufferPointer], rowLength: Int = 1) -> Ticket {
    let number = outcomes.change { outcomes in
      outcomes.submitted += 1
      return outcomes.submitted
    }
    let block = SharedBlock(parts: parts)
    communicator.submit { [self] in
      // After a failure ranks no longer agree on what comes next.
      var failure = outcomes.read { $0.failure }
      if failure == nil {
        let start = MonotonicTime.now
        do throws(CommunicationError) { try sum(block.parts, rowLength: rowLength) } catch { failure = error }
        meter.count(seconds: MonotonicTime.now - start)
      }
      outcomes.change { outcomes in
        outcomes.done = number
        outcomes.failure = failure
      }
    }
    return Ticket(number: number)
  }

  /// What the blocks summed so far have taken.
  public var traffic: Traffic { meter.traffic }

  /// Waits until a block, and all that were submitted before it, are summed.
  public func wait(for ticket: Ticket) throws(CommunicationError) {
    let failure: CommunicationError? = communicator.waiting {
      outcomes.wait { outcomes in outcomes.done >= ticket.number ? .some(outcomes.failure) : nil }
    }
    if let failure { throw failure }
  }
}

/// Parts of a block on their way to another thread, whose owner does not touch them meanwhile.
// Unchecked: the owner waits for the ticket before it looks at the memory again.
private struct SharedBlock: @unchecked Sendable {
  let parts: [UnsafeMutableRawBufferPointer]
}
