import RecurrentTensor
import Testing

@testable import RecurrentDistribution

@Suite struct GatheringHeadTests {
  private static let largest = 1 << 30

  /// What ranks send that say they have so many bytes.
  private func heads(saying counts: [Int]) -> GatheringHead {
    GatheringHead(
      counts.flatMap { count in
        withUnsafeBytes(of: Int64(count).littleEndian, Array.init)
          + [UInt8](repeating: 7, count: GatheringHead.byteCount - 8)
      })
  }

  @Test(arguments: [0, 1, 300, GatheringHead.room]) func whatIsShortArrivesAtOnce(count: Int) throws {
    let messages = [[UInt8](repeating: 1, count: count), [], [9, 8]]
    let bytes = messages.map { GatheringHead.bytes(of: $0) }
    #expect(bytes.allSatisfy { $0.count == GatheringHead.byteCount })
    let heads = GatheringHead(bytes.flatMap { $0 })
    let counts = try heads.counts(largest: Self.largest)
    #expect(counts == messages.map(\.count))
    #expect(heads.contents(counts) == messages)
  }

  @Test func whatIsLongNeedsASecondRound() throws {
    let long = [UInt8](repeating: 3, count: GatheringHead.room + 1)
    let heads = GatheringHead(GatheringHead.bytes(of: [1]) + GatheringHead.bytes(of: long))
    let counts = try heads.counts(largest: Self.largest)
    #expect(counts == [1, GatheringHead.room + 1])
    #expect(heads.contents(counts) == nil)
  }

  @Test(arguments: [-1, .min, .max, (1 << 30) + 1]) func impossibleCountsOfAnotherRankAreErrors(count: Int) {
    #expect(throws: CommunicationError.impossibleCount(count, peer: 1)) {
      try heads(saying: [4, count, 4]).counts(largest: Self.largest)
    }
  }

  @Test func moreThanMPITakesIsAnError() {
    #expect(throws: CommunicationError.self) { try heads(saying: [1 << 29, 1 << 29, 1]).counts(largest: Self.largest) }
    #expect(throws: Never.self) { try heads(saying: [1 << 29, 1 << 29, 0]).counts(largest: Self.largest) }
  }

  /// Bytes of another version of the program may be anything: an error, or counts that can be.
  @Test func anyBytesAreReadWithoutATrap() throws {
    let key = RandomKey(seed: 11)
    for attempt in 0..<200 {
      let bytes = (0..<3 * GatheringHead.byteCount).map { place in
        place % GatheringHead.byteCount < 8 && attempt % 2 == 0 && place % GatheringHead.byteCount > 1
          ? 0 : UInt8(key.folding(attempt).integer(at: place, below: 256))
      }
      let heads = GatheringHead(bytes)
      do throws(CommunicationError) {
        let counts = try heads.counts(largest: Self.largest)
        #expect(counts.count == 3 && counts.allSatisfy { (0...Self.largest).contains($0) })
        #expect(heads.contents(counts).map { $0.map(\.count) == counts } ?? true)
      } catch {
        guard case .impossibleCount = error else {
          Issue.record(error)
          continue
        }
      }
    }
  }
}
