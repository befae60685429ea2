import CRecurrentKernels

/// The inner products of each query with the steps of its own sequence, times a constant.
struct SequenceScoresOperation: DifferentiableOperation {
  let queries: Tensor
  let keys: Tensor
  let scale: Double
  let problem: SequenceProducts
  let packed: PackedSteps?

  func pullback(_ adjoints: inout Adjoints) {
    guard let dscores = adjoints.takeOutput() else { return }
    dscores.kernels.pointee.scale(Int64(dscores.count), scale, dscores.mutablePointer)
    if adjoints.wants(queries) { adjoints.give(problem.mixes(dscores, keys, packed, on: adjoints.tape), to: queries) }
    adjoints.accumulate(into: keys) { _, dkeys in problem.addTransposed(dscores, queries, to: dkeys) }
  }
}

/// The sums of the steps of each sequence, weighed by the queries' own weights.
struct SequenceMixesOperation: DifferentiableOperation {
  let weights: Tensor
  let values: Tensor
  let problem: SequenceProducts
  let packed: PackedSteps?

  func pullback(_ adjoints: inout Adjoints) {
    guard let dmixes = adjoints.takeOutput() else { return }
    if adjoints.wants(weights) { adjoints.give(problem.scores(dmixes, values, packed, on: adjoints.tape), to: weights) }
    adjoints.accumulate(into: values) { _, dvalues in problem.addTransposed(weights, dmixes, to: dvalues) }
  }
}

/// Products of matrices, one for each of N sequences in time-major tensors: U queries meet the real steps of T.
struct SequenceProducts: Sendable {
  let queryCount: Int
  let stepCount: Int
  let batchSize: Int
  let lengths: [Int32]?

  private func length(_ row: Int) -> Int { lengths.map { Int($0[row]) } ?? stepCount }

  /// `[U, N, C]` by `[T, N, C]` gives `[U, N, T]`, zeros behind the ends of the sequences.
  func scores(_ queries: Tensor, _ keys: Tensor, _ packed: PackedSteps?, on tape: Tape?) -> Tensor {
    let width = keys.shape[2]
    let result = makeResult(width: stepCount, like: queries, on: tape)
    forEachPacked(.scores, keys, packed, on: tape) { row, length, kernels, packedKeys in
      kernels.pointee.gemm(
        Int64(queryCount), Int64(length), Int64(width), place(queries, row), Int64(batchSize * width), packedKeys,
        nil, place(result, row), Int64(batchSize * stepCount), 0)
    }
    return result
  }

  /// `[U, N, T]` by `[T, N, C]` gives `[U, N, C]`, zeros for a sequence of length 0.
  func mixes(_ weights: Tensor, _ values: Tensor, _ packed: PackedSteps?, on tape: Tape?) -> Tensor {
    let width = values.shape[2]
    let result = makeResult(width: width, like: weights, on: tape)
    forEachPacked(.mixes, values, packed, on: tape) { row, length, kernels, packedValues in
      kernels.pointee.gemm(
        Int64(queryCount), Int64(width), Int64(length), place(weights, row), Int64(batchSize * stepCount),
        packedValues, nil, place(result, row), Int64(batchSize * width), 0)
    }
    return result
  }

  /// Adds the product of the transposed `[U, N, T]` and `[U, N, C]` to `[T, N, C]`.
  func addTransposed(_ weights: Tensor, _ queries: Tensor, to steps: UnsafeMutableRawPointer) {
    let width = queries.shape[2]
    forEachRow(queries) { row, length, kernels in
      kernels.pointee.gemm_transposed(
        Int64(length), Int64(width), Int64(queryCount), place(weights, row), Int64(batchSize * stepCount),
        place(queries, row), Int64(batchSize * width), steps + row * width * queries.elementType.stride,
        Int64(batchSize * width))
    }
  }

  /// Calls `body` for each sequence that is not empty.
  private func forEachRow(
    _ operand: Tensor, _ body: (_ row: Int, _ length: Int, _ kernels: UnsafePointer<rk_kernels>) -> Void
  ) {
    for row in 0..<batchSize where length(row) > 0 { body(row, length(row), operand.kernels) }
  }

  /// Where the first step of a sequence lies.
  private func place(_ tensor: Tensor, _ row: Int) -> UnsafeMutableRawPointer {
    tensor.mutablePointer + row * tensor.shape[2] * tensor.elementType.stride
  }

  private func makeResult(width: Int, like operand: Tensor, on tape: Tape?) -> Tensor {
    let shape: Shape = [queryCount, batchSize, width]
    return lengths == nil && stepCount > 0
      ? Tensor(uninitialized: shape, elementType: operand.elementType, on: tape)
      : Tensor(repeating: 0, shape: shape, elementType: operand.elementType, on: tape)
  }

