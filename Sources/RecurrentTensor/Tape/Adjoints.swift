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
  let node: TapeNode?
  package let shape: Shape
  package let elementType: ElementType

  /// The number of elements.
  package var count: Int { shape.elementCount }
}

extension Tensor {
  /// Where the gradient of this tensor goes.
  package var place: Place { Place(node: node, shape: shape, elementType: elementType) }
}

/// The gradients of the loss with respect to the values on a tape, while the walk back is under way.
package struct Adjoints {
  package let tape: Tape
  /// By place on the tape; leaves have none here.
  private var values: [Tensor?]
  private let leaves: LeafGradients
  var firstOutput = 0

  init(tape: Tape, values: consuming [Tensor?], leaves: LeafGradients) {
    self.tape = tape
    self.values = values
    self.leaves = leaves
  }

  mutating func takeValues() -> [Tensor?] {
    let taken = values
    values = []
    return taken
  }

  /// The gradient of the `index`-th output of the operation whose turn it is; nil when nothing depends on that output.
  ///
  /// It is complete by then, and handed over: the walk does not need it again.
  package mutating func takeOutput(_ index: Int = 0) -> Tensor? {
    values[firstOutput + index].take()
  }

  /// Whether anybody wants the gradient of `operand`.
  package func wants(_ operand: Tensor?) -> Bool { operand?.node != nil }

  /// Whether anybody wants the gradient of the operand of `place`.
  package func wants(_ place: Place?) -> Bool { place?.node != nil }

  /// Adds `gradient`, whose memory nobody else will use, to that of `operand`: the first one is taken over as it is.
  package mutating func give(_ gradient: Tensor, to operand: Tensor) { give(gradient, to: operand.place) }

  package mutating func give(_ gradient: Tensor, to place: Place) {
    guard let index = place.node?.index else { return }
    precondition(gradient.count == place.count, "gradient and operand differ in size")
    if index >= leaves.offsets.count && values[index] == nil {
      values[index] = gradient.view(place.shape, from: 0)
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
    accumulate(into: operand?.place, body)
  }

  @inline(__always)
  package mutating func accumulate(
    into place: Place?, _ body: (UnsafePointer<rk_kernels>, UnsafeMutableRawPointer) -> Void
  ) {
    guard let place, let total = pointer(for: place) else { return }
    body(Kernels.table(for: place.elementType), total)
  }

  /// The memory of the gradient of `operand`, for kernels that add to several gradients at once; nil when unwanted.
  package mutating func pointer(for operand: Tensor?) -> UnsafeMutableRawPointer? { pointer(for: operand?.place) }

  package mutating func pointer(for place: Place?) -> UnsafeMutableRawPointer? {
    guard let place, let index = place.node?.index else { return nil }
    if index < leaves.offsets.count {
      return leaves.flat.mutablePointer + leaves.offsets[index] * place.elementType.stride
    }
    if let total = values[index]?.mutablePointer { return total }
    let zeros = Tensor(repeating: 0, shape: place.shape, elementType: place.elementType, on: tape)
    values[index] = zeros
    return zeros.mutablePointer
  }
}
