import Testing

@testable import RecurrentDistribution

@Suite struct OwnThreadTests {
  /// No address space has room for such a stack: the system refuses the thread as it does where a process has as many as it may.
  private static let impossibleStack = 1 << 50

  @Test func aThreadThatTheSystemRefusesIsAnError() throws {
    let error = try #require(
      #expect(throws: CommunicationError.self) { try OwnThread(stackSize: Self.impossibleStack) {} })
    guard case .threadRefused = error else {
      Issue.record(error)
      return
    }
    #expect(error.description.contains("ulimit -u"))
  }

  @Test func whatTheThreadWouldHaveRunIsLetGo() {
    final class Witness: Sendable {}
    weak var witness: Witness?
    do {
      let held = Witness()
      witness = held
      _ = try? OwnThread(stackSize: Self.impossibleStack) { _ = held }
    }
    #expect(witness == nil)
  }

  @Test func aThreadKnowsItself() throws {
    let outcome = Guarded<Bool?>(nil)
    let mine = Guarded<OwnThread?>(nil)
    let thread = try OwnThread {
      let isCurrent = mine.wait { $0 }.isCurrent
      outcome.change { $0 = isCurrent }
    }
    mine.change { $0 = thread }
    #expect(outcome.wait { $0 })
    #expect(!thread.isCurrent)
  }
}
