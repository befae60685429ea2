import RecurrentDistribution
import RecurrentLayers
import RecurrentTensor

/// Hands the gradients of the last share of a rank to the thread that communicates, block by block, while the way back is
/// still under way in the layers below.
///
/// Where blocks begin is a function of the model alone, so that all ranks add up the same blocks in the same order, however
/// their ways back went. They come from the end of the model to its beginning, as a way back goes.
final class GradientSender: GradientListener {
  /// A block has at least so many elements, 1 MiB of single precision, so that it takes longer to send than to begin.
  static let blockSize = 1 << 18

  private let total: TreeSum
  private var sums: PartialSums?
  private let share: Int
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
  ///   - total: Adds up what ranks have.
  init(_ share: Int, after sums: PartialSums, to total: TreeSum) {
    self.total = total
    self.sums = sums
    self.share = share
  }

  func begin(_ gradients: Gradients) {
    self.gradients = gradients
    isComplete = Array(repeating: false, count: gradients.count)
    nextParameter = gradients.count
    end = gradients.layout.total
  }

  func gradientIsComplete(ofLeaf leaf: Int) {
    guard let offsets = gradients?.layout.offsets else { return }
    isComplete[leaf] = true
    while nextParameter > 0, isComplete[nextParameter - 1] {
      nextParameter -= 1
      let start = offsets[nextParameter]
      if nextParameter == 0 || end - start >= Self.blockSize {
        handOver(start..<end)
        end = start
      }
    }
  }

  /// Waits until all blocks are summed, and lets go of the memory of the gradients.
  func finish() throws(CommunicationError) {
    gradients = nil
    sums = nil
    if let ticket { try total.wait(for: ticket) }
  }

  private func handOver(_ block: Range<Int>) {
    guard let flat = gradients?.flat, let sums, !block.isEmpty else { return }
    let completed = sums.completedCount(by: share)
    sums.add(block, of: flat, completing: completed)
    // The memory stays where it is until all blocks are summed, which `finish` waits for.
    ticket = total.submit(
      sums.memory(with: flat, completing: completed).map { sum in
        UnsafeMutableRawBufferPointer(
          start: sum.mutablePointer + block.lowerBound * sum.elementType.stride,
          count: block.count * sum.elementType.stride)
      })
  }
}
