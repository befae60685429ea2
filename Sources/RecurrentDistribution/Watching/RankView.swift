/// What a rank last said of itself.
struct RankBeat: Hashable, Sendable {
  /// Which rank.
  let rank: Int
  /// Steps that it has ended.
  var steps = 0
  /// Calls that its program has made of the communicator. All ranks make the same ones: who has made fewer is behind.
  var calls = 0
  /// When it was heard of; infinity where it has taken its leave.
  var time: Double
}

/// The rank for which the others wait.
struct Laggard: Hashable, Sendable {
  /// Which rank.
  let rank: Int
  /// Steps that it has ended.
  let steps: Int
  /// Seconds without a sign of life; nil where its process is alive, but does not come to where the others wait.
  let silence: Double?
}

/// What a rank knows of the others: rank 0 hears all of them, the others hear rank 0, and from it who is behind.
struct RankView: Sendable {
  /// The last beats of those that this rank hears.
  var beats: [RankBeat]
  /// Whom rank 0 takes for the one behind.
  var told: Laggard?

  /// Beats come every second; who has missed several of them is silent.
  static let silentSeconds = 5.0

  /// The longest time for which nothing was heard of a rank.
  func longestSilence(at now: Double) -> Double { beats.map { now - $0.time }.max() ?? 0 }

  /// The rank for which the others wait, as far as this one can tell.
  func laggard(at now: Double) -> Laggard? {
    if let silent = beats.min(by: { $0.time < $1.time }), now - silent.time > Self.silentSeconds {
      return Laggard(rank: silent.rank, steps: silent.steps, silence: now - silent.time)
    }
    if let told { return told }
    guard let last = beats.min(by: { $0.calls < $1.calls }), beats.contains(where: { $0.calls > last.calls }) else {
      return nil
    }
    return Laggard(rank: last.rank, steps: last.steps, silence: nil)
  }

  /// Takes all ranks for alive: whoever was itself stopped cannot have heard them.
  mutating func forgive(at now: Double) {
    for index in beats.indices { beats[index].time = max(now, beats[index].time) }
  }
}
