import CRecurrentKernels
import RecurrentTensor

/// The two ways by which ranks sum a block in the order of a tree.
// Unchecked: the table of kernels never changes.
struct BlockExchange: @unchecked Sendable {
  private let communicator: any Communicator
  private let kernels: UnsafePointer<rk_kernels>
  /// Bytes of a number.
  private let numberStride: Int
  /// Bytes of a unit: a number, or a row of a table. Pieces are counted in units and taken from blocks in bytes.
  private let stride: Int
  private let meter: TrafficMeter

  /// Blocks up to so many bytes are exchanged whole, which takes half as many messages: on networks of 1 Gb/s as on those of
  /// 100 Gb/s about as many bytes pass while a message is under way. Between two ranks all blocks are, as halves are no less
  /// to send.
  static let wholeLimit = 1 << 17

  /// - Parameters:
  ///   - rowLength: Numbers in a row of a table of which only rows that are not zero travel; 1 for other blocks.
  ///   - meter: Counts what is sent.
  init(_ communicator: any Communicator, _ type: ElementType, rowLength: Int, _ meter: TrafficMeter) {
    self.communicator = communicator
    kernels = Kernels.table(for: type)
    numberStride = type.stride
    stride = type.stride * rowLength
    self.meter = meter
  }

  private var rank: Int { communicator.rank }
  private var size: Int { communicator.size }

  // MARK: - Powers of two

  /// Sums over a number of ranks that is a power of two. At distance 1, 2, 4 … the pair of ranks that meets has the sums
  /// of two sibling subtrees.
  func sumInPairs(_ block: UnsafeMutableRawBufferPointer) throws(CommunicationError) {
    let spare = allocate(byteCount: block.count)
    defer { spare.deallocate() }
    if size == 2 || block.count <= BlockExchange.wholeLimit {
      try doubleRecursively(block, spare)
    } else {
      try halveAndDouble(block, spare)
    }
  }

  /// Each pair exchanges all it has.
  private func doubleRecursively(
    _ block: UnsafeMutableRawBufferPointer, _ spare: UnsafeMutableRawBufferPointer
  ) throws(CommunicationError) {
    var distance = 1
    while distance < size {
      let peer = rank ^ distance
      try exchange(block, spare, with: peer)
      add(spare, to: block)
      distance *= 2
    }
  }

  /// Each pair exchanges halves, so that each rank ends with the whole sum of its piece; then the pieces come together.
  private func halveAndDouble(
    _ block: UnsafeMutableRawBufferPointer, _ spare: UnsafeMutableRawBufferPointer
  ) throws(CommunicationError) {
    var piece = 0..<block.count / stride
    var larger: [(piece: Range<Int>, distance: Int)] = []
    var distance = 1
    while distance < size {
      larger.append((piece, distance))
      let (kept, given) = halves(of: piece, distance: distance)
      let received = part(of: spare, 0..<kept.count)
      try exchange(part(of: block, given), received, with: rank ^ distance)
      add(received, to: part(of: block, kept))
      piece = kept
      distance *= 2
    }
    for (whole, distance) in larger.reversed() {
      let (kept, missing) = halves(of: whole, distance: distance)
      try exchange(part(of: block, kept), part(of: block, missing), with: rank ^ distance)
    }
  }

  /// Of the two ranks that meet, the lower keeps the lower half.
  private func halves(of piece: Range<Int>, distance: Int) -> (kept: Range<Int>, other: Range<Int>) {
    let middle = piece.lowerBound + piece.count / 2
    let (low, high) = (piece.lowerBound..<middle, middle..<piece.upperBound)
    return rank & distance == 0 ? (low, high) : (high, low)
  }

  // MARK: - Any number

