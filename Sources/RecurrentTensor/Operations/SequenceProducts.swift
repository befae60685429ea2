import CRecurrentKernels

/// The inner products of each query with the steps of its own sequence, times a constant.
struct SequenceScoresOperation: DifferentiableOperation {
  let queries: Tensor
  let keys: Tensor
  let scale: Double
  let problem: SequenceProducts

  func pullback(_ adjoints: inout Adjoints) {
    guard let dscores = adjoints.takeOutput() else { return }
    dscores.kernels.pointee.scale(Int64(dscores.count), scale, dscores.mutablePointer)
    if adjoints.wants(queries) { adjoints.give(problem.mixes(dscores, keys, on: adjoints.tape), to: queries) }
    adjoints.accumulate(into: keys) { _, dkeys in problem.addTransposed(dscores, queries, to: dkeys) }
  }
}

/// The sums of the steps of each sequence, weighed by the queries' own weights.
struct SequenceMixesOperation: DifferentiableOperation {
  let weights: Tensor
  let values: Tensor
  let problem: SequenceProducts

  func pullback(_ adjoints: inout Adjoints) {
    guard let dmixes = adjoints.takeOutput() else { return }
    if adjoints.wants(weights) { adjoints.give(problem.scores(dmixes, values, on: adjoints.tape), to: weights) }
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
  func scores(_ queries: Tensor, _ keys: Tensor, on tape: Tape?) -> Tensor {
    let width = keys.shape[2]
    let result = makeResult(width: stepCount, like: queries, on: tape)
    let packed = makePacked(keys, on: tape)
    forEachRow(keys) { row, length, kernels, place in
      kernels.pointee.gemm_pack(
        Int64(width), Int64(length), place(keys, row), 1, Int64(batchSize * width), packed.mutablePointer)
      kernels.pointee.gemm(
        Int64(queryCount), Int64(length), Int64(width), place(queries, row), Int64(batchSize * width), packed.pointer,
        nil, place(result, row), Int64(batchSize * stepCount), 0)
    }
    return result
  }

  /// `[U, N, T]` by `[T, N, C]` gives `[U, N, C]`, zeros for a sequence of length 0.
  func mixes(_ weights: Tensor, _ values: Tensor, on tape: Tape?) -> Tensor {
    let width = values.shape[2]
    let result = makeResult(width: width, like: weights, on: tape)
    let packed = makePacked(values, on: tape)
    forEachRow(values) { row, length, kernels, place in
      kernels.pointee.gemm_pack(
        Int64(length), Int64(width), place(values, row), Int64(batchSize * width), 1, packed.mutablePointer)
      kernels.pointee.gemm(
        Int64(queryCount), Int64(width), Int64(length), place(weights, row), Int64(batchSize * stepCount),
        packed.pointer, nil, place(result, row), Int64(batchSize * width), 0)
    }
    return result
  }

  /// Adds the product of the transposed `[U, N, T]` and `[U, N, C]` to `[T, N, C]`.
  func addTransposed(_ weights: Tensor, _ queries: Tensor, to steps: UnsafeMutableRawPointer) {
    let width = queries.shape[2]
    forEachRow(queries) { row, length, kernels, place in
      kernels.pointee.gemm_transposed(
        Int64(length), Int64(width), Int64(queryCount), place(weights, row), Int64(batchSize * stepCount),
        place(queries, row), Int64(batchSize * width), steps + row * width * queries.elementType.stride,
        Int64(batchSize * width))
    }
  }

  private typealias Place = (_ tensor: Tensor, _ row: Int) -> UnsafeMutableRawPointer

  /// Calls `body` for each sequence that is not empty.
  private func forEachRow(
    _ operand: Tensor, _ body: (_ row: Int, _ length: Int, _ kernels: UnsafePointer<rk_kernels>, _ place: Place) -> Void
  ) {
    for row in 0..<batchSize where length(row) > 0 {
      body(row, length(row), operand.kernels) { tensor, row in
        tensor.mutablePointer + row * tensor.shape[2] * tensor.elementType.stride
      }
    }
  }

  private func makeResult(width: Int, like operand: Tensor, on tape: Tape?) -> Tensor {
    let shape: Shape = [queryCount, batchSize, width]
    return lengths == nil && stepCount > 0
      ? Tensor(uninitialized: shape, elementType: operand.elementType, on: tape)
      : Tensor(repeating: 0, shape: shape, elementType: operand.elementType, on: tape)
  }

  /// Room for the packed form of one sequence, as the right factor of either product.
  private func makePacked(_ steps: Tensor, on tape: Tape?) -> Tensor {
    let (count, width) = (Int64(stepCount), Int64(steps.shape[2]))
    let size = Swift.max(
      steps.kernels.pointee.gemm_packed_size(width, count), steps.kernels.pointee.gemm_packed_size(count, width))
    return Tensor(uninitialized: [Int(size)], elementType: steps.elementType, on: tape)
  }
}

extension Tensor {
  /// The inner products of queries, `[U, N, C]`, with the steps of their own sequences, `[T, N, C]`, times `scale`:
  /// `[U, N, T]`.
  ///
  /// - Parameter lengths: The real steps of each sequence; the others are not read and get zeros. nil when all have T.
  package func sequenceScores(_ keys: Tensor, lengths: [Int32]? = nil, scale: Double = 1) -> Tensor {
    let problem = products(with: keys, lengths: lengths, in: "sequenceScores")
    requireDimension(2, "query features", keys.shape[2], shape, in: "sequenceScores")
    let tape = Tape.common(self, keys)
    var result = problem.scores(self, keys, on: tape)
    if scale != 1 { kernels.pointee.scale(Int64(result.count), scale, result.mutablePointer) }
    result.node = tape?.record(SequenceScoresOperation(queries: self, keys: keys, scale: scale, problem: problem))
    return result
  }

  /// The steps of the sequences, `[T, N, C]`, added up with these weights, `[U, N, T]`: `[U, N, C]`.
  ///
  /// - Parameter lengths: The real steps of each sequence; the others are not read. nil when all have T.
  package func sequenceMixes(_ values: Tensor, lengths: [Int32]? = nil) -> Tensor {
    let problem = products(with: values, lengths: lengths, in: "sequenceMixes")
    requireDimension(2, "steps", values.shape[0], shape, in: "sequenceMixes")
    let tape = Tape.common(self, values)
    var result = problem.mixes(self, values, on: tape)
    result.node = tape?.record(SequenceMixesOperation(weights: self, values: values, problem: problem))
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
