package import CRecurrentKernels

/// The memory in which the gradients of the leaves of a tape are added up.
package struct LeafGradients: Sendable {
  /// All of them; changed in place.
  let flat: Tensor
  /// Where that of each leaf begins, in elements.
  let offsets: [Int]

  package init(flat: Tensor, offsets: [Int]) {
    self.flat = flat
    self.offsets = offsets
  }
}

/// Where the gradient of an operand goes: all that a way back needs of an operand whose numbers it does not read.
package struct Place: Sendable {
  package let shape: Shape
  /// Which value on the tape; negative for a constant, whose gradient nobody wants.
  private let position: Int32

  /// The place of a tensor; of no tensor, that of a constant.
  @inline(__always)
  init(_ tensor: Tensor?) { self.init(tensor?.shape ?? [], tensor?.node) }

  init(_ shape: Shape, _ node: TapeNode?) {
    self.shape = shape
    position = Int32(node?.index ?? -1)
  }

  /// The number of elements.
  package var count: Int { shape.elementCount }

  /// Whether there is anything to compute.
  package var isWanted: Bool { position >= 0 }

  fileprivate var index: Int { Int(position) }
}

extension Tensor {
  /// Where the gradient of this tensor goes.
  @inline(__always)
  package var place: Place { Place(shape, node) }
}

/// The gradient of a computed value, as far as it has been added up. Without memory, nothing has.
///
/// Not an optional tensor, because the compiler copies optionals of large types by way of run-time metadata.
struct GradientSum {
  var storage: Storage?
  var offset = 0
  var shape: Shape = []
  /// Whether somebody else reads the memory too, so that it must be copied before it changes.
  var isLent = false
}

/// Room for the gradients of all computed values of a tape, used again by every step.
struct GradientSums: ~Copyable {
  private var room = UnsafeMutableBufferPointer<GradientSum>(start: nil, count: 0)

  /// Room for `count` sums, each without memory.
  mutating func room(for count: Int) -> UnsafeMutableBufferPointer<GradientSum> {
    if room.count < count {
      room.deinitialize().deallocate()
      room = .allocate(capacity: max(64, count + count / 2))
      room.initialize(repeating: GradientSum())
    }
    return room
  }

  /// Lets go of the memory of those of the first `count` gradients that nobody took.
  mutating func forget(_ count: Int) {
    for index in 0..<min(count, room.count) where room[index].storage != nil { room[index] = GradientSum() }
  }

  deinit { room.deinitialize().deallocate() }
}

/// The gradients of the loss with respect to the values on a tape, while the walk back is under way.
package struct Adjoints {
  package let tape: Tape
  /// By place on the tape; leaves have none here.
  private let sums: UnsafeMutableBufferPointer<GradientSum>
  private let leaves: LeafGradients
  private let leafMemory: UnsafeMutableRawPointer
  /// That of all values of the tape.
  private let elementType: ElementType
  var firstOutput = 0

  init(tape: Tape, sums: UnsafeMutableBufferPointer<GradientSum>, leaves: LeafGradients) {
    self.tape = tape
    self.sums = sums
    self.leaves = leaves
    leafMemory = leaves.flat.mutablePointer
    elementType = leaves.flat.elementType
  }

  /// The gradient of the `index`-th output of the operation whose turn it is; nil when nothing depends on that output.
  ///
  /// It is complete by then, and handed over: the walk does not need it again.
  package mutating func takeOutput(_ index: Int = 0) -> Tensor? {
    let position = firstOutput + index
    makeOwn(position)
    guard let storage = sums[position].storage.take() else { return nil }
    return Tensor(shape: sums[position].shape, storage: storage, offset: sums[position].offset)
  }

  /// The same without the shape, for operations that only read it.
  package mutating func takeOutputElements(_ index: Int = 0) -> TensorElements? {
    let position = firstOutput + index
    guard let storage = sums[position].storage.take() else { return nil }
    sums[position].isLent = false
    return TensorElements(storage: storage, offset: sums[position].offset)
  }

  /// Copies a gradient whose memory is lent.
  private func makeOwn(_ position: Int) {
    guard sums[position].isLent, let lent = sums[position].storage else { return }
    let shape = sums[position].shape
    let own = tape.makeBlock(count: shape.elementCount, elementType: elementType)
    own.base.copyMemory(
      from: lent.base + sums[position].offset * elementType.stride, byteCount: shape.elementCount * elementType.stride)
    sums[position] = GradientSum(storage: own, shape: shape)
  }

  /// Whether anybody wants the gradient of `operand`.
  package func wants(_ operand: Tensor?) -> Bool { operand?.node != nil }

  /// Adds `gradient`, whose memory nobody else will use, to that of `operand`: the first one is taken over as it is.
  package mutating func give(_ gradient: Tensor, to operand: Tensor) { give(gradient, to: operand.place) }

  package mutating func give(_ gradient: Tensor, to place: Place) {
    guard place.isWanted else { return }
    precondition(gradient.count == place.count, "gradient and operand differ in size")
    let index = place.index
    if index >= leaves.offsets.count && sums[index].storage == nil {
      sums[index] = GradientSum(storage: gradient.storage, offset: gradient.offset, shape: place.shape)
    } else {
      add(gradient, to: place)
    }
  }

  /// The same with memory that others read: it is copied if it has to change.
  package mutating func lend(_ gradient: Tensor, to place: Place) {
    let isFirst = place.isWanted && place.index >= leaves.offsets.count && sums[place.index].storage == nil
    give(gradient, to: place)
    if isFirst { sums[place.index].isLent = true }
  }

  /// Adds `gradient` to that of `operand`.
  package mutating func add(_ gradient: Tensor, to operand: Tensor) { add(gradient, to: operand.place) }

  package mutating func add(_ gradient: Tensor, to place: Place) {
    precondition(gradient.count == place.count, "gradient and operand differ in size")
    accumulate(into: place) { kernels, total in
      kernels.pointee.add_scaled(Int64(gradient.count), 1, gradient.pointer, total)
    }
  }

  /// Calls `body` with the memory of the gradient of `operand`, zero at first, for it to be added to.
  @inline(__always)
  package mutating func accumulate(
    into operand: Tensor?, _ body: (UnsafePointer<rk_kernels>, UnsafeMutableRawPointer) -> Void
  ) {
    accumulate(into: Place(operand), body)
  }

  @inline(__always)
  package mutating func accumulate(
    into place: Place, _ body: (UnsafePointer<rk_kernels>, UnsafeMutableRawPointer) -> Void
  ) {
    if let total = pointer(for: place) { body(leaves.flat.kernels, total) }
  }

  /// The memory of the gradient of `operand`, for kernels that add to several gradients at once; nil when unwanted.
  package mutating func pointer(for operand: Tensor?) -> UnsafeMutableRawPointer? { pointer(for: Place(operand)) }

  package mutating func pointer(for place: Place) -> UnsafeMutableRawPointer? {
    guard place.isWanted else { return nil }
    let index = place.index
    if index < leaves.offsets.count {
      tape.requireIncomplete(index)
      return leafMemory + leaves.offsets[index] * elementType.stride
    }
    makeOwn(index)
    if let storage = sums[index].storage { return storage.base + sums[index].offset * elementType.stride }
    let zeros = Tensor(repeating: 0, shape: place.shape, elementType: elementType, on: tape)
    sums[index] = GradientSum(storage: zeros.storage, shape: place.shape)
    return zeros.mutablePointer
  }
}
