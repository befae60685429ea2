import CMPIRuntime

/// The calls of MPI that the communicator makes, each until it is done. All are made by the thread that communicates.
// Unchecked: after `start` only the thread that communicates touches what can change, and `start` itself runs there.
final class MPICalls: @unchecked Sendable {
  let library: MPILibrary
  private(set) var rank = 0
  private(set) var size = 1
  /// What is done now and then while a call waits for others.
  var attend: () -> Void = {}

  private var runtime: OpaquePointer { library.runtime }

  init(_ library: MPILibrary) { self.library = library }

  /// Starts MPI for calls of this thread.
  func start() throws(CommunicationError) {
    if mpi_runtime_is_started(runtime) { throw .alreadyStarted }
    mpi_thread_sleep_exactly()
    var (rank, size) = (Int32(0), Int32(1))
    try check(mpi_runtime_start(runtime, &rank, &size), "MPI_Init_thread")
    (self.rank, self.size) = (Int(rank), Int(size))
  }

  /// Ends MPI.
  func finish() throws(CommunicationError) { try check(mpi_runtime_finish(runtime), "MPI_Finalize") }

  /// Ends all ranks.
  func abort(status: Int32) { _ = mpi_runtime_abort(runtime, status) }

  func exchange(
    _ sent: UnsafeRawBufferPointer, _ received: UnsafeMutableRawBufferPointer, with peer: Int
  ) throws(CommunicationError) {
    let largest = Int(mpi_runtime_largest_count)
    var offset = 0
    repeat {
      let sentCount = min(max(0, sent.count - offset), largest)
      let receivedCount = min(max(0, received.count - offset), largest)
      var (sending, receiving) = (mpi_handle(), mpi_handle())
      if receivedCount > 0, let base = received.baseAddress {
        let code = mpi_runtime_receive(
          runtime, mpi_channel_work, base + offset, Int32(receivedCount), Int32(peer), &receiving)
        try check(code, "MPI_Irecv")
      }
      if sentCount > 0, let base = sent.baseAddress {
        let code = mpi_runtime_send(runtime, mpi_channel_work, base + offset, Int32(sentCount), Int32(peer), &sending)
        try check(code, "MPI_Isend")
      }
      if sentCount > 0 { try wait(for: &sending) }
      if receivedCount > 0 { try wait(for: &receiving) }
      offset += largest
    } while offset < max(sent.count, received.count)
  }

  func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws(CommunicationError) {
    guard let base = bytes.baseAddress else { return }
    let largest = Int(mpi_runtime_largest_count)
    for offset in stride(from: 0, to: bytes.count, by: largest) {
      var request = mpi_handle()
      let count = Int32(min(largest, bytes.count - offset))
      try check(mpi_runtime_broadcast(runtime, base + offset, count, Int32(root), &request), "MPI_Ibcast")
      try wait(for: &request)
    }
  }

  /// Bytes of the first round of a gathering, in which come the length of what a rank has, and what is short.
  private static let firstRound = 512

  func allGather(_ own: [UInt8]) throws(CommunicationError) -> [[UInt8]] {
    let space = Self.firstRound - 8
    var first = withUnsafeBytes(of: Int64(own.count).littleEndian, Array.init) + own.prefix(space)
    first += [UInt8](repeating: 0, count: Self.firstRound - first.count)
    let heads = try gather(first, counts: [Int32](repeating: Int32(Self.firstRound), count: size))
    let places = (0..<size).map { $0 * Self.firstRound }
    let counts = places.map { place in heads[place..<(place + 8)].reversed().reduce(0) { $0 << 8 | Int($1) } }
    if counts.allSatisfy({ $0 <= space }) {
      return zip(places, counts).map { place, count in Array(heads[(place + 8)..<(place + 8 + count)]) }
    }
    let total = counts.reduce(0, +)
    guard total <= Int(mpi_runtime_largest_count) else {
      throw .failed(function: "MPI_Iallgatherv", message: "the ranks have \(total) bytes together, which is too many")
    }
    let all = try gather(own, counts: counts.map(Int32.init))
    var start = 0
    return counts.map { count in
      defer { start += count }
      return Array(all[start..<(start + count)])
    }
  }

  private func gather(_ own: [UInt8], counts: [Int32]) throws(CommunicationError) -> [UInt8] {
    let ends = counts.reduce(into: [Int32(0)]) { $0.append($0[$0.count - 1] + $1) }
    let places = ends.dropLast()
    let total = Int(ends[counts.count])
    // They must stay where they are while the call goes on, and be somewhere even where there are none.
    let mine = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, own.count))
    let all = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, total))
    let layout = UnsafeMutableBufferPointer<Int32>.allocate(capacity: 2 * size)
    defer {
      mine.deallocate()
      all.deallocate()
      layout.deallocate()
    }
    guard let mineStart = mine.baseAddress, let allStart = all.baseAddress, let layoutStart = layout.baseAddress else {
      return []
    }
    _ = mine.update(fromContentsOf: own)
    _ = layout.initialize(fromContentsOf: counts + places)
    var request = mpi_handle()
    let code = mpi_runtime_all_gather(
      runtime, mineStart, Int32(own.count), allStart, layoutStart, layoutStart + size, &request)
    try check(code, "MPI_Iallgatherv")
    try wait(for: &request)
    return Array(all.prefix(total))
  }

  func barrier() throws(CommunicationError) {
    var request = mpi_handle()
    try check(mpi_runtime_barrier(runtime, &request), "MPI_Ibarrier")
    try wait(for: &request)
  }

  /// Whether something that was begun is done.
  func isDone(_ request: inout mpi_handle) throws(CommunicationError) -> Bool {
    var flag: Int32 = 0
    try check(mpi_runtime_test(runtime, &request, &flag), "MPI_Test")
    return flag != 0
  }

  private func wait(for request: inout mpi_handle) throws(CommunicationError) {
    let patience = Patience()
    while try !isDone(&request) {
      attend()
      patience.pause()
    }
  }

  /// Turns a code into an error.
  func check(_ code: Int32, _ function: String) throws(CommunicationError) {
    if code == 0 { return }
    let text = UnsafeMutablePointer<CChar>.allocate(capacity: Int(mpi_runtime_largest_text))
    defer { text.deallocate() }
    mpi_runtime_explain(runtime, code, text)
    throw .failed(function: function, message: String(cString: text))
  }
}
