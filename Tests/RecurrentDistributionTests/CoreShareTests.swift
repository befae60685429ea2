import Testing

@testable import RecurrentDistribution

@Suite struct CoreShareTests {
  @Test func coresAreSharedAmongThoseThatUseThem() {
    #expect(CoreShare.threads(of: 8, amongRanks: 1) == 8)
    #expect(CoreShare.threads(of: 8, amongRanks: 3) == 2)
    #expect(CoreShare.threads(of: 2, amongRanks: 4) == 1)
  }

  @Test func setsOverlapWhereTheyHaveACoreInCommon() {
    #expect(CoreShare.overlap([0b0011, 0], [0b0110, 0]))
    #expect(!CoreShare.overlap([0b0011, 1], [0b1100, 2]))
  }
}
