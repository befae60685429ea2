/// The gradients of the weights of a cell that is a program.
package struct WeightGradients: Sendable {
  /// `[columns, I]`
  package var input: Tensor
  /// `[columns]`
  package var inputBias: Tensor
  /// As the matrices of the recurrence.
  package var matrices: [Tensor]
  package var vectors: [Tensor]
}

/// How the state depends on every weight, through all steps so far: what real-time recurrent learning (Williams and Zipser,
/// 1989) carries from step to step instead of the past.
package enum Influence: Sendable {
  /// `[N, weights, S]`: a step costs S² multiplications for each weight.
  case dense(DenseInfluence)
  /// One number for each part of the state and each weight of a unit: a step costs as much as there are weights.
  case diagonal(DiagonalInfluence)

  /// None yet: the state is given, for `rows` rows.
  package init(_ program: CellProgram, inputSize: Int, rows: Int, elementType: ElementType) {
    self =
      program.nodes.isDiagonal
      ? .diagonal(DiagonalInfluence(program, inputSize, rows, elementType))
      : .dense(DenseInfluence(program, inputSize, rows, elementType))
  }

  /// One step from x, `[N, I]`, and the parts of the state, `[N, width]`.
  ///
  /// - Returns: The parts of the state after it.
  package mutating func step(_ x: Tensor, from states: [Tensor], _ weights: ProgramWeights) -> [Tensor] {
    switch self {
    case .dense(var influence):
      defer { self = .dense(influence) }
      return influence.step(x, from: states, weights)
    case .diagonal(var influence):
      defer { self = .diagonal(influence) }
      return influence.step(x, from: states, weights)
    }
  }

  /// What a gradient of the output of the last step, `[N, H]`, amounts to for the weights.
  package func gradients(ofOutput dy: Tensor) -> WeightGradients {
    switch self {
    case .dense(let influence): influence.gradients(ofOutput: dy)
    case .diagonal(let influence): influence.gradients(ofOutput: dy)
    }
  }
}

/// The influence on the whole state, side by side, of each weight.
package struct DenseInfluence: Sendable {
  /// Weights that enter a step at rows that follow each other: the elements of row i are multiplied by those of a source.
  private struct Block: Sendable {
    enum Source: Sendable {
      case input
      case matrix(Int)
      case one
    }
    let firstRow: Int
    let shape: Shape
    let source: Source
  }

  private let program: CellProgram
  private let blocks: [Block]
  /// For each block `[N, elements, S]`.
  private var values: [Tensor]

  init(_ program: CellProgram, _ inputSize: Int, _ rows: Int, _ type: ElementType) {
    let places = WeightRows(program)
    self.program = program
    blocks =
      [
        Block(firstRow: 0, shape: [program.inputWidth, inputSize], source: .input),
        Block(firstRow: 0, shape: [program.inputWidth], source: .one),
      ]
      + program.matrixShapes.enumerated().map { number, shape in
        Block(firstRow: places.matrices[number], shape: [shape.rows, shape.columns], source: .matrix(number))
      }
      + program.parameters.enumerated().map { number, vector in
        Block(firstRow: places.vectors[number], shape: [vector.width], source: .one)
      }
    let size = program.stateWidths.reduce(0, +)
    values = blocks.map { Tensor(repeating: 0, shape: [rows, $0.shape.elementCount, size], elementType: type) }
  }

  /// P′ = P Jᵀ + source ⊗ D.
  fileprivate mutating func step(_ x: Tensor, from states: [Tensor], _ weights: ProgramWeights) -> [Tensor] {
    let step = JacobianStep(program, weights: weights)
    let derivatives = step(x, from: states)
    let direct = step.byWeightRows(x, from: states, WeightRows(program))
    for (number, block) in blocks.enumerated() {
      let rows = direct.slice(axis: 1, block.firstRow..<block.firstRow + block.shape[0])
      let source: Tensor? =
        switch block.source {
        case .input: x
        case .matrix(let matrix): derivatives.sources[matrix]
        case .one: nil
        }
      let now = source.map { rows.outer($0) } ?? rows
      values[number] = matmul(values[number], derivatives.byState) + now
    }
    return derivatives.states
  }

  fileprivate func gradients(ofOutput dy: Tensor) -> WeightGradients {
    let first = program.stateWidths[..<program.output].reduce(0, +)
    let upstream = dy.reshaped(to: [dy.shape[0], dy.shape[1], 1])
    let all = zip(blocks, values).map { block, influence in
      matmul(influence.slice(axis: 2, first..<first + dy.shape[1]), upstream).sum(axis: 0).reshaped(to: block.shape)
    }
    let matrices = program.matrixShapes.count
    return WeightGradients(
      input: all[0], inputBias: all[1], matrices: Array(all[2..<2 + matrices]), vectors: Array(all[(2 + matrices)...]))
  }
}

