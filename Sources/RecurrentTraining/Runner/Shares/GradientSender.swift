import RecurrentDistribution
import RecurrentLayers
import RecurrentTensor

/// Hands the gradients of the last share of a rank to the thread that communicates, block by block, while the way back is
/// still under way in the layers below.
///
/// Where blocks begin is a function of the model alone, so that all ranks add up the same blocks in the same order, however
/// their ways back went. They come from the end of the model to its beginning, as a way back goes. A table is a block of its
/// own, of which only the rows travel that were looked up.
final class GradientSender: GradientListener {
  /// A block has at least so many elements, 1 MiB of single precision, so that it takes longer to send than to begin.
  static let blockSize = 1 << 18
  /// Tables of fewer elements travel with other gradients: to tell which rows come takes as long as to send them all.
  static let smallestTable = 1 << 14

  private let total: TreeSum
  private var sums: PartialSums?
  private let share: Int
  private let tables: Set<Int>
  private let announcement: StepAnnouncement
  private var ticket: TreeSum.Ticket?
  private var gradients: Gradients?
  /// Whether the gradient of each parameter is complete.
  private var isComplete: [Bool] = []
  /// The parameters before this one are not all complete.
  private var nextParameter = 0
  /// What is left to be handed over ends here.
  private var end = 0

  /// Prepares for the last share of a rank.
  ///
  /// - Parameters:
  ///   - share: Its number.
  ///   - sums: Those of all shares before it.
  ///   - tables: Which parameters are tables.
  ///   - total: Adds up what ranks have.
  ///   - announcement: Is sent before the first block.
  init(
    _ share: Int, after sums: PartialSums, tables: Set<Int>, to total: TreeSum,
    announcing announcement: StepAnnouncement
  ) {
    self.total = total
    self.sums = sums
    self.share = share
    self.tables = tables
    self.announcement = announcement
  }

  func begin(_ gradients: Gradients) {
    self.gradients = gradients
    announcement.send(gradients.statistics)
    isComplete = Array(repeating: false, count: gradients.count)
    nextParameter = gradients.count
    end = gradients.layout.total
  }

  func gradientIsComplete(ofLeaf leaf: Int) {
    guard let layout = gradients?.layout else { return }
    isComplete[leaf] = true
    while nextParameter > 0, isComplete[nextParameter - 1] {
      nextParameter -= 1
      let start = layout.offsets[nextParameter]
      let shape = layout.shapes[nextParameter]
      if tables.contains(nextParameter), shape.elementCount >= Self.smallestTable {
        let tableEnd = start + shape.elementCount
        handOver(tableEnd..<end)
        handOver(start..<tableEnd, rowLength: shape.elementCount / shape[0])
        end = start
      } else if nextParameter == 0 || end - start >= Self.blockSize {
        handOver(start..<end)
        end = start
      }
    }
  }

  /// Hands everything over that is complete all at once.
  func handOverAll(_ gradients: Gradients) {
    begin(gradients)
    for leaf in (0..<gradients.count).reversed() { gradientIsComplete(ofLeaf: leaf) }
  }

  /// Waits until all blocks are summed, and lets go of the memory of the gradients.
  func finish() throws(CommunicationError) {
    gradients = nil
    sums = nil
    if let ticket { try total.wait(for: ticket) }
  }

  private func handOver(_ block: Range<Int>, rowLength: Int = 1) {
    guard let flat = gradients?.flat, let sums, !block.isEmpty else { return }
    let completed = sums.completedCount(by: share)
    sums.add(block, of: flat, completing: completed)
    // The memory stays where it is until all blocks are summed, which `finish` waits for.
    let parts = sums.memory(with: flat, completing: completed).map { sum in
      UnsafeMutableRawBufferPointer(
        start: sum.mutablePointer + block.lowerBound * sum.elementType.stride,
        count: block.count * sum.elementType.stride)
    }
    ticket = total.submit(parts, rowLength: rowLength)
  }
}

/// Finds the tables among the trainable parameters of a model.
struct TableFinder: ModuleVisitor {
  /// Their places in the visit.
  private(set) var tables: Set<Int> = []
  private var count = 0

  mutating func visit(_ name: StaticString, _ parameter: inout Parameter) {
    guard parameter.isTrainable else { return }
    if parameter.isTable { tables.insert(count) }
    count += 1
  }
}
