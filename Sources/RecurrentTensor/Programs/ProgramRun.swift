import CRecurrentKernels

/// The work of a cell that is a program over one batch in one direction, but for the numbers.
struct ProgramProblem: Sendable {
  let program: CellProgram
  /// `[T, N, I]`
  let inputs: Shape
  private let lengths: [Int32]?
  private let isReversed: Bool

  init(_ program: CellProgram, _ inputs: Shape, lengths: [Int32]?, isReversed: Bool) {
    if let lengths {
      precondition(lengths.count == inputs[1], "\(lengths.count) lengths for a batch of \(inputs[1])")
      precondition(
        lengths.allSatisfy { $0 >= 0 && $0 <= inputs[0] }, "a length is not between 0 and \(inputs[0]) steps")
    }
    self.program = program
    self.inputs = inputs
    self.lengths = lengths
    self.isReversed = isReversed
  }

  var outputWidth: Int { program.outputWidth }

  /// Calls `body` with the description of some of the steps that kernels want.
  func withDescription<Value>(_ steps: Range<Int>, _ body: (UnsafePointer<rk_program_problem>) -> Value) -> Value {
    var problem = rk_program_problem(
      program: program.pointer, steps: Int64(inputs[0]), batch: Int64(inputs[1]), input_size: Int64(inputs[2]),
      lengths: nil, reverse: isReversed ? 1 : 0, first_step: Int64(steps.lowerBound), end_step: Int64(steps.upperBound))
    guard let lengths else { return body(&problem) }
    return lengths.withUnsafeBufferPointer { buffer in
      problem.lengths = buffer.baseAddress
      return body(&problem)
    }
  }

  /// Memory for what the way back reads of some of the steps.
  func roomForKept(
    _ steps: Range<Int>, _ kernels: UnsafePointer<rk_kernels>, _ type: ElementType, on tape: Tape
  ) -> Storage {
    tape.makeBlock(
      count: Int(withDescription(steps) { kernels.pointee.program_kept_size($0) }), elementType: type)
  }

  /// The segments that time is cut into.
  func segments(_ kernels: UnsafePointer<rk_kernels>, _ recomputation: Recomputation) -> TimeSegments {
    let steps = inputs[0]
    if recomputation == .never { return TimeSegments(whole: steps) }
    return withDescription(0..<steps) { description in
      let keptPerStep = Int(kernels.pointee.program_kept_size(description)) / max(1, steps * inputs[1])
      return TimeSegments(
        of: steps, lengths: lengths, isReversed: isReversed,
        segmentSteps: recomputation.segmentSteps(
          of: steps, keptPerStep: keptPerStep, stateSize: program.stateWidths.reduce(0, +)),
        chunkSteps: Int(kernels.pointee.program_gradient_steps(description)))
    }
  }
}

/// A problem with its numbers: calls into the loop over time in C, for any of its segments.
struct ProgramRun {
  let problem: ProgramProblem
  let x: TensorElements
  let weights: ProgramWeights
  let vectorBlock: Storage?
  let stepValues: [Tensor]
  /// What rows have in common at each step; nil where nothing is normalised over the batch.
  let stepRecords: Storage?

  private var kernels: UnsafePointer<rk_kernels> { x.storage.kernels }

  /// Some steps from the state before them. `outputs` are those of all steps.
  func forward(
    _ steps: Range<Int>, from state: [UnsafeRawPointer?], to outputs: UnsafeMutableRawPointer,
    last: [UnsafeMutableRawPointer], _ kept: Storage?
  ) {
    let packedInput = weights.cache.input.forward(weights.input)
    let packed = zip(weights.cache.matrices, weights.matrices).map { $0.forward($1) }
    problem.withDescription(steps) { description in
      let size = Int(kernels.pointee.program_forward_workspace(description))
      SpareMemory.withScratch(byteCount: size * x.storage.elementType.stride) { workspace in
        var call = rk_program_forward(
          x: x.pointer, packed_input: packedInput.base, input_bias: weights.inputBias?.pointer,
          packed: four(packed.map { UnsafeRawPointer($0.base) }), bias: four(weights.biases.map { $0?.pointer }),
          parameters: vectorBlock.map { UnsafeRawPointer($0.base) }, step_values: eight(stepValues, problem.inputs),
          initial: eight(state), y: outputs, y_stride: Int64(problem.outputWidth), last: eight(last),
          step_records: stepRecords?.base, kept: kept?.base, workspace: workspace)
        kernels.pointee.program_forward(description, &call)
      }
    }
    extendLifetime((packedInput, packed, stepValues))
  }

