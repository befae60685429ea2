import CRecurrentKernels

/// One layer's work over one batch in one direction, but for the numbers.
struct ScanProblem: Sendable {
  let kind: RecurrentKind
  /// `[T, N, I]`
  let inputs: Shape
  let hiddenSize: Int
  let lengths: [Int32]?
  let isReversed: Bool
  private let hiddenMask: TensorElements?
  /// Elements from the mask of one step to that of the next.
  private let maskStep: Int

  @inline(__always)
  init(
    _ kind: RecurrentKind, _ inputs: Shape, hiddenSize: Int, lengths: [Int32]?, isReversed: Bool,
    hiddenMask: OptionalTensor
  ) {
    self.kind = kind
    self.inputs = inputs
    self.hiddenSize = hiddenSize
    self.lengths = lengths
    self.isReversed = isReversed
    self.hiddenMask = hiddenMask.elements
    maskStep = hiddenMask.storage != nil && hiddenMask.shape.rank == 3 ? inputs[1] * hiddenSize : 0
    if hiddenMask.storage != nil { check(hiddenMask) }
  }

  private func check(_ mask: OptionalTensor) {
    let state: Shape = [inputs[1], hiddenSize]
    guard mask.shape != state && mask.shape != state.inserting(inputs[0], at: 0) else { return }
    ShapeError(operation: "recurrent layer, hidden mask", actual: mask.shape, reason: .incompatible(state)).trap()
  }

  /// Calls `body` with the description that kernels want.
  @inline(__always)
  func withDescription<Value>(_ body: (UnsafePointer<rk_recurrent>) -> Value) -> Value {
    var problem = rk_recurrent(
      cell: kind.cell, activation: kind.activation, slope: Double(kind.slope), steps: Int64(inputs[0]),
      batch: Int64(inputs[1]), input_size: Int64(inputs[2]), hidden_size: Int64(hiddenSize), lengths: nil,
      reverse: isReversed ? 1 : 0, hidden_mask: hiddenMask?.pointer, hidden_mask_step: Int64(maskStep), first_step: 0,
      end_step: 0)
    guard let lengths else { return body(&problem) }
    return lengths.withUnsafeBufferPointer { buffer in
      problem.lengths = buffer.baseAddress
      return body(&problem)
    }
  }

  /// Calls `body` with the descriptions of several problems.
  static func withDescriptions<Value>(
    _ problems: ArraySlice<ScanProblem>, _ known: [rk_recurrent] = [], _ body: ([rk_recurrent]) -> Value
  ) -> Value {
    guard let problem = problems.first else { return body(known) }
    return problem.withDescription { withDescriptions(problems.dropFirst(), known + [$0.pointee], body) }
  }
}