  /// Calls `body` for each sequence that is not empty, with its steps as the right factor of a product. A single query finds
  /// them packed from the query before.
  private func forEachPacked(
    _ form: PackedSteps.Form, _ steps: Tensor, _ kept: PackedSteps?, on tape: Tape?,
    _ body: (Int, Int, UnsafePointer<rk_kernels>, _ packed: UnsafeRawPointer) -> Void
  ) {
    let size = packedSize(form, steps)
    guard queryCount == 1, let kept else {
      let packed = Tensor(uninitialized: [size], elementType: steps.elementType, on: tape)
      forEachRow(steps) { row, length, kernels in
        pack(form, kernels, length, steps.shape[2], place(steps, row), packed.mutablePointer)
        body(row, length, kernels, packed.pointer)
      }
      return
    }
    let stride = size * steps.elementType.stride
    let packed = kept.form(form) {
      let packed = Tensor(uninitialized: [batchSize, size], elementType: steps.elementType, on: tape)
      forEachRow(steps) { row, length, kernels in
        pack(form, kernels, length, steps.shape[2], place(steps, row), packed.mutablePointer + row * stride)
      }
      return packed
    }
    forEachRow(steps) { row, length, kernels in
      body(row, length, kernels, packed.pointer + row * stride)
    }
  }

  /// Packs one sequence: transposed where queries are to be matched with the steps.
  private func pack(
    _ form: PackedSteps.Form, _ kernels: UnsafePointer<rk_kernels>, _ length: Int, _ width: Int,
    _ steps: UnsafeRawPointer, _ packed: UnsafeMutableRawPointer
  ) {
    let stride = Int64(batchSize * width)
    switch form {
    case .scores: kernels.pointee.gemm_pack(Int64(width), Int64(length), steps, 1, stride, packed)
    case .mixes: kernels.pointee.gemm_pack(Int64(length), Int64(width), steps, stride, 1, packed)
    }
  }

  /// Elements with room for the packed form of one sequence.
  private func packedSize(_ form: PackedSteps.Form, _ steps: Tensor) -> Int {
    let (count, width) = (Int64(stepCount), Int64(steps.shape[2]))
    return switch form {
    case .scores: Int(steps.kernels.pointee.gemm_packed_size(width, count))
    case .mixes: Int(steps.kernels.pointee.gemm_packed_size(count, width))
    }
  }
}

extension Tensor {
  /// The inner products of queries, `[U, N, C]`, with the steps of their own sequences, `[T, N, C]`, times `scale`:
  /// `[U, N, T]`.
  ///
  /// - Parameters:
  ///   - lengths: The real steps of each sequence; the others are not read and get zeros. nil when all have T.
  ///   - packed: What was kept of the same keys and lengths by the query before.
  package func sequenceScores(
    _ keys: Tensor, lengths: [Int32]? = nil, scale: Double = 1, packed: PackedSteps? = nil
  ) -> Tensor {
    let problem = products(with: keys, lengths: lengths, in: "sequenceScores")
    requireDimension(2, "query features", keys.shape[2], shape, in: "sequenceScores")
    let tape = Tape.common(self, keys)
    var result = problem.scores(self, keys, packed, on: tape)
    if scale != 1 { kernels.pointee.scale(Int64(result.count), scale, result.mutablePointer) }
    result.node = tape?.record(
      SequenceScoresOperation(queries: self, keys: keys, scale: scale, problem: problem, packed: packed))
    return result
  }

  /// The steps of the sequences, `[T, N, C]`, added up with these weights, `[U, N, T]`: `[U, N, C]`.
  ///
  /// - Parameters:
  ///   - lengths: The real steps of each sequence; the others are not read. nil when all have T.
  ///   - packed: What was kept of the same values and lengths by the query before.
  package func sequenceMixes(_ values: Tensor, lengths: [Int32]? = nil, packed: PackedSteps? = nil) -> Tensor {
    let problem = products(with: values, lengths: lengths, in: "sequenceMixes")
    requireDimension(2, "steps", values.shape[0], shape, in: "sequenceMixes")
    let tape = Tape.common(self, values)
    var result = problem.mixes(self, values, packed, on: tape)
    result.node = tape?.record(
      SequenceMixesOperation(weights: self, values: values, problem: problem, packed: packed))
    return result
  }

  private func products(with steps: Tensor, lengths: [Int32]?, in operation: StaticString) -> SequenceProducts {
    requireRank(3, shape, in: operation)
    requireRank(3, steps.shape, in: operation)
    requireElementType(self, steps)
    requireDimension(1, "batch", shape[1], steps.shape, in: operation)
    return SequenceProducts(queryCount: shape[0], stepCount: steps.shape[0], batchSize: shape[1], lengths: lengths)
  }
}
