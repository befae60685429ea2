import CRecurrentKernels
import RecurrentTensor

/// The gradients of the shares of one rank, added up in the order of a fixed binary tree.
///
/// The leaves of the tree are the shares of the whole batch, a power of two of them; a node is the sum of its two children.
/// Which numbers are added, and in which order, depends on the number of shares only: a rank adds up the nodes whose leaves
/// are all its own, and between ranks the same tree goes on. As shares come in their order, at most one node of each size
/// waits for its sibling, as in a counter in binary.
struct PartialSums {
  /// A node of the tree.
  struct Node: Hashable {
    /// 0 for a leaf.
    let level: Int
    /// Which node of its level.
    let index: Int

    var isRightChild: Bool { index % 2 == 1 }
    var sibling: Node { Node(level: level, index: index ^ 1) }
    var parent: Node { Node(level: level + 1, index: index / 2) }
  }

  /// The nodes that cannot be added to each other yet, and their sums.
  private(set) var waiting: [(node: Node, sum: Tensor)] = []
  private var spare: [Tensor] = []

  /// The nodes that a rank's shares add up to, from left to right.
  static func nodes(of shares: Range<Int>) -> [Node] {
    var nodes: [Node] = []
    for share in shares {
      var node = Node(level: 0, index: share)
      while node.isRightChild, nodes.last == node.sibling {
        nodes.removeLast()
        node = node.parent
      }
      nodes.append(node)
    }
    return nodes
  }

  /// Forgets all sums but keeps their memory for the next step.
  mutating func removeAll() {
    spare += waiting.map(\.sum)
    waiting.removeAll()
  }

  /// How many of the waiting nodes a share completes.
  func completedCount(by share: Int) -> Int {
    var node = Node(level: 0, index: share)
    var count = 0
    while node.isRightChild, count < waiting.count, waiting[waiting.count - 1 - count].node == node.sibling {
      node = node.parent
      count += 1
    }
    return count
  }

  /// Adds a part of the gradients of a share to the nodes that it completes.
  ///
  /// - Parameters:
  ///   - range: Which elements.
  ///   - gradients: Those of the share.
  ///   - count: How many nodes the share completes.
  func add(_ range: Range<Int>, of gradients: Tensor, completing count: Int) {
    var source = gradients
    for (_, sum) in waiting.suffix(count).reversed() {
      let start = range.lowerBound * sum.elementType.stride
      sum.kernels.pointee.add_scaled(Int64(range.count), 1, source.pointer + start, sum.mutablePointer + start)
      source = sum
    }
  }

  /// The memory of all nodes that there are when a share is added up.
  ///
  /// - Parameters:
  ///   - gradients: Those of the share.
  ///   - count: How many nodes the share completes.
  func memory(with gradients: Tensor, completing count: Int) -> [Tensor] {
    let sums = waiting.map(\.sum)
    return count == 0 ? sums + [gradients] : sums.dropLast(count - 1)
  }

  /// Hands the sum of all shares over, in exchange for memory of the same size.
  mutating func takeResult(returning memory: Tensor) -> Tensor {
    let result = waiting[0].sum
    spare.append(memory)
    spare += waiting.dropFirst().map(\.sum)
    waiting.removeAll()
    return result
  }

  /// Ends a share all of whose gradients were added, and takes the memory of the gradients.
  ///
  /// - Returns: Memory of the same size for the gradients of the next share; nil where there is none yet.
  mutating func end(_ share: Int, _ gradients: Tensor) -> Tensor? {
    var node = Node(level: 0, index: share)
    var sum = gradients
    while node.isRightChild, waiting.last?.node == node.sibling, let completed = waiting.popLast() {
      spare.append(sum)
      sum = completed.sum
      node = node.parent
    }
    waiting.append((node, sum))
    return spare.popLast()
  }
}
