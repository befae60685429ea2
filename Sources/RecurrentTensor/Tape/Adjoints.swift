package import CRecurrentKernels

/// The gradients of the loss with respect to the values on a tape, while the walk back is under way.
package struct Adjoints {
  package let tape: Tape
  private var values: [Tensor?]
  private let leafCount: Int
  var firstOutput = 0

  init(tape: Tape, values: consuming [Tensor?], leafCount: Int) {
    self.tape = tape
    self.values = values
    self.leafCount = leafCount
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
    let position = firstOutput + index
    let gradient = values[position]
    values[position] = nil
    return gradient
  }

  /// Whether anybody wants the gradient of `operand`.
  package func wants(_ operand: Tensor?) -> Bool {
    guard let node = operand?.node else { return false }
    return node.index >= leafCount || values[node.index] != nil
  }

  /// Adds `gradient`, whose memory nobody else will use, to that of `operand`: the first one is taken over as it is.
  package mutating func give(_ gradient: Tensor, to operand: Tensor) {
    guard wants(operand), let index = operand.node?.index else { return }
    precondition(gradient.count == operand.count, "gradient and operand differ in size")
    if values[index] == nil {
      values[index] = gradient.view(operand.shape, from: 0)
    } else {
      add(gradient, to: operand)
    }
  }

  /// Adds `gradient` to that of `operand`.
  package mutating func add(_ gradient: Tensor, to operand: Tensor) {
    precondition(gradient.count == operand.count, "gradient and operand differ in size")
    accumulate(into: operand) { kernels, total in
      kernels.pointee.add_scaled(Int64(gradient.count), 1, gradient.pointer, total)
    }
  }

  /// Calls `body` with the memory of the gradient of `operand`, zero at first, for it to be added to.
  package mutating func accumulate(
    into operand: Tensor?, _ body: (UnsafePointer<rk_kernels>, UnsafeMutableRawPointer) -> Void
  ) {
    guard let operand, wants(operand), let index = operand.node?.index else { return }
    body(operand.kernels, memory(for: operand, at: index))
  }

  /// The memory of the gradient of `operand`, for kernels that add to several gradients at once; nil when unwanted.
  package mutating func pointer(for operand: Tensor?) -> UnsafeMutableRawPointer? {
    guard let operand, wants(operand), let index = operand.node?.index else { return nil }
    return memory(for: operand, at: index)
  }

  private mutating func memory(for operand: Tensor, at index: Int) -> UnsafeMutableRawPointer {
    let total =
      values[index] ?? Tensor(repeating: 0, shape: operand.shape, elementType: operand.elementType, on: tape)
    values[index] = total
    return total.mutablePointer
  }
}
