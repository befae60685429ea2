/// The derivatives of the state after a step, all parts side by side, S numbers.
package struct StepDerivatives: Sendable {
  /// The parts of the state after the step, `[N, width]`.
  package var states: [Tensor]
  /// With respect to the state before the step, `[N, S, S]`: rows before, columns after.
  package var byState: Tensor
  /// What each matrix of the recurrence was multiplied by, `[N, columns]`.
  package var sources: [Tensor]
}

/// Places where trained numbers enter a step: the rows of W x + bias, of each product that stands by itself, and the
/// elements of the vectors. Z numbers; the derivative by the element (i, j) of a matrix is that by row i, times the j-th
/// number that the matrix is multiplied by.
struct WeightRows {
  let inputWidth: Int
  /// For each matrix where its rows begin.
  private(set) var matrices: [Int] = []
  /// For each vector where its elements begin.
  private(set) var vectors: [Int] = []
  /// Z
  private(set) var count: Int

  init(_ program: CellProgram) {
    inputWidth = program.inputWidth
    count = program.inputWidth
    for (number, shape) in program.matrixShapes.enumerated() {
      // Rows that are added to those of the input are the same places.
      if let column = program.nodes.inputColumn(ofMatrix: number) {
        matrices.append(column)
      } else {
        matrices.append(count)
        count += shape.rows
      }
    }
    for vector in program.parameters {
      vectors.append(count)
      count += vector.width
    }
  }

  /// Directions that move one place each, `[1, Z, …]`.
  func seeds(_ program: CellProgram, _ type: ElementType) -> TangentSeeds {
    func identity(_ start: Int, _ width: Int) -> Tensor { .identity(rows: count, at: start, width: width, type) }
    var seeds = TangentSeeds(
      states: program.stateWidths.map { _ in nil }, input: identity(0, inputWidth),
      vectors: zip(vectors, program.parameters).map { identity($0, $1.width) })
    seeds.product = { matrix, _ in
      program.nodes.inputColumn(ofMatrix: matrix) == nil
        ? identity(matrices[matrix], program.matrixShapes[matrix].rows) : nil
    }
    return seeds
  }
}

extension Tensor {
  /// `[1, rows, width]` with ones where the row is `start` and the column 0, and so on along the diagonal.
  static func identity(rows: Int, at start: Int, width: Int, _ type: ElementType) -> Tensor {
    var ones = [Float](repeating: 0, count: rows * width)
    for column in 0..<width { ones[(start + column) * width + column] = 1 }
    return Tensor(ones, shape: [1, rows, width]).converted(to: type)
  }

  /// Adds zeros so that `[1 or N, K, width]` has a row for each of the N.
  func stretched(toRows rows: Int) -> Tensor {
    shape[0] == rows ? self : self + Tensor(repeating: 0, shape: [rows, shape[1], shape[2]], elementType: elementType)
  }
}

/// One step of a cell with its Jacobians, from one forward pass along all unit directions.
package struct JacobianStep {
  package let program: CellProgram
  package let weights: ProgramWeights

  package init(_ program: CellProgram, weights: ProgramWeights) {
    self.program = program
    self.weights = weights
  }

  /// S
  var stateSize: Int { program.stateWidths.reduce(0, +) }

  /// A step from x, `[N, I]`, and the parts of the state, `[N, width]`.
  package func callAsFunction(_ x: Tensor, from states: [Tensor]) -> StepDerivatives {
    var start = 0
    let units = program.stateWidths.map { width in
      defer { start += width }
      return Tensor.identity(rows: stateSize, at: start, width: width, x.elementType)
    }
    let seeds = TangentSeeds(states: units, input: nil, vectors: weights.vectors.map { _ in nil })
    let result = run(x, states, seeds)
    return StepDerivatives(
      states: zip(result.states, program.stateWidths).map { $0.value.reshaped(to: [x.shape[0], $1]) },
      byState: joined(result, stateSize, x), sources: result.sources.map { $0.reshaped(to: [x.shape[0], $0.shape[2]]) })
  }

  /// The derivatives of the state after the step by the places where weights enter, `[N, Z, S]`.
  func byWeightRows(_ x: Tensor, from states: [Tensor], _ rows: WeightRows) -> Tensor {
    joined(run(x, states, rows.seeds(program, x.elementType)), rows.count, x)
  }

  func run(_ x: Tensor, _ states: [Tensor], _ seeds: TangentSeeds) -> TangentStep.Result {
    let projected = x.linear(weight: weights.input, bias: weights.inputBias, cache: weights.cache.input)
    return TangentStep(nodes: program.nodes, weights: weights)(projected, states, stepValues: [], along: seeds)
  }

  /// The tangents of all parts, `[N, K, width]` each, as `[N, K, S]`.
  private func joined(_ result: TangentStep.Result, _ count: Int, _ x: Tensor) -> Tensor {
    let parts = zip(result.states, program.stateWidths).map { state, width in
      (state.tangents ?? Tensor(repeating: 0, shape: [1, count, width], elementType: x.elementType))
        .stretched(toRows: x.shape[0])
    }
    return Tensor(concatenating: parts, axis: 2)
  }
}
