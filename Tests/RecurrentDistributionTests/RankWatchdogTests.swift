import Synchronization
import Testing

@testable import RecurrentDistribution

@Suite struct RankWatchdogTests {
  /// A watchdog over beats and a clock that the test sets, and the line with which it has ended the job.
  private final class Scene: Sendable {
    let now = Guarded(100.0)
    let line = Guarded<String?>(nil)
    let view: Guarded<RankView>
    let watchdog: RankWatchdog

    init(ranks: Int = 3, limit: Double = 60, courtesy: Double = 0) {
      let now = now
      let line = line
      view = Guarded(RankView(beats: (0..<ranks).map { RankBeat(rank: $0, time: 100) }))
      watchdog = RankWatchdog(
        limit: limit,
        .init(
          clock: { now.read { $0 } }, hostNames: ["a", "b", "c"], courtesy: courtesy, view: view, isOver: { false },
          end: { text in line.change { $0 = $0 ?? text } }))
    }

    /// Lets seconds pass, in which these ranks are heard of.
    func pass(seconds: Int, beatsOf ranks: [Int] = [0, 1, 2], looking: Bool = true) {
      for _ in 0..<seconds {
        let time = now.change { now in
          now += 1
          return now
        }
        view.change { view in for rank in ranks where view.beats.indices.contains(rank) { view.beats[rank].time = time }
        }
        if looking { watchdog.look() }
      }
    }

    var told: String? { line.read { $0 } }
  }

  @Test func whileAllBeatAndNoStepIsExpectedNothingHappens() {
    let scene = Scene()
    scene.pass(seconds: 1000)
    #expect(scene.told == nil)
  }

  @Test func aSilentRankEndsTheJobAfterTheLimit() {
    let scene = Scene()
    scene.view.change { $0.beats[2].steps = 7 }
    scene.pass(seconds: 59, beatsOf: [0, 1])
    #expect(scene.told == nil)
    scene.pass(seconds: 1, beatsOf: [0, 1])
    #expect(
      scene.told
        == "rank 2 on c, 7 steps done, gives no sign of life for 60 s; "
        + "the job ends here; look at that process and go on with --resume")
  }

  @Test func aRankThatComesBackIsForgiven() {
    let scene = Scene()
    scene.pass(seconds: 50, beatsOf: [0, 1])
    scene.pass(seconds: 1)
    scene.pass(seconds: 50, beatsOf: [0, 1])
    #expect(scene.told == nil)
  }

  @Test func otherRanksLetRankZeroTellFirst() {
    let scene = Scene(courtesy: 3)
    scene.pass(seconds: 62, beatsOf: [1, 2])
    #expect(scene.told == nil)
    scene.pass(seconds: 1, beatsOf: [1, 2])
    #expect(scene.told?.hasPrefix("rank 0 on a, 0 steps done, gives no sign of life for 63 s") == true)
  }

  @Test func aRankThatLivesButDoesNotComeIsNamed() {
    let scene = Scene()
    scene.watchdog.stepEnded()
    scene.view.change { view in
      for rank in 0..<3 { (view.beats[rank].steps, view.beats[rank].calls) = (1, rank == 1 ? 4 : 5) }
    }
    scene.pass(seconds: 59)
    #expect(scene.told == nil)
    scene.pass(seconds: 1)
    #expect(scene.told?.hasPrefix("rank 1 on b, 1 steps done, keeps the others waiting for 60 s;") == true)
  }

  @Test func whereNobodyIsBehindThatIsSaid() {
    let scene = Scene()
    scene.watchdog.stepEnded()
    scene.pass(seconds: 60)
    #expect(scene.told?.hasPrefix("no step has ended for 60 s on any rank, and none is behind the others;") == true)
  }

  @Test func slowStepsAreGivenTwentyTimesTheirMedian() {
    let scene = Scene()
    for _ in 0..<6 {
      scene.watchdog.stepEnded()
      scene.pass(seconds: 10)
    }
    // The last step ended 10 s ago.
    scene.pass(seconds: 189)
    #expect(scene.told == nil)
    scene.pass(seconds: 1)
    #expect(scene.told != nil)
  }

  @Test func withoutStepsForAWhileOnlySilenceCounts() {
    let scene = Scene()
    scene.watchdog.stepEnded()
    scene.watchdog.pause()
    scene.pass(seconds: 300)
    #expect(scene.told == nil)
    scene.watchdog.stepEnded()
    scene.pass(seconds: 60)
    #expect(scene.told != nil)
  }

  @Test func whoeverWasItselfStoppedBlamesNobody() {
    let scene = Scene()
    scene.watchdog.stepEnded()
    scene.pass(seconds: 2)
    // The whole job was suspended for an hour.
    scene.pass(seconds: 3600, beatsOf: [], looking: false)
    scene.watchdog.look()
    #expect(scene.told == nil)
    scene.pass(seconds: 59, beatsOf: [0, 1])
    #expect(scene.told == nil)
    scene.pass(seconds: 1, beatsOf: [0, 1])
    #expect(scene.told?.hasPrefix("rank 2 ") == true)
  }

  @Test func whoHasLeftIsNotMissed() {
    let scene = Scene()
    scene.view.change { $0.beats[1].time = .infinity }
    scene.pass(seconds: 200, beatsOf: [0, 2])
    #expect(scene.told == nil)
    #expect(scene.view.read { $0.longestSilence(at: 300) } == 0)
  }
}

@Suite struct RankViewTests {
  @Test func theLongestSilentRankIsBehindWhateverOthersHaveDone() {
    let view = RankView(beats: [
      RankBeat(rank: 0, steps: 3, calls: 9, time: 50), RankBeat(rank: 1, steps: 2, calls: 1, time: 49),
      RankBeat(rank: 2, steps: 3, calls: 9, time: 40),
    ])
    #expect(view.laggard(at: 50) == Laggard(rank: 2, steps: 3, silence: 10))
    #expect(view.laggard(at: 44)?.rank == 1)
  }

  @Test func otherRanksBelieveRankZeroUnlessItIsSilent() {
    var view = RankView(beats: [RankBeat(rank: 0, time: 50)])
    #expect(view.laggard(at: 51) == nil)
    view.told = Laggard(rank: 2, steps: 4, silence: nil)
    #expect(view.laggard(at: 51)?.rank == 2)
    #expect(view.laggard(at: 56)?.rank == 0)
  }

  @Test func messagesKeepWhatTheySay() {
    let room = UnsafeMutablePointer<Int64>.allocate(capacity: BeatMessage.wordCount)
    defer { room.deallocate() }
    func passed(_ message: BeatMessage) -> BeatMessage {
      message.write(to: room)
      return BeatMessage(room)
    }
    let beat = passed(.beat(steps: 3, calls: 17))
    #expect((beat.kind, beat.steps, beat.calls) == (.beat, 3, 17))
    for laggard in [nil, Laggard(rank: 0, steps: 2, silence: nil), Laggard(rank: 5, steps: 0, silence: 7.25)] {
      #expect(passed(.laggard(laggard)).laggard == laggard)
    }
    #expect(passed(.leave).kind == .leave)
  }
}
