import CRecurrentKernels
import RecurrentDistribution
import RecurrentTensor

/// Adds up over ranks what the shares of each have added up to, along the same tree as within a rank.
///
/// A node whose leaves lie on several ranks is added up by the rank that has its first leaf; the sum of all goes from rank 0
/// to everybody. So any number of ranks makes the same sum, bit for bit.
// Unchecked: the table of kernels never changes.
struct RankTree: @unchecked Sendable {
  private let communicator: any Communicator
  private let plan: SharePlan
  private let kernels: UnsafePointer<rk_kernels>

  /// A node that is held in the memory of a block of gradients.
  struct Part: @unchecked Sendable {
    // Unchecked: while a block is summed, nobody else reads or writes it.
    let node: PartialSums.Node
    let memory: UnsafeMutableRawBufferPointer
  }

  init(_ communicator: any Communicator, _ plan: SharePlan, kernels: UnsafePointer<rk_kernels>) {
    self.communicator = communicator
    self.plan = plan
    self.kernels = kernels
  }

  /// Adds up a block.
  ///
  /// - Parameters:
  ///   - parts: The nodes that this rank's shares add up to, from left to right. The first one's memory receives the sum.
  ///   - count: The elements of the block.
  func sum(_ parts: [Part], count: Int) throws(CommunicationError) {
    let result = parts[0].memory
    var held: [PartialSums.Node: UnsafeMutableRawBufferPointer] = [:]
    for part in parts { held[part.node] = part.memory }
    let received = UnsafeMutableRawBufferPointer.allocate(byteCount: result.count, alignment: 64)
    defer { received.deallocate() }
    var level = 0
    while 1 << level < plan.count {
      for index in stride(from: 0, to: plan.count >> level, by: 2) {
        let left = PartialSums.Node(level: level, index: index)
        try join(left, &held, receivingIn: received, count: count)
      }
      level += 1
    }
    try communicator.broadcast(result, from: 0)
  }

  /// Makes the sum of a node and its sibling at the rank that holds the node.
  private func join(
    _ left: PartialSums.Node, _ held: inout [PartialSums.Node: UnsafeMutableRawBufferPointer],
    receivingIn room: UnsafeMutableRawBufferPointer, count: Int
  ) throws(CommunicationError) {
    let (owner, giver) = (rank(of: left), rank(of: left.sibling))
    if owner == communicator.rank {
      // Where all leaves are the rank's own the sum was made while they were computed.
      guard let sum = held.removeValue(forKey: left), let target = sum.baseAddress else { return }
      var source = UnsafeMutableRawPointer?.none
      if giver == owner {
        source = held.removeValue(forKey: left.sibling)?.baseAddress
      } else {
        try communicator.exchange(UnsafeRawBufferPointer(start: nil, count: 0), room, with: giver)
        source = room.baseAddress
      }
      if let source { kernels.pointee.add_scaled(Int64(count), 1, source, target) }
      held[left.parent] = sum
    } else if giver == communicator.rank, let sum = held.removeValue(forKey: left.sibling) {
      try communicator.exchange(
        UnsafeRawBufferPointer(sum), UnsafeMutableRawBufferPointer(start: nil, count: 0), with: owner)
    }
  }

  /// The rank that has the first leaf of a node.
  private func rank(of node: PartialSums.Node) -> Int {
    let leaf = node.index << node.level
    return (0..<communicator.size).last { BatchShare($0, of: communicator.size).range(of: plan.count).lowerBound <= leaf }
      ?? 0
  }
}
