import Synchronization

/// How far the program of this rank is, counted by its own threads and told by the thread that communicates.
final class RankProgress: Sendable {
  private let stepCount = Atomic<Int>(0)
  private let callCount = Atomic<Int>(0)

  var steps: Int { stepCount.load(ordering: .relaxed) }
  var calls: Int { callCount.load(ordering: .relaxed) }

  func countStep() { stepCount.add(1, ordering: .relaxed) }
  func countCall() { callCount.add(1, ordering: .relaxed) }
}
