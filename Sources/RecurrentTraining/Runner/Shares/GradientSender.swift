import RecurrentDistribution
import RecurrentLayers
import RecurrentTensor
import Synchronization

/// Hands the gradients of the last share of a rank to the thread that communicates, block by block, while the way back is
/// still under way in the layers below.
///
/// Where blocks begin is a function of the model alone, so that all ranks add up the same blocks in the same order, however
/// their ways back went. They come from the end of the model to its beginning, as a way back goes.
final class GradientSender: GradientListener {
  /// A block has at least so many elements, 1 MiB of single precision, so that it takes longer to send than to begin.
  static let blockSize = 1 << 18

  private let communicator: any Communicator
  private let plan: SharePlan
  private var sums: PartialSums?
  private let share: Int
  private let failure = FailureBox()
  private var gradients: Gradients?
  /// Whether the gradient of each parameter is complete.
  private var isComplete: [Bool] = []
  /// The parameters before this one are not all complete.
  private var nextParameter = 0
  /// What is left to be handed over ends here.
  private var end = 0

  /// Prepares for the last share of a rank.
  ///
  /// - Parameter sums: Those of all shares before it.
  init(_ communicator: any Communicator, _ plan: SharePlan, after sums: PartialSums) {
    self.communicator = communicator
    self.plan = plan
    self.sums = sums
    share = plan.own.upperBound - 1
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

  /// Lets go of the memory of the gradients.
  ///
  /// - Throws: What went wrong while blocks were summed. All of them must have been by now.
  func finish() throws(CommunicationError) {
    gradients = nil
    sums = nil
    if let error = failure.error { throw error }
  }

  private func handOver(_ block: Range<Int>) {
    guard let flat = gradients?.flat, let sums, !block.isEmpty else { return }
    let completed = sums.completedCount(by: share)
    sums.add(block, of: flat, completing: completed)
    let tree = RankTree(communicator, plan, kernels: flat.kernels)
    let parts = zip(PartialSums.nodes(of: plan.own), sums.memory(with: flat, completing: completed)).map { node, sum in
      RankTree.Part(
        node: node,
        memory: UnsafeMutableRawBufferPointer(
          start: sum.mutablePointer + block.lowerBound * sum.elementType.stride,
          count: block.count * sum.elementType.stride))
    }
    let failure = failure
    // The memory stays where it is until the message at the end of the step has come, which this thread waits for.
    communicator.submit {
      do throws(CommunicationError) {
        if failure.error == nil { try tree.sum(parts, count: block.count) }
      } catch {
        failure.error = error
      }
    }
  }
}

/// What went wrong on the thread that communicates.
private final class FailureBox: Sendable {
  private let first = Mutex<CommunicationError?>(nil)

  var error: CommunicationError? {
    get { first.withLock { $0 } }
    set { first.withLock { $0 = $0 ?? newValue } }
  }
}
