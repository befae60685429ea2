import CRecurrentKernels

/// The matrices, biases and vectors of a cell that runs as a program, in the order in which its equations name them.
package struct ProgramWeights: Sendable {
  /// W, `[columns, I]`.
  package var input: Tensor
  /// What is added to W x, `[columns]`.
  package var inputBias: Tensor?
  /// The matrices of the recurrence, each `[rows, columns]`.
  package var matrices: [Tensor]
  /// What is added to the product with each matrix that is not added to W x.
  package var biases: [Tensor?]
  /// The trained vectors.
  package var vectors: [Tensor]
  package var cache: ProgramCache

  package init(
    input: Tensor, inputBias: Tensor?, matrices: [Tensor], biases: [Tensor?] = [], vectors: [Tensor] = [],
    cache: ProgramCache
  ) {
    self.input = input
    self.inputBias = inputBias
    self.matrices = matrices
    self.biases = biases + Array(repeating: nil, count: matrices.count - biases.count)
    self.vectors = vectors
    self.cache = cache
  }

  var all: [Tensor] { [input] + [inputBias].compactMap { $0 } + matrices + biases.compactMap { $0 } + vectors }

  /// The vectors side by side, as programs read them.
  func vectorBlock(_ program: CellProgram, on tape: Tape?) -> Storage? {
    guard let last = program.parameters.last else { return nil }
    let type = input.elementType
    let count = last.offset + last.width
    let block = tape?.makeBlock(count: count, elementType: type) ?? Storage(capacity: count, elementType: type)
    for (vector, place) in zip(vectors, program.parameters) {
      (block.base + place.offset * type.stride).copyMemory(from: vector.pointer, byteCount: place.width * type.stride)
    }
    return block
  }

  func check(_ program: CellProgram, _ x: Tensor) {
    for tensor in all { requireElementType(x, tensor) }
    requireRank(2, input.shape, in: "recurrent layer, weight_ih")
    requireDimension(0, "gates times hidden size", program.inputWidth, input.shape, in: "recurrent layer, weight_ih")
    requireDimension(2, "input size", input.shape[1], x.shape, in: "recurrent layer")
    precondition(matrices.count == program.matrixShapes.count, "\(matrices.count) matrices for another cell")
    precondition(vectors.count == program.parameters.count, "\(vectors.count) vectors for another cell")
    for (matrix, shape) in zip(matrices, program.matrixShapes) {
      requireDimension(0, "rows", shape.rows, matrix.shape, in: "recurrent layer, recurrent matrix")
      requireDimension(1, "columns", shape.columns, matrix.shape, in: "recurrent layer, recurrent matrix")
    }
    precondition(
      zip(biases, program.matricesTakeBias).allSatisfy { $0 == nil || $1 },
      "a bias for a product that is added to that of the input, which has its own")
    for (vector, place) in zip(vectors, program.parameters) {
      requireDimension(0, "width", place.width, vector.shape, in: "recurrent layer, vector")
    }
    if let inputBias {
      requireDimension(0, "gates times hidden size", program.inputWidth, inputBias.shape, in: "recurrent layer, bias")
    }
  }
}

/// Where the packed forms of a cell's matrices are kept.
package final class ProgramCache: Sendable {
  let input = LinearCache()
  let matrices: [LinearCache] = (0..<Int(RK_MOST_MATRICES)).map { _ in LinearCache() }

  package init() {}
}
