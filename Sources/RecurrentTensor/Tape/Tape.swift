#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where a tensor was made: which tape, and which value on it.
package struct TapeNode: Sendable {
  package let tape: Tape
  package let index: Int
  let generation: Int

  /// The place of a later output of the same operation.
  package func following(by distance: Int) -> TapeNode {
    TapeNode(tape: tape, index: index + distance, generation: generation)
  }
}

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
  @exclusivity(unchecked) private var scratchBlock: Storage?
  @exclusivity(unchecked) private var adjointSums: [GradientSum] = []
  @exclusivity(unchecked) private var nodeCount = 0
  /// Counts scopes: a tensor of an earlier scope is recognised by its older number.
  @exclusivity(unchecked) private var generation = 0
  @exclusivity(unchecked) private var isOpen = false
  @exclusivity(unchecked) private var thread = pthread_self()

  package init() {}

  deinit {
    discardRecords()
    for chunk in chunks { chunk.deallocate() }
  }

  // MARK: Recording

  /// Opens the tape for one forward and backward pass.
  package func open() {
    precondition(!isOpen, "a gradient scope runs one computation at a time")
    isOpen = true
    generation += 1
    nodeCount = 0
    thread = pthread_self()
  }

  /// Forgets all records. Tensors that outlive the scope keep their numbers but lose their place on the tape.
  package func close() {
    discardRecords()
    for index in 0..<min(nodeCount, adjointSums.count) where adjointSums[index].storage != nil {
      adjointSums[index].storage = nil
    }
    isOpen = false
  }

  /// The place of the first value on the tape. The first values are those that are not computed: parameters.
  package var firstNode: TapeNode { TapeNode(tape: self, index: 0, generation: generation) }

  /// Makes the places of `count` values that are not computed, one after the other.
  package func makeLeaves(_ count: Int) { nodeCount += count }

  /// A place for a value that is not computed: a parameter, or an input whose gradient is asked for.
  package func makeLeaf() -> TapeNode {
    nodeCount += 1
    return TapeNode(tape: self, index: nodeCount - 1, generation: generation)
  }

  /// Appends an operation and gives the place of the first of its `outputCount` outputs.
  package func record<Operation: DifferentiableOperation>(_ operation: Operation, outputCount: Int = 1) -> TapeNode {
    precondition(isOpen, Tape.finishedScope)
    precondition(pthread_equal(thread, pthread_self()) != 0, "a gradient scope belongs to the thread that opened it")
    let memory = makeRoom(for: MemoryLayout<Operation>.size, alignment: MemoryLayout<Operation>.alignment)
    memory.initializeMemory(as: Operation.self, to: operation)
    records.append(Record(operation: Operation.self, memory: memory, firstOutput: nodeCount))
    nodeCount += outputCount
    return TapeNode(tape: self, index: nodeCount - outputCount, generation: generation)
  }

  /// The tape that a new operation on some operands belongs to; nil when all are constants.
  @inline(__always)
  package static func common(
    _ a: Tensor?, _ b: Tensor? = nil, _ c: Tensor? = nil, _ d: Tensor? = nil, _ e: Tensor? = nil, _ f: Tensor? = nil,
    _ g: Tensor? = nil
  ) -> Tape? {
    var found: Tape?
    find(a, &found)
    find(b, &found)
    find(c, &found)
    find(d, &found)
    find(e, &found)
    find(f, &found)
    find(g, &found)
    return found
  }

  /// The tape that an operation on a list of operands belongs to.
  package static func common(of operands: [Tensor]) -> Tape? {
    var found: Tape?
    for operand in operands { find(operand, &found) }
    return found
  }

  @inline(__always)
  private static func find(_ operand: Tensor?, _ found: inout Tape?) {
    guard let node = operand?.node else { return }
    if found == nil { found = node.tape }
    precondition(found === node.tape, "the operands belong to two different gradient scopes")
    node.tape.verify(node)
  }

  private func verify(_ node: TapeNode) {
    precondition(isOpen && node.generation == generation, Tape.finishedScope)
  }

  static let finishedScope = "a tensor of a finished gradient scope was used in a new one; call detached() on it first"

  /// Memory for an intermediate result, recycled when nothing refers to it any more.
  package func makeBlock(count: Int, elementType: ElementType) -> Storage {
    arena.block(count: count, elementType: elementType)
  }

  /// Memory for what a kernel writes down while it runs, as long as nobody asks again.
  package func scratch(count: Int, elementType: ElementType) -> UnsafeMutableRawPointer {
    if let scratchBlock, scratchBlock.capacity >= count, scratchBlock.elementType == elementType {
      return scratchBlock.base
    }
    let block = Storage(capacity: max(1024, count), elementType: elementType)
    scratchBlock = block
    return block.base
  }

  /// Blocks for intermediate results that the tape holds, in use or free.
  package var blockCount: Int { arena.blockCount }

  private static let chunkSize = 1 << 15

  private func makeRoom(for size: Int, alignment: Int) -> UnsafeMutableRawPointer {
    let start = (chunkUsed + alignment - 1) / alignment * alignment
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
  /// - Parameter gradient: Of the shape of `output`. It is not copied, and operations that hand it on may write to it.
  package func backPropagate(from output: Tensor, gradient: Tensor, into leaves: LeafGradients) {
    guard let node = output.node else { return }
    precondition(node.tape === self, "the loss belongs to another gradient scope")
    verify(node)
    while adjointSums.count < nodeCount { adjointSums.append(GradientSum()) }

    var adjoints = Adjoints(tape: self, sums: adjointSums, leaves: leaves)
    adjointSums = []
    adjoints.give(gradient, to: output)
    for record in records.reversed() {
      adjoints.firstOutput = record.firstOutput
      record.operation.pullback(at: record.memory, &adjoints)
    }
    adjointSums = adjoints.takeSums()
  }
}
