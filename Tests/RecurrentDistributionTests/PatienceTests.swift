import Testing

@testable import RecurrentDistribution

@Suite struct PatienceTests {
  @Test func whileAThreadWaitsItIsLookedAtOnceForLonger() {
    #expect(Patience.sleep(after: 5e-6, isAwaited: false) == nil)
    #expect(Patience.sleep(after: 500e-6, isAwaited: false) != nil)
    #expect(Patience.sleep(after: 500e-6, isAwaited: true) == nil)
    #expect(Patience.sleep(after: 2e-3, isAwaited: true) != nil)
  }

  @Test func littleOfTheTimeWaitedIsLost() throws {
    for waited in [1e-3, 2e-3, 0.1, 1, 100] {
      let sleep = try #require(Patience.sleep(after: waited, isAwaited: true))
      #expect(sleep <= waited / 8 && sleep <= 100e-6 && sleep > 0)
    }
  }

  /// A look and the change of threads around it take some microseconds.
  @Test(arguments: [1e-3, 10e-3, 1]) func littleIsTakenFromTheProgramThatComputes(duration: Double) {
    var (time, looks) = (0.0, 0)
    while time < duration {
      time += Patience.sleep(after: time, isAwaited: false) ?? 5e-6
      looks += 1
    }
    #expect(Double(looks) * 5e-6 < 0.08 * duration, "\(looks) looks")
  }

  @Test func whoeverBeginsToWaitEndsTheSleep() throws {
    let awaiting = Awaiting()
    let isAsleep = Guarded(false)
    let seconds = Guarded<Double?>(nil)
    _ = try OwnThread {
      isAsleep.change { $0 = true }
      let start = MonotonicTime.now
      awaiting.sleepUnlessAwaited(seconds: 60)
      seconds.change { $0 = MonotonicTime.now - start }
    }
    _ = isAsleep.wait { $0 ? true : nil }
    #expect(!awaiting.isAwaited)
    let slept = awaiting.whileRunning { () -> Double in
      #expect(awaiting.isAwaited)
      return seconds.wait { $0 }
    }
    #expect(slept < 30)
    #expect(!awaiting.isAwaited)
  }
}
