public import RecurrentTensor

/// The derivative of a cell's state after a step with respect to the state before it, one matrix for each row of the batch,
/// in double precision inside.
///
/// The parts of a state stand side by side, S numbers in all: for an LSTM the hidden state, then the cell state.
public struct StepJacobian: Sendable {
  /// The names of the parts of the state.
  public let partNames: [String]
  /// Their widths.
  public let widths: [Int]
  /// `[N, S, S]`: rows after, columns before.
  package let matrices: Tensor

  /// ∂s′/∂s of every row, `[N, S, S]`: rows after the step, columns before.
  public var values: Tensor { matrices.converted(to: .float32) }

  /// The derivative of one part after the step by one part before it, `[N, width after, width before]`, the other parts
  /// before the step held still.
  public func block(of after: Int, by before: Int) -> Tensor {
    blockInDouble(of: after, by: before).converted(to: .float32)
  }

  package func blockInDouble(of after: Int, by before: Int) -> Tensor {
    matrices.slice(axis: 1, range(ofPart: after)).slice(axis: 2, range(ofPart: before))
  }

  private func range(ofPart part: Int) -> Range<Int> {
    let start = widths[..<part].reduce(0, +)
    return start..<start + widths[part]
  }
}

/// Along which parts of the state a product of Jacobians goes from step to step.
public enum JacobianPath: Hashable, Sendable {
  /// Along all of them.
  case wholeState
  /// Along one part alone, for an LSTM 0 for the hidden state and 1 for the cell state: what would flow if the other parts
  /// of the state before each step stood still.
  case part(Int)
}

/// The Jacobians of all steps of a sequence, in the order in which the cell walked through them.
public struct StepJacobians: Sendable {
  /// One for each step.
  public let steps: [StepJacobian]

  /// How the state after the last step depends on that `lag` steps before, along a path, for every lag from 1 on,
  /// `[N, S, S]` or `[N, width, width]` each: J_T, J_T J_{T-1}, …
  public func products(along path: JacobianPath = .wholeState) -> [Tensor] {
    productsInDouble(along: path).map { $0.converted(to: .float32) }
  }

  /// The largest factor by which each product can stretch a vector, its spectral norm: for every lag from 1 on one number
  /// for each row of the batch.
  public func productNorms(along path: JacobianPath = .wholeState) -> [[Double]] {
    productsInDouble(along: path).map(\.spectralNorms)
  }

  /// The spectral norm of each step's own Jacobian: for every step one number for each row.
  public func norms(along path: JacobianPath = .wholeState) -> [[Double]] {
    steps.map { $0.matrix(along: path).spectralNorms }
  }

  package func productsInDouble(along path: JacobianPath) -> [Tensor] {
    var products: [Tensor] = []
    for step in steps.reversed() {
      let jacobian = step.matrix(along: path)
      products.append(products.last.map { matmul($0, jacobian) } ?? jacobian)
    }
    return products
  }
}

extension StepJacobian {
  fileprivate func matrix(along path: JacobianPath) -> Tensor {
    switch path {
    case .wholeState: matrices
    case .part(let part): blockInDouble(of: part, by: part)
    }
  }
}

extension CellWithEquations {
  /// The Jacobians of every step of a sequence, from one forward pass with all unit directions.
  ///
  /// - Parameters:
  ///   - inputs: `[T, N, I]`, all rows of full length.
  ///   - state: The state before the first step; nil is the zero state.
  ///   - direction: Which way the cell walks through time.
  public func stepJacobians(
    _ inputs: SequenceBatch, from state: State? = nil, direction: Direction = .forward
  ) -> StepJacobians {
    precondition(
      inputs.lengths.map { $0.allSatisfy { $0 == Int32(inputs.stepCount) } } ?? true,
      "Jacobians of a batch of different lengths")
    let form = equationForm.inDouble
    let step = JacobianStep(form.program, weights: form.weights)
    let x = inputs.values.detached().converted(to: .float64)
    let names = zip(State.componentNames, form.program.stateWidths).map(\.0)
    var states = form.firstStates(state?.components, rows: inputs.batchSize)
    let times = Array(0..<inputs.stepCount)
    return StepJacobians(
      steps: (direction == .forward ? times : times.reversed()).map { time in
        let derivatives = step(x[time], from: states)
        states = derivatives.states
        return StepJacobian(
          partNames: names, widths: form.program.stateWidths, matrices: derivatives.byState.permuted([0, 2, 1]))
      })
  }
}

extension Tensor {
  /// The largest singular value of each matrix of `[N, R, C]`, by power iteration on Aᵀ A; 0 for a matrix of zeros.
  fileprivate var spectralNorms: [Double] {
    let transposed = permuted([0, 2, 1])
    let (rows, width) = (shape[0], shape[2])
    var vector = Tensor(uniform: [rows, width, 1], from: 0.5, to: 1, key: RandomKey(seed: 1)).converted(to: .float64)
    var norms = [Double](repeating: 0, count: rows)
    for _ in 0..<Self.mostIterations {
      vector = vector.normalizedColumns
      let image = matmul(self, vector)
      let next = image.columnLengths
      vector = matmul(transposed, image)
      let isSettled = zip(next, norms).allSatisfy { abs($0 - $1) <= 1e-10 * $0 }
      norms = next
      if isSettled { break }
    }
    return norms
  }

  private static let mostIterations = 200

  /// The lengths of `[N, width, 1]`.
  private var columnLengths: [Double] { squared().sum(axis: 1).doubles.map { $0.squareRoot() } }

  private var normalizedColumns: Tensor {
    let lengths = columnLengths.map { $0 > 0 ? 1 / $0 : 0 }
    return self * Tensor(doubles: lengths, shape: [shape[0], 1, 1])
  }
}
