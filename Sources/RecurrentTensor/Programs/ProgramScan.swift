import CRecurrentKernels

/// A whole sequence through a cell that is a program, in one direction: one record on the tape, one loop over time in C.
package struct ProgramScan: DifferentiableOperation {
  private let program: CellProgram
  private let x: TensorElements
  private let inputs: Place
  private let lengths: [Int32]?
  private let isReversed: Bool
  private let weights: ProgramWeights
  private let vectorBlock: Storage?
  private let stepValues: [Tensor]
  private let initial: [Place]
  private let outputWidth: Int
  private let kept: Storage

  /// All outputs, `[T, N, H]`, and the parts of the state after each row's last real step, `[N, width]`.
  package struct Result {
    package var outputs: Tensor
    package var last: [Tensor]
  }

  /// Runs `x`, `[T, N, I]`, through the cell.
  ///
  /// - Parameters:
  ///   - lengths: The real steps of each row, each in `0...T`; nil means that all are real. Outputs at other steps are 0.
  ///   - isReversed: Whether each row runs from its own last real step down to its first.
  ///   - initial: The parts of the state before the first step, `[N, width]`; those that are nil or missing are exactly
  ///     zero.
  ///   - stepValues: What the equations call step values: `[T, N, width]`, `[N, width]` for all steps, and one row for
  ///     all rows where N is 1. Constants: no gradient flows to them.
  package static func apply(
    _ program: CellProgram, _ x: Tensor, lengths: [Int32]?, isReversed: Bool, weights: ProgramWeights,
    initial: [Tensor?], stepValues: [Tensor] = []
  ) -> Result {
    requireRank(3, x.shape, in: "recurrent layer")
    weights.check(program, x)
    precondition(
      initial.count <= program.stateWidths.count
        && zip(initial, program.stateWidths).allSatisfy { $0 == nil || $0?.shape == [x.shape[1], $1] },
      "the state is that of another cell or batch")
    precondition(stepValues.count == program.stepValueWidths.count, "the step values are those of another cell")
    let tape = Tape.common(of: [x] + weights.all + initial.compactMap { $0 })
    let type = x.elementType
    let kernels = x.kernels
    let outputWidth = program.outputWidth
    var outputs = Tensor(uninitialized: x.shape.replacing(axis: 2, with: outputWidth), elementType: type, on: tape)
    var last = program.stateWidths.map { Tensor(uninitialized: [x.shape[1], $0], elementType: type, on: tape) }
    let packedInput = weights.cache.input.forward(weights.input)
    let packed = zip(weights.cache.matrices, weights.matrices).map { $0.forward($1) }
    let vectors = weights.vectorBlock(program, on: tape)
    var kept: Storage?
    withProblem(program, x.shape, lengths, isReversed) { problem in
      kept = tape?.makeBlock(count: Int(kernels.pointee.program_kept_size(problem)), elementType: type)
      let size = Int(kernels.pointee.program_forward_workspace(problem))
      SpareMemory.withScratch(byteCount: size * type.stride) { workspace in
        var call = rk_program_forward(
          x: x.pointer, packed_input: packedInput.base, input_bias: weights.inputBias?.pointer,
          packed: four(packed.map { UnsafeRawPointer($0.base) }), bias: four(weights.biases.map { $0?.pointer }),
          parameters: vectors.map { UnsafeRawPointer($0.base) }, step_values: four(stepValues, x.shape),
          initial: eight(initial.map { $0?.pointer }), y: outputs.mutablePointer, y_stride: Int64(outputWidth),
          last: eight(last.map { $0.mutablePointer }), kept: kept?.base, workspace: workspace)
        kernels.pointee.program_forward(problem, &call)
      }
    }
    extendLifetime((packedInput, packed, vectors))
    guard let tape, let kept else { return Result(outputs: outputs, last: last) }
    let node = tape.record(
      ProgramScan(
        program: program, x: x.elements, inputs: x.place, lengths: lengths, isReversed: isReversed, weights: weights,
        vectorBlock: vectors, stepValues: stepValues, initial: initial.map { Place($0) }, outputWidth: outputWidth,
        kept: kept),
      outputCount: 1 + last.count)
    outputs.node = node
    for part in last.indices { last[part].node = node.following(by: 1 + part) }
    return Result(outputs: outputs, last: last)
  }

  package func pullback(_ adjoints: inout Adjoints) {
    let dy = adjoints.takeOutputElements(0)
    let dLast = program.stateWidths.indices.map { adjoints.takeOutputElements(1 + $0) }
    if dy == nil && dLast.allSatisfy({ $0 == nil }) { return }
    let type = x.storage.elementType
    let kernels = x.storage.kernels
    let dx = adjoints.room(for: inputs, type)
    let dInitial = initial.map { adjoints.room(for: $0, type) }
    let packedInput = weights.cache.input.backward(weights.input)
    let packed = zip(weights.cache.matrices, weights.matrices).map { $0.backward($1) }
    let dVectors = vectorGradients(&adjoints)
    ProgramScan.withProblem(program, inputs.shape, lengths, isReversed) { problem in
      let size = Int(kernels.pointee.program_backward_workspace(problem))
      var call = rk_program_backward(
        x: x.pointer, packed_input: packedInput.base, packed: four(packed.map { UnsafeRawPointer($0.base) }),
        parameters: vectorBlock.map { UnsafeRawPointer($0.base) }, step_values: four(stepValues, inputs.shape),
        kept: kept.base, dy: dy?.pointer, dy_stride: Int64(outputWidth), d_last: eight(dLast.map { $0?.pointer }),
        dx: dx?.base, d_input_weight: adjoints.pointer(for: weights.input),
        d_input_bias: adjoints.pointer(for: weights.inputBias),
        d_weight: four(weights.matrices.map { adjoints.pointer(for: $0) }),
        d_bias: four(weights.biases.map { adjoints.pointer(for: $0) }), d_parameters: dVectors?.mutablePointer,
        d_initial: eight(dInitial.map { $0?.base }), workspace: adjoints.tape.scratch(count: size, elementType: type))
      kernels.pointee.program_backward(problem, &call)
    }
    extendLifetime((dy, dLast, packedInput, packed))
    if let dx { adjoints.give(dx, to: inputs) }
    for (gradient, place) in zip(dInitial, initial) {
      if let gradient { adjoints.give(gradient, to: place) }
    }
    guard let dVectors else { return }
    for (vector, place) in zip(weights.vectors, program.parameters) {
      adjoints.add(dVectors.view([place.width], from: place.offset), to: vector.place)
    }
  }

  /// Zeros for the gradients of the vectors side by side; nil where nobody wants them.
  private func vectorGradients(_ adjoints: inout Adjoints) -> Tensor? {
    guard let last = program.parameters.last, weights.vectors.contains(where: { $0.place.isWanted }) else { return nil }
    return Tensor(
      repeating: 0, shape: [last.offset + last.width], elementType: x.storage.elementType, on: adjoints.tape)
  }

  private static func withProblem(
    _ program: CellProgram, _ inputs: Shape, _ lengths: [Int32]?, _ isReversed: Bool,
    _ body: (UnsafePointer<rk_program_problem>) -> Void
  ) {
    var problem = rk_program_problem(
      program: program.pointer, steps: Int64(inputs[0]), batch: Int64(inputs[1]), input_size: Int64(inputs[2]),
      lengths: nil, reverse: isReversed ? 1 : 0)
    guard let lengths else { return body(&problem) }
    precondition(lengths.count == inputs[1], "\(lengths.count) lengths for a batch of \(inputs[1])")
    precondition(lengths.allSatisfy { $0 >= 0 && $0 <= inputs[0] }, "a length is not between 0 and \(inputs[0]) steps")
    lengths.withUnsafeBufferPointer { buffer in
      problem.lengths = buffer.baseAddress
      body(&problem)
    }
  }
}

/// Elements as C's arrays of four take them; nil where there are fewer.
private func four<Element>(_ elements: [Element?], from first: Int = 0) -> (Element?, Element?, Element?, Element?) {
  func element(_ index: Int) -> Element? { first + index < elements.count ? elements[first + index] : nil }
  return (element(0), element(1), element(2), element(3))
}

private typealias Eight<Element> = (
  Element?, Element?, Element?, Element?, Element?, Element?, Element?, Element?
)

/// The same for arrays of eight.
private func eight<Element>(_ elements: [Element?]) -> Eight<Element> {
  let (low, high) = (four(elements), four(elements, from: 4))
  return (low.0, low.1, low.2, low.3, high.0, high.1, high.2, high.3)
}

/// Where C finds the step values of a batch of shape `[T, N, …]`.
private func four(
  _ values: [Tensor], _ inputs: Shape
) -> (rk_step_values, rk_step_values, rk_step_values, rk_step_values) {
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
  return (element(0), element(1), element(2), element(3))
}