  /// Sums over any number of ranks: segment `r` of the block is summed by rank `r`, from the subtrees of all.
  func sumInSegments(
    _ parts: [UnsafeMutableRawBufferPointer], _ tree: SummationTree
  ) throws(CommunicationError) {
    let count = parts[0].count / stride
    let segment = segment(ofRank: rank, in: count)
    let subtrees = tree.allSubtrees
    let collected = allocate(byteCount: subtrees.count * segment.count * stride)
    defer { collected.deallocate() }
    let places = (0..<size).reduce(into: [0]) { $0.append($0[$1] + tree.subtrees(ofRank: $1).count) }
    func collectedParts(ofRank rank: Int) -> UnsafeMutableRawBufferPointer {
      part(of: collected, (places[rank] * segment.count)..<(places[rank + 1] * segment.count))
    }
    copy(parts, segment, to: collectedParts(ofRank: rank))
    try withPeers { peer throws(CommunicationError) in
      let theirs = self.segment(ofRank: peer, in: count)
      let sent = allocate(byteCount: parts.count * theirs.count * stride)
      defer { sent.deallocate() }
      copy(parts, theirs, to: sent)
      try exchange(sent, collectedParts(ofRank: peer), with: peer)
    }
    func values(_ index: Int) -> UnsafeMutableRawBufferPointer {
      part(of: collected, (index * segment.count)..<((index + 1) * segment.count))
    }
    for addition in SummationTree.additions(of: subtrees) {
      add(values(addition.source), to: values(addition.target))
    }
    part(of: parts[0], segment).copyMemory(from: UnsafeRawBufferPointer(values(0)))
    try withPeers { peer throws(CommunicationError) in
      let theirs = self.segment(ofRank: peer, in: count)
      try exchange(part(of: parts[0], segment), part(of: parts[0], theirs), with: peer)
    }
  }

  private func segment(ofRank rank: Int, in count: Int) -> Range<Int> {
    (rank * count / size)..<((rank + 1) * count / size)
  }

  /// Meets every other rank once. In each round the ranks whose numbers have the same sum modulo their count meet, so
  /// that all are busy at the same time.
  private func withPeers(_ body: (Int) throws(CommunicationError) -> Void) throws(CommunicationError) {
    for round in 0..<size {
      let peer = (round - rank + size) % size
      if peer != rank { try body(peer) }
    }
  }

  private func copy(
    _ parts: [UnsafeMutableRawBufferPointer], _ piece: Range<Int>, to target: UnsafeMutableRawBufferPointer
  ) {
    for (index, whole) in parts.enumerated() {
      let place = (index * piece.count)..<((index + 1) * piece.count)
      part(of: target, place).copyMemory(from: UnsafeRawBufferPointer(part(of: whole, piece)))
    }
  }

  // MARK: - Pieces

  private func exchange(
    _ sent: UnsafeMutableRawBufferPointer, _ received: UnsafeMutableRawBufferPointer, with peer: Int
  ) throws(CommunicationError) {
    if stride > numberStride {
      let exchange = RowExchange(communicator, rowStride: stride, meter)
      try exchange(UnsafeRawBufferPointer(sent), received, with: peer)
    } else {
      meter.count(sent.count)
      try communicator.exchange(UnsafeRawBufferPointer(sent), received, with: peer)
    }
  }

  /// Adds number by number; a sum of two does not depend on which comes first.
  private func add(_ source: UnsafeMutableRawBufferPointer, to target: UnsafeMutableRawBufferPointer) {
    guard let source = source.baseAddress, let targetStart = target.baseAddress else { return }
    kernels.pointee.add_scaled(Int64(target.count / numberStride), 1, source, targetStart)
  }

  /// The bytes of some of the units of a block.
  private func part(of block: UnsafeMutableRawBufferPointer, _ piece: Range<Int>) -> UnsafeMutableRawBufferPointer {
    .init(rebasing: block[(piece.lowerBound * stride)..<(piece.upperBound * stride)])
  }

  private func allocate(byteCount: Int) -> UnsafeMutableRawBufferPointer {
    .allocate(byteCount: byteCount, alignment: 64)
  }
}
