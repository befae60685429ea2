import Testing

@testable import RecurrentDistribution

@Suite struct PatienceTests {
  @Test func whileAThreadWaitsItIsLookedAtOnceForLonger() {
    #expect(Patience.sleep(after: 5e-6, isAwaited: false) == nil)
    #expect(Patience.sleep(after: 500e-6, isAwaited: false) != nil)
    #expect(Patience.sleep(after: 500e-6, isAwaited: true) == nil)
    #expect(Patience.sleep(after: 2e-3, isAwaited: true) != nil)
  }

  @Test(arguments: [false, true]) func littleOfTheTimeWaitedIsLost(isAwaited: Bool) throws {
    for waited in [1e-3, 2e-3, 0.1, 1, 100] {
      let sleep = try #require(Patience.sleep(after: waited, isAwaited: isAwaited))
      #expect(sleep <= waited / 8 && sleep <= 100e-6 && sleep > 0)
    }
  }
}
