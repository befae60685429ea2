import CMPIRuntime

/// The calls of MPI that the communicator makes, each until it is done. All are made by the thread that communicates.
// Unchecked: after `start` only the thread that communicates touches what can change, and `start` itself runs there.
final class MPICalls: @unchecked Sendable {
  let library: MPILibrary
  private(set) var rank = 0
  private(set) var size = 1
  /// What is done now and then while a call waits for others.
  var attend: () -> Void = {}
  /// Whether threads wait for what these calls, or those after them, give.
  let awaiting = Awaiting()

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

  /// An exchange is made of messages of at most so many bytes, of which some are under way at the same time. Over a network
  /// MPI asks the other side before it sends what is longer, and the network lies idle meanwhile: Open MPI does so from 64 KiB
  /// on, what it adds itself included. Within a host it makes no difference.
  private static let messageSize = 60 << 10
  /// Messages under way in each direction: enough for any network, and a limit for what waits at a peer that is not there yet.
  private static let messagesUnderWay = 32

  func exchange(
    _ sent: UnsafeRawBufferPointer, _ received: UnsafeMutableRawBufferPointer, with peer: Int
  ) throws(CommunicationError) {
    var requests: [mpi_handle] = []
    var doneCount = 0
    for start in stride(from: 0, to: max(sent.count, received.count), by: Self.messageSize) {
      while requests.count - doneCount >= 2 * Self.messagesUnderWay {
        try wait(for: &requests[doneCount])
        doneCount += 1
      }
      if let base = received.baseAddress, start < received.count {
        let count = Int32(min(Self.messageSize, received.count - start))
        var request = mpi_handle()
        let code = mpi_runtime_receive(runtime, mpi_channel_work, base + start, count, Int32(peer), &request)
        try check(code, "MPI_Irecv")
        requests.append(request)
      }
      if let base = sent.baseAddress, start < sent.count {
        let count = Int32(min(Self.messageSize, sent.count - start))
        var request = mpi_handle()
        let code = mpi_runtime_send(runtime, mpi_channel_work, base + start, count, Int32(peer), &request)
        try check(code, "MPI_Isend")
        requests.append(request)
      }
    }
    for index in doneCount..<requests.count { try wait(for: &requests[index]) }
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

  func allGather(_ own: [UInt8]) throws(CommunicationError) -> [[UInt8]] {
    let head = GatheringHead.bytes(of: own)
    let heads = GatheringHead(
      try gather(head, counts: [Int32](repeating: Int32(GatheringHead.byteCount), count: size)))
    let counts = try heads.counts(largest: Int(mpi_runtime_largest_count))
    if let contents = heads.contents(counts) { return contents }
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
      patience.pause(awaiting)
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
