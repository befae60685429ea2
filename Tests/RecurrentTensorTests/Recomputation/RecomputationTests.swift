import Testing

@testable import RecurrentTensor

@Suite struct RecomputationTests {
  @Test func segmentsCoverTimeInTheOrderOfTheWalk() {
    let forward = TimeSegments(of: 23, lengths: nil, isReversed: false, segmentSteps: 5, chunkSteps: 3)
    #expect(forward.ranges == [0..<5, 5..<11, 11..<17, 17..<23])
    let backward = TimeSegments(of: 23, lengths: nil, isReversed: true, segmentSteps: 5, chunkSteps: 3)
    #expect(backward.ranges == [18..<23, 12..<18, 6..<12, 0..<6])
  }

  /// Borders count from the last real step of the longest row: padding must not move them.
  @Test func paddingIsApart() {
    let forward = TimeSegments(of: 20, lengths: [3, 9, 0], isReversed: false, segmentSteps: 4, chunkSteps: 2)
    #expect(forward.ranges == [0..<1, 1..<5, 5..<9, 9..<13, 13..<17, 17..<20])
    let backward = TimeSegments(of: 20, lengths: [3, 9, 0], isReversed: true, segmentSteps: 4, chunkSteps: 2)
    #expect(backward.ranges == [17..<20, 13..<17, 9..<13, 8..<9, 4..<8, 0..<4])
  }

  @Test func sequencesOfOneSegmentStayWhole() {
    #expect(TimeSegments(of: 7, lengths: nil, isReversed: false, segmentSteps: 2, chunkSteps: 9).ranges == [0..<7])
    #expect(TimeSegments(of: 0, lengths: nil, isReversed: false, segmentSteps: 2, chunkSteps: 1).ranges == [0..<0])
    #expect(TimeSegments(of: 3, lengths: [0, 0], isReversed: true, segmentSteps: 9, chunkSteps: 4).count == 1)
  }

  /// T / S borders of the state beside S steps: least where both take the same.
  @Test func automaticSegmentsGrowWithTheRootOfTime() {
    func steps(_ count: Int) -> Int {
      Recomputation.automatic.segmentSteps(of: count, keptPerStep: 640, stateSize: 256)
    }
    #expect(steps(10_000) == 63)
    #expect(steps(40_000) == 126)
    #expect(Recomputation.never.segmentSteps(of: 50, keptPerStep: 1, stateSize: 1) == 50)
    #expect(Recomputation.segments(ofSteps: 8).segmentSteps(of: 50, keptPerStep: 1, stateSize: 1) == 8)
  }
}