extension Tensor {
  /// `[N, rows, S]` and `[N, columns]` to `[N, rows · columns, S]`: every row times every column's number.
  fileprivate func outer(_ other: Tensor) -> Tensor {
    let (batch, rows, size, columns) = (shape[0], shape[1], shape[2], other.shape[1])
    let product = reshaped(to: [batch, rows, 1, size]) * other.reshaped(to: [batch, 1, columns, 1])
    return product.reshaped(to: [batch, rows * columns, size])
  }
}

/// The influence on each unit of its own weights, for cells whose units see no other unit's state.
package struct DiagonalInfluence: Sendable {
  private let program: CellProgram
  private let width: Int
  private let gates: Int
  // For each part of the state.
  /// `[N, gates, H, I]`
  private var input: [Tensor]
  /// `[N, gates + vectors, H]`: of the biases, then of the vectors.
  private var rest: [Tensor]

  init(_ program: CellProgram, _ inputSize: Int, _ rows: Int, _ type: ElementType) {
    self.program = program
    width = program.stateWidths[0]
    gates = program.inputWidth / width
    let places = gates + program.parameters.count
    let (width, gates) = (width, gates)
    input = program.stateWidths.map { _ in
      Tensor(repeating: 0, shape: [rows, gates, width, inputSize], elementType: type)
    }
    rest = program.stateWidths.map { _ in Tensor(repeating: 0, shape: [rows, places, width], elementType: type) }
  }

  fileprivate mutating func step(_ x: Tensor, from states: [Tensor], _ weights: ProgramWeights) -> [Tensor] {
    let step = JacobianStep(program, weights: weights)
    let rows = x.shape[0]
    let byState = step.run(x, states, stateSeeds(x.elementType))
    let byWeights = step.run(x, states, weightSeeds(x.elementType))
    let (oldInput, oldRest) = (input, rest)
    let columns = x.reshaped(to: [rows, 1, 1, x.shape[1]])
    for part in states.indices {
      let direct = zeroOr(byWeights.states[part].tangents, gates + program.parameters.count, x)
      let gate = direct.slice(axis: 1, 0..<gates).reshaped(to: [rows, gates, width, 1])
      input[part] = gate * columns
      rest[part] = direct
      let through = zeroOr(byState.states[part].tangents, states.count, x)
      for before in states.indices {
        let factor = through.slice(axis: 1, before..<before + 1)
        input[part] = input[part] + factor.reshaped(to: [rows, 1, width, 1]) * oldInput[before]
        rest[part] = rest[part] + factor * oldRest[before]
      }
    }
    return byState.states.map { $0.value.reshaped(to: [rows, width]) }
  }

  private func zeroOr(_ tangents: Tensor?, _ count: Int, _ x: Tensor) -> Tensor {
    (tangents ?? Tensor(repeating: 0, shape: [1, count, width], elementType: x.elementType))
      .stretched(toRows: x.shape[0])
  }

  /// All units of one part move at once: none reaches another.
  private func stateSeeds(_ type: ElementType) -> TangentSeeds {
    let parts = program.stateWidths.count
    return TangentSeeds(
      states: (0..<parts).map { .ones(inRow: $0, of: parts, width, type) }, input: nil,
      vectors: program.parameters.map { _ in nil })
  }

  /// All rows of a gate move at once, or all elements of a vector.
  private func weightSeeds(_ type: ElementType) -> TangentSeeds {
    let count = gates + program.parameters.count
    let blocks = (0..<gates).map { Tensor.ones(inRow: $0, of: count, width, type) }
    return TangentSeeds(
      states: program.stateWidths.map { _ in nil }, input: Tensor(concatenating: blocks, axis: 2),
      vectors: program.parameters.indices.map { .ones(inRow: gates + $0, of: count, width, type) })
  }

  fileprivate func gradients(ofOutput dy: Tensor) -> WeightGradients {
    let (rows, part) = (dy.shape[0], program.output)
    let inputs = (dy.reshaped(to: [rows, 1, width, 1]) * input[part]).sum(axis: 0)
    let others = (dy.reshaped(to: [rows, 1, width]) * rest[part]).sum(axis: 0)
    return WeightGradients(
      input: inputs.reshaped(to: [gates * width, inputs.shape[2]]),
      inputBias: others.slice(axis: 0, 0..<gates).reshaped(to: [gates * width]), matrices: [],
      vectors: program.parameters.indices.map { others[gates + $0] })
  }
}

extension Tensor {
  /// `[1, rows, width]` with ones in one row.
  fileprivate static func ones(inRow row: Int, of rows: Int, _ width: Int, _ type: ElementType) -> Tensor {
    let scalars = (0..<rows).flatMap { [Float](repeating: $0 == row ? 1 : 0, count: width) }
    return Tensor(scalars, shape: [1, rows, width]).converted(to: type)
  }
}
