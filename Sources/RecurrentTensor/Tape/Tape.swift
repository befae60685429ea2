#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A flat list of the operations that a gradient scope has run, with what each kept for the way back.
///
/// Operations are stored as plain bytes in chunks that are used again by the next step: recording allocates nothing once
/// a step of the same kind has run. A linked graph of objects would be freed recursively and overflow the stack on long
/// chains; a flat list has no such limit.
// Unchecked: a tape is used by the one thread that opened its scope, which `record` verifies; other threads may at most
// hold a tensor that refers to it.
package final class Tape: @unchecked Sendable {
  private struct Record {
    let operation: any DifferentiableOperation.Type
    let memory: UnsafeMutableRawPointer
    /// The index of the first output; outputs of one operation follow each other.
    let firstOutput: Int
  }

  // Nothing here calls back while it changes one of these, and one thread uses them: checks of exclusive access, which
  // cost as much as the recording itself, would find nothing.
  @exclusivity(unchecked) private var records: [Record] = []
  @exclusivity(unchecked) private var chunks: [UnsafeMutableRawBufferPointer] = []
  @exclusivity(unchecked) private var chunkIndex = 0
  @exclusivity(unchecked) private var chunkUsed = 0
  @exclusivity(unchecked) private var arena = Arena()
  @exclusivity(unchecked) private var scratchMemory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  @exclusivity(unchecked) private var sums = GradientSums()
  @exclusivity(unchecked) private var nodeCount = 0
  @exclusivity(unchecked) private var leafUses = LeafUses()
  private let anchor = TapeAnchors.take()
  @exclusivity(unchecked) private var thread = pthread_self()

  package init() { anchor.pointee.tape = .passUnretained(self) }

  deinit {
    discardRecords()
    for chunk in chunks { chunk.deallocate() }
    scratchMemory.deallocate()
    TapeAnchors.giveBack(anchor)
  }

  // MARK: Recording

  /// Opens the tape for one forward and backward pass.
  package func open() {
    precondition(!anchor.pointee.isOpen, "a gradient scope runs one computation at a time")
    anchor.pointee.isOpen = true
    anchor.pointee.generation &+= 1
    nodeCount = 0
    thread = pthread_self()
    arena.beginStep()
  }

  /// Forgets all records. Tensors that outlive the scope keep their numbers but lose their place on the tape.
  package func close() {
    discardRecords()
    sums.forget(nodeCount)
    anchor.pointee.isOpen = false
    anchor.pointee.watchedLeafCount = 0
  }

  private func node(_ index: Int) -> TapeNode {
    TapeNode(anchor: anchor, index: index)
  }

  /// The place of the first value on the tape. The first values are those that are not computed: parameters.
  package var firstNode: TapeNode { node(0) }

  /// Makes the places of `count` values that are not computed, one after the other.
  package func makeLeaves(_ count: Int) { nodeCount += count }

  /// Writes down from now on by which record each of the first `count` leaves is used first, so that the way back can tell
  /// when their gradients are complete.
  package func watchLeaves(_ count: Int) {
    leafUses.begin(count)
    anchor.pointee.watchedLeafCount = Int32(count)
  }

  /// Takes note that the next record uses a leaf.
  fileprivate func noteUse(of leaf: Int) { leafUses.note(leaf, record: records.count) }

  /// A place for a value that is not computed: a parameter, or an input whose gradient is asked for.
  package func makeLeaf() -> TapeNode {
    nodeCount += 1
    return node(nodeCount - 1)
  }

  /// Appends an operation and gives the place of the first of its `outputCount` outputs.
  package func record<Operation: DifferentiableOperation>(
    _ operation: consuming Operation, outputCount: Int = 1
  ) -> TapeNode {
    precondition(anchor.pointee.isOpen, Tape.finishedScope)
    precondition(pthread_equal(thread, pthread_self()) != 0, "a gradient scope belongs to the thread that opened it")
    let memory = makeRoom(for: MemoryLayout<Operation>.size, alignment: MemoryLayout<Operation>.alignment)
    memory.bindMemory(to: Operation.self, capacity: 1).initialize(to: operation)
    records.append(Record(operation: Operation.self, memory: memory, firstOutput: nodeCount))
    nodeCount += outputCount
    return node(nodeCount - outputCount)
  }

  /// The tape that a new operation on some operands belongs to; nil when all are constants.
  @inline(__always)
  package static func common(_ a: Tensor?, _ b: Tensor? = nil, _ c: Tensor? = nil) -> Tape? {
    var found: TapeNode?
    join(a?.node, &found)
    join(b?.node, &found)
    join(c?.node, &found)
    return found?.tape
  }

  /// The tape that an operation on a list of operands belongs to.
  package static func common(of operands: [Tensor]) -> Tape? {
    var found: TapeNode?
    for operand in operands { join(operand.node, &found) }
    return found?.tape
  }

  /// Makes `found` the node of an operation's operands so far, and verifies that they belong to one scope.
  @inline(__always)
  static func join(_ node: TapeNode?, _ found: inout TapeNode?) {
    guard let node else { return }
    if node.isWatched { node.tape.noteUse(of: node.index) }
    if let other = found {
      precondition(
        other.anchor == node.anchor && other.generation == node.generation,
        "the operands belong to two different gradient scopes, or one is finished")
    } else {
      found = node
    }
  }

  static let finishedScope = "a tensor of a finished gradient scope was used in a new one; call detached() on it first"

  /// Memory for an intermediate result, recycled when nothing refers to it any more.
  package func makeBlock(count: Int, elementType: ElementType) -> Storage {
    arena.block(count: count, elementType: elementType)
  }

  /// Memory for what a kernel writes down while it runs, as long as nobody asks again.
  package func scratch(count: Int, elementType: ElementType) -> UnsafeMutableRawPointer {
    let size = count * elementType.stride
    if size > scratchMemory.count || scratchMemory.baseAddress == nil {
      scratchMemory.deallocate()
      scratchMemory = .allocate(byteCount: max(4096, size), alignment: 64)
    }
    return scratchMemory.baseAddress.unsafelyUnwrapped
  }

  /// Blocks for intermediate results that the tape holds, in use or free.
  package var blockCount: Int { arena.blockCount }

  /// Bytes that the tape holds: blocks for intermediate results, and the scratch memory of kernels.
  package var byteCount: Int { arena.byteCount + scratchMemory.count }

  /// Bytes of each block for intermediate results.
  package var blockRequests: [Int] { arena.requests }

  /// The memory of `tensor` for another result of its size, if nobody else will read what is in it.
  package func takeOver(_ tensor: inout Tensor) -> Tensor? {
    guard tensor.isOnlyUser(but: &arena) else { return nil }
    return Tensor(shape: tensor.shape, storage: tensor.storage, offset: tensor.offset)
  }

  private static let chunkSize = 1 << 15

  private func makeRoom(for size: Int, alignment: Int) -> UnsafeMutableRawPointer {
    let start = (chunkUsed + alignment - 1) & ~(alignment - 1)
    if chunkIndex < chunks.count, start + size <= chunks[chunkIndex].count {
      chunkUsed = start + size
      return chunks[chunkIndex].baseAddress.unsafelyUnwrapped + start
    }
    if chunkIndex < chunks.count { chunkIndex += 1 }
    if chunkIndex == chunks.count {
      chunks.append(.allocate(byteCount: max(Tape.chunkSize, size), alignment: 64))
    }
    chunkUsed = size
    return chunks[chunkIndex].baseAddress.unsafelyUnwrapped
  }

  private func discardRecords() {
    for record in records.reversed() { record.operation.deinitialize(at: record.memory) }
    records.removeAll(keepingCapacity: true)
    chunkIndex = 0
    chunkUsed = 0
  }

  // MARK: The way back

  /// Walks the records backwards from `loss`, a scalar, and adds up the gradients of the leaves.
  ///
  /// - Parameter leaves: The zeroed memory that receives the gradients of the leaves, which are the first nodes.
  package func backPropagate(from loss: Tensor, into leaves: LeafGradients) {
    precondition(loss.count == 1, "the loss must be a single number, not of shape \(loss.shape)")
    let one = Tensor(repeating: 1, shape: loss.shape, elementType: loss.elementType, on: self)
    backPropagate(from: loss, gradient: one, into: leaves)
  }

  /// Walks the records backwards from `output`, whose gradient is given, and adds up the gradients of the leaves.
  ///
  /// - Parameters:
  ///   - gradient: Of the shape of `output`. It is not copied, and operations that hand it on may write to it.
  ///   - listener: Told of each watched leaf, once, when nothing more will be added to its gradient.
  package func backPropagate(
    from output: Tensor, gradient: Tensor, into leaves: LeafGradients, telling listener: (any LeafListener)? = nil
  ) {
    guard let node = output.node else { return finishLeaves(listener) }
    precondition(node.tape === self, "the loss belongs to another gradient scope")
    if node.isWatched { noteUse(of: node.index) }
    leafUses.beginWayBack()
    var adjoints = Adjoints(tape: self, sums: sums.room(for: nodeCount), leaves: leaves)
    adjoints.give(gradient, to: output)
    // A record is ended as soon as it has had its turn: what it kept is memory for the next ones.
    while let record = records.popLast() {
      adjoints.firstOutput = record.firstOutput
      record.operation.pullback(at: record.memory, &adjoints)
      record.operation.deinitialize(at: record.memory)
      if let listener { tellOfLeaves(to: listener) }
    }
    if let listener { tellOfLeaves(to: listener) }
  }

  private func tellOfLeaves(to listener: any LeafListener) {
    while let leaf = leafUses.nextComplete(recordsLeft: records.count) { listener.gradientIsComplete(ofLeaf: leaf) }
  }

  /// The loss depends on nothing: all gradients are complete.
  private func finishLeaves(_ listener: (any LeafListener)?) {
    guard let listener else { return }
    leafUses.beginWayBack()
    while let leaf = leafUses.nextComplete(recordsLeft: 0) { listener.gradientIsComplete(ofLeaf: leaf) }
  }

  /// Traps where something would be added to the gradient of a leaf after it was said to be complete: the operation has
  /// not named the leaf among its operands when it was recorded.
  @inline(__always)
  func requireIncomplete(_ leaf: Int) {
    if anchor.pointee.watchedLeafCount > 0 {
      precondition(leafUses.isNoted(leaf, record: records.count), "a gradient changes after it was complete")
    }
  }
}