  /// Where the gradients of a walk back come from and go to.
  struct Gradients {
    let dy: UnsafeRawPointer?
    let dx: UnsafeMutableRawPointer?
    let vectors: UnsafeMutableRawPointer?
    let inputWeight: UnsafeMutableRawPointer?
    let inputBias: UnsafeMutableRawPointer?
    let matrices: [UnsafeMutableRawPointer?]
    let biases: [UnsafeMutableRawPointer?]
    /// Of the states after the steps.
    var last: [UnsafeRawPointer?] = []
    /// Of the states before them.
    var initial: [UnsafeMutableRawPointer?] = []

    init(
      dy: UnsafeRawPointer?, dx: UnsafeMutableRawPointer?, weights: ProgramWeights, vectors: UnsafeMutableRawPointer?,
      _ adjoints: inout Adjoints
    ) {
      self.dy = dy
      self.dx = dx
      self.vectors = vectors
      inputWeight = adjoints.pointer(for: weights.input)
      inputBias = adjoints.pointer(for: weights.inputBias)
      matrices = weights.matrices.map { adjoints.pointer(for: $0) }
      biases = weights.biases.map { adjoints.pointer(for: $0) }
    }
  }

  /// Back through some steps. What was kept of them is used up.
  func backward(_ steps: Range<Int>, _ kept: Storage, _ gradients: Gradients, on tape: Tape) {
    let packedInput = weights.cache.input.backward(weights.input)
    let packed = zip(weights.cache.matrices, weights.matrices).map { $0.backward($1) }
    problem.withDescription(steps) { description in
      let size = Int(kernels.pointee.program_backward_workspace(description))
      var call = rk_program_backward(
        x: x.pointer, packed_input: packedInput.base, packed: four(packed.map { UnsafeRawPointer($0.base) }),
        parameters: vectorBlock.map { UnsafeRawPointer($0.base) }, step_values: eight(stepValues, problem.inputs),
        step_records: stepRecords?.base, kept: kept.base, dy: gradients.dy, dy_stride: Int64(problem.outputWidth),
        d_last: eight(gradients.last),
        dx: gradients.dx, d_input_weight: gradients.inputWeight, d_input_bias: gradients.inputBias,
        d_weight: four(gradients.matrices), d_bias: four(gradients.biases), d_parameters: gradients.vectors,
        d_initial: eight(gradients.initial),
        workspace: tape.scratch(count: size, elementType: x.storage.elementType))
      kernels.pointee.program_backward(description, &call)
    }
    extendLifetime((packedInput, packed, stepValues))
  }
}

/// Elements as C's arrays of four take them; nil where there are fewer.
private func four<Element>(_ elements: [Element?], from first: Int = 0) -> (Element?, Element?, Element?, Element?) {
  func element(_ index: Int) -> Element? { first + index < elements.count ? elements[first + index] : nil }
  return (element(0), element(1), element(2), element(3))
}

private typealias Eight<Element> = (Element, Element, Element, Element, Element, Element, Element, Element)

/// The same for arrays of eight.
private func eight<Element>(_ elements: [Element?]) -> Eight<Element?> {
  let (low, high) = (four(elements), four(elements, from: 4))
  return (low.0, low.1, low.2, low.3, high.0, high.1, high.2, high.3)
}

/// Where C finds the step values of a batch of shape `[T, N, …]`.
private func eight(_ values: [Tensor], _ inputs: Shape) -> Eight<rk_step_values> {
  let none = rk_step_values(values: nil, step_stride: 0, row_stride: 0)
  let all = values.map { tensor in
    let width = tensor.shape[-1]
    let rows = tensor.shape[-2]
    precondition(rows == inputs[1] || rows == 1, "step values for \(rows) rows in a batch of \(inputs[1])")
    precondition(tensor.shape.rank == 2 || tensor.shape[0] == inputs[0], "step values for other steps than there are")
    return rk_step_values(
      values: tensor.pointer, step_stride: tensor.shape.rank == 3 ? Int64(rows * width) : 0,
      row_stride: rows == 1 ? 0 : Int64(width))
  }
  func element(_ index: Int) -> rk_step_values { index < all.count ? all[index] : none }
  return (element(0), element(1), element(2), element(3), element(4), element(5), element(6), element(7))
}
