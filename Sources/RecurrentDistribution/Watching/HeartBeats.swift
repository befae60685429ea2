import CMPIRuntime

/// The signs of life that ranks give each other beside their work: every rank to rank 0 and rank 0 to every rank, once a
/// second. All is done by the thread that communicates.
final class HeartBeats {
  private let calls: MPICalls
  private let progress: RankProgress
  private let view: Guarded<RankView>
  private let peers: [Peer]
  private var nextLook = 0.0
  private var nextBeat = 0.0
  private var isEnding = false

  static let secondsBetweenBeats = 1.0
  private static let secondsBetweenLooks = 0.1

  init(_ calls: MPICalls, progress: RankProgress, view: Guarded<RankView>) {
    self.calls = calls
    self.progress = progress
    self.view = view
    let ranks = calls.size == 1 ? [] : calls.rank == 0 ? Array(1..<calls.size) : [0]
    peers = ranks.map(Peer.init)
    let now = MonotonicTime.now
    view.change { view in
      // Rank 0 compares the others with itself.
      view.beats = (calls.rank == 0 ? [0] + ranks : ranks).map { RankBeat(rank: $0, time: now) }
    }
    // Errors of single beats are no reason to end a job: who is not heard is missed in time.
    for peer in peers { try? listen(to: peer) }
  }

  /// Listens, and gives a sign of life when it is time.
  func attend() {
    let now = MonotonicTime.now
    guard now >= nextLook, !isEnding else { return }
    nextLook = now + Self.secondsBetweenLooks
    try? hear(at: now)
    if now >= nextBeat {
      nextBeat = now + Self.secondsBetweenBeats
      let message = message(at: now)
      for peer in peers { try? send(message, to: peer) }
    }
  }

  /// Takes leave of the others, so that no message is under way when MPI ends.
  func end() throws(CommunicationError) {
    isEnding = true
    let patience = Patience()
    func wait(until isDone: () throws(CommunicationError) -> Bool) throws(CommunicationError) {
      while try !isDone() {
        calls.attend()
        patience.pause(calls.awaiting)
      }
    }
    func leave() throws(CommunicationError) {
      for peer in peers {
        try wait { () throws(CommunicationError) in try isSent(to: peer) }
        try send(.leave, to: peer)
        try wait { () throws(CommunicationError) in try isSent(to: peer) }
      }
    }
    // Rank 0 leaves last: it has heard then that nobody else sends any more.
    if calls.rank != 0 { try leave() }
    try wait { () throws(CommunicationError) in
      try hear(at: MonotonicTime.now)
      return peers.allSatisfy(\.hasLeft)
    }
    if calls.rank == 0 { try leave() }
  }

  private func message(at now: Double) -> BeatMessage {
    guard calls.rank == 0 else { return .beat(steps: progress.steps, calls: progress.calls) }
    return view.change { view in
      view.beats[0].steps = progress.steps
      view.beats[0].calls = progress.calls
      view.beats[0].time = now
      return .laggard(view.laggard(at: now))
    }
  }
}

extension HeartBeats {
  private func listen(to peer: Peer) throws(CommunicationError) {
    let code = mpi_runtime_receive(
      calls.library.runtime, mpi_channel_beats, peer.received, Int32(BeatMessage.byteCount), Int32(peer.rank),
      &peer.receiving)
    try calls.check(code, "MPI_Irecv")
  }

  private func hear(at now: Double) throws(CommunicationError) {
    for peer in peers where !peer.hasLeft {
      while try calls.isDone(&peer.receiving) {
        let message = BeatMessage(peer.received)
        note(message, from: peer.rank, at: now)
        peer.hasLeft = message.kind == .leave
        if peer.hasLeft { break }
        try listen(to: peer)
      }
    }
  }

  private func note(_ message: BeatMessage, from rank: Int, at now: Double) {
    view.change { view in
      guard let index = view.beats.firstIndex(where: { $0.rank == rank }) else { return }
      view.beats[index].time = now
      switch message.kind {
      case .beat: (view.beats[index].steps, view.beats[index].calls) = (message.steps, message.calls)
      case .laggard: view.told = message.laggard
      // Whoever has left is not missed.
      case .leave: view.beats[index].time = .infinity
      }
    }
  }

  private func isSent(to peer: Peer) throws(CommunicationError) -> Bool {
    if peer.isSending, try calls.isDone(&peer.sending) { peer.isSending = false }
    return !peer.isSending
  }

  /// Sends a message unless the one before is still under way, which is so where a peer has stopped.
  private func send(_ message: BeatMessage, to peer: Peer) throws(CommunicationError) {
    guard try isSent(to: peer) else { return }
    message.write(to: peer.sent)
    let code = mpi_runtime_send(
      calls.library.runtime, mpi_channel_beats, peer.sent, Int32(BeatMessage.byteCount), Int32(peer.rank), &peer.sending
    )
    try calls.check(code, "MPI_Isend")
    peer.isSending = true
  }

  /// A rank that beats are exchanged with, and the memory that MPI reads and writes meanwhile.
  private final class Peer {
    let rank: Int
    let received = UnsafeMutablePointer<Int64>.allocate(capacity: BeatMessage.wordCount)
    let sent = UnsafeMutablePointer<Int64>.allocate(capacity: BeatMessage.wordCount)
    var receiving = mpi_handle()
    var sending = mpi_handle()
    var isSending = false
    var hasLeft = false

    // The memory is never given back: a job that breaks off leaves messages under way.
    init(rank: Int) { self.rank = rank }
  }
}

/// What ranks tell each other once a second.
struct BeatMessage: Hashable {
  /// What a message says.
  enum Kind: Int64 {
    /// How far the sender is.
    case beat
    /// Who is behind.
    case laggard
    /// That no more will come.
    case leave
  }

  static let wordCount = 4
  static let byteCount = wordCount * 8

  let kind: Kind
  private let first: Int64
  private let second: Int64
  private let third: Int64

  private init(_ kind: Kind, _ first: Int64 = 0, _ second: Int64 = 0, _ third: Int64 = 0) {
    (self.kind, self.first, self.second, self.third) = (kind, first, second, third)
  }

  static func beat(steps: Int, calls: Int) -> BeatMessage { .init(.beat, Int64(steps), Int64(calls)) }
  static let leave = BeatMessage(.leave)

  /// Who is behind, in whole milliseconds; nobody is rank -1, and who is not silent has been so for -1 ms.
  static func laggard(_ laggard: Laggard?) -> BeatMessage {
    .init(
      .laggard, Int64(laggard?.rank ?? -1), Int64(laggard?.steps ?? 0), laggard?.silence.map { Int64($0 * 1000) } ?? -1)
  }

  var steps: Int { Int(first) }
  var calls: Int { Int(second) }
  var laggard: Laggard? {
    first < 0 ? nil : Laggard(rank: Int(first), steps: Int(second), silence: third < 0 ? nil : Double(third) / 1000)
  }

  init(_ words: UnsafePointer<Int64>) {
    self.init(Kind(rawValue: words[0]) ?? .beat, words[1], words[2], words[3])
  }

  func write(to words: UnsafeMutablePointer<Int64>) {
    (words[0], words[1], words[2], words[3]) = (kind.rawValue, first, second, third)
  }
}
