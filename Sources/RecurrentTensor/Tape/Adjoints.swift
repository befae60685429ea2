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
  init(_ tensor: Tensor?) {
    shape = tensor?.shape ?? []
    position = Int32(tensor?.node?.index ?? -1)
  }

  /// The number of elements.
  package var count: Int { shape.elementCount }

  /// Whether there is anything to compute.
  package var isWanted: Bool { position >= 0 }

  fileprivate var index: Int { Int(position) }
}

extension Tensor {
  /// Where the gradient of this tensor goes.
  package var place: Place { Place(self) }
}

/// The gradient of a computed value, as far as it has been added up. Without memory, nothing has.
///
/// Not an optional tensor, because the compiler copies optionals of large types by way of run-time metadata.
struct GradientSum: Sendable {
  var storage: Storage?
  var offset = 0
  var shape: Shape = []
}

/// The gradients of the loss with respect to the values on a tape, while the walk back is under way.
package struct Adjoints {
  package let tape: Tape
  /// By place on the tape; leaves have none here.
  private var sums: [GradientSum]
  private let leaves: LeafGradients
  var firstOutput = 0

  init(tape: Tape, sums: consuming [GradientSum], leaves: LeafGradients) {
    self.tape = tape
    self.sums = sums
    self.leaves = leaves
  }

  mutating func takeSums() -> [GradientSum] {
    let taken = sums
    sums = []
    return taken
  }

  /// The gradient of the `index`-th output of the operation whose turn it is; nil when nothing depends on that output.
  ///
  /// It is complete by then, and handed over: the walk does not need it again.
  package mutating func takeOutput(_ index: Int = 0) -> Tensor? {
    let position = firstOutput + index
    guard let storage = sums[position].storage.take() else { return nil }
    return Tensor(shape: sums[position].shape, storage: storage, offset: sums[position].offset)
  }

  /// The same without the shape.
  package mutating func takeOutputElements(_ index: Int) -> TensorElements? {
    let position = firstOutput + index
    guard let storage = sums[position].storage.take() else { return nil }
    return TensorElements(storage: storage, offset: sums[position].offset)
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
    // All values of a tape have one element type.
    let elementType = leaves.flat.elementType
    if index < leaves.offsets.count {
      return leaves.flat.mutablePointer + leaves.offsets[index] * elementType.stride
    }
    if let storage = sums[index].storage { return storage.base + sums[index].offset * elementType.stride }
    let zeros = Tensor(repeating: 0, shape: place.shape, elementType: elementType, on: tape)
    sums[index] = GradientSum(storage: zeros.storage, shape: place.shape)
    return zeros.mutablePointer
  }
}
