import CRecurrentKernels
import Foundation
import Synchronization
import Testing

extension ThreadSettingTests {
  @Suite(.serialized) struct ThreadTests {
    /// A number that the bodies of one call share.
    private final class Counter: Sendable {
      let value = Atomic(0)
      func add(_ amount: Int = 1) { value.add(amount, ordering: .sequentiallyConsistent) }
      var now: Int { value.load(ordering: .sequentiallyConsistent) }

      /// Waits until the counter has reached `count`; false when that takes longer than so many seconds.
      func reaches(_ count: Int, within seconds: Double = 0.2) -> Bool {
        let deadline = Date.now.addingTimeInterval(seconds)
        while now < count {
          if Date.now > deadline { return false }
          usleep(50)
        }
        return true
      }
    }

    @Test(arguments: [1, 2, 3, 8]) func everyIndexOnce(threads: Int32) {
      rk_set_threads(threads)
      defer { rk_set_threads(rk_default_threads()) }
      #expect(rk_threads() == threads)
      for count in [0, 1, 2, 3, 7, 64, 1001] {
        let seen = Mutex([Int](repeating: 0, count: count))
        parallelFor(count) { index in seen.withLock { $0[index] += 1 } }
        #expect(seen.withLock { $0.allSatisfy { $0 == 1 } }, "\(count)")
      }
    }

    /// As many bodies as threads meet, which they can only do when they run at the same time. Other tests may have the
    /// pool, hence several attempts.
    @Test(arguments: [2, 3, 8]) func bodiesRunAtTheSameTime(threads: Int32) {
      rk_set_threads(threads)
      defer { rk_set_threads(rk_default_threads()) }
      let met = (0..<20).contains { _ in
        let (arrived, together) = (Counter(), Counter())
        parallelFor(Int(threads)) { _ in
          arrived.add()
          if arrived.reaches(Int(threads)) { together.add() }
        }
        return together.now == Int(threads)
      }
      #expect(met)
    }

    /// With more threads than indices, and between calls, nobody runs a body twice or misses one.
    @Test func theCountChangesBetweenCalls() {
      defer { rk_set_threads(rk_default_threads()) }
      let sum = Counter()
      var expected = 0
      for call in 0..<300 {
        rk_set_threads(Int32(call % 5 + 1))
        let count = call * 7 % 13
        parallelFor(count) { index in sum.add(index + 1) }
        expected += count * (count + 1) / 2
        #expect(sum.now == expected)
      }
    }

    @Test func theCountIsKeptInRange() {
      defer { rk_set_threads(rk_default_threads()) }
      rk_set_threads(-3)
      #expect(rk_threads() == 1)
      rk_set_threads(.max)
      #expect(rk_threads() > 1 && rk_threads() <= 256)
    }

    @Test func defaultThreads() {
      #expect(rk_default_threads() >= 1)
      #expect(Int(rk_default_threads()) <= max(1, ProcessInfo.processInfo.activeProcessorCount))
    }

    /// A body that calls again does so on its own thread, also when the pool is free because one index needs no pool.
    @Test(arguments: [1, 20]) func nestedCallsRunOnTheirOwnThread(count: Int) {
      rk_set_threads(4)
      defer { rk_set_threads(rk_default_threads()) }
      let (sum, strangers) = (Counter(), Counter())
      parallelFor(count) { outer in
        let thread = currentThread()
        parallelFor(10) { inner in
          if currentThread() != thread { strangers.add() }
          usleep(10)
          sum.add(10 * outer + inner)
        }
      }
      #expect(sum.now == (10 * count - 1) * 10 * count / 2)
      #expect(strangers.now == 0)
    }

    /// While one caller's bodies hold the pool, a second caller gets all of its work done, on its own thread. Other tests
    /// may have the pool before the first caller, hence several attempts.
    @Test func aSecondCallerDoesNotWait() {
      rk_set_threads(2)
      defer { rk_set_threads(rk_default_threads()) }
      let held = (0..<20).contains { _ in
        let (arrived, finished, strangers, waited) = (Counter(), Counter(), Counter(), Counter())
        Thread.detachNewThread {
          guard arrived.reaches(2) else { return }
          let thread = currentThread()
          parallelFor(100) { _ in
            if currentThread() != thread { strangers.add() }
            finished.add()
          }
        }
        parallelFor(2) { _ in
          arrived.add()
          guard arrived.reaches(2) else { return }
          if finished.reaches(100, within: 5) { waited.add() }
        }
        guard arrived.now == 2, waited.now == 2 else { return false }
        #expect(strangers.now == 0)
        return true
      }
      #expect(held)
    }

    @Test func manyCallersAtOnce() {
      rk_set_threads(3)
      defer { rk_set_threads(rk_default_threads()) }
      let (sum, done) = (Counter(), Counter())
      for _ in 0..<4 {
        Thread.detachNewThread {
          for _ in 0..<200 { parallelFor(9) { index in sum.add(index + 1) } }
          done.add()
        }
      }
      #expect((0..<100).contains { _ in done.reaches(4) })
      #expect(sum.now == 4 * 200 * 45)
    }

    /// Denormal numbers are zero inside a body, on whichever thread, and the caller's own setting comes back.
    @Test(arguments: [1, 2, 8]) func denormals(threads: Int32) {
      rk_set_threads(threads)
      defer { rk_set_threads(rk_default_threads()) }
      #expect(!flushesDenormals())
      let flushing = Counter()
      parallelFor(64) { _ in
        parallelFor(1) { _ in }
        if flushesDenormals() { flushing.add() }
        usleep(20)
      }
      #expect(flushing.now == 64)
      #expect(!flushesDenormals())
    }
  }
}
