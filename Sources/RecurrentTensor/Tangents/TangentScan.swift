/// One direction in which everything that a sequence through a cell depends on moves. What is nil stays.
package struct SequenceDirection {
  /// Of x, `[T, N, I]`.
  package var inputs: Tensor?
  /// Of the parts of the first state, `[N, width]`.
  package var states: [Tensor?]
  /// Of the weights: the same matrices and vectors, holding the direction.
  package var weights: ProgramWeights?

  package init(inputs: Tensor?, states: [Tensor?], weights: ProgramWeights?) {
    self.inputs = inputs
    self.states = states
    self.weights = weights
  }
}

/// A whole sequence through a cell in forward mode: outputs and last state with their derivatives along K directions.
/// Nothing of the past is kept.
package struct TangentScan {
  package let program: CellProgram
  package let weights: ProgramWeights
  /// The real steps of each row; nil for all.
  package let lengths: [Int32]?
  package let isReversed: Bool

  package init(_ program: CellProgram, weights: ProgramWeights, lengths: [Int32]?, isReversed: Bool) {
    self.program = program
    self.weights = weights
    self.lengths = lengths
    self.isReversed = isReversed
  }

  /// The results, `[T, N, H]` and `[N, width]`, and their derivatives, `[T, N, K, H]` and `[N, K, width]`.
  package struct Result {
    package var outputs: Tensor
    package var last: [Tensor]
    package var outputTangents: Tensor
    package var lastTangents: [Tensor]
  }

  /// Runs `x`, `[T, N, I]`, from a state, along directions.
  package func callAsFunction(_ x: Tensor, from initial: [Tensor], along directions: [SequenceDirection]) -> Result {
    let (steps, rows, count) = (x.shape[0], x.shape[1], directions.count)
    let type = x.elementType
    let step = TangentStep(nodes: program.nodes, weights: weights)
    var states = initial.enumerated().map { part, value in
      Dual(value: value, tangents: stack(directions.map { $0.states[part] }, like: value))
    }
    let width = program.stateWidths[program.output]
    let nothing = Dual(
      value: Tensor(repeating: 0, shape: [rows, width], elementType: type),
      tangents: Tensor(repeating: 0, shape: [rows, count, width], elementType: type))
    var outputs: [Dual] = []
    for number in 0..<steps {
      let time = isReversed ? steps - 1 - number : number
      let choice = realRows(at: time, of: rows)
      let active = choice.map { $0.filter { $0 >= 0 } }
      let now = states.map { $0.rows(active) }
      let input = x[time].rows(ifAny: active)
      var seeds = TangentSeeds(
        states: now.map(\.tangents), input: inputTangents(input, directions, time, active),
        vectors: weights.vectors.indices.map { vectorTangents($0, directions) })
      seeds.product = { productTangents($0, $1, directions) }
      let projected = input.linear(weight: weights.input, bias: weights.inputBias, cache: weights.cache.input)
      let next = step(projected, now.map(\.value), stepValues: [], along: seeds).states.map {
        $0.withoutBundleAxis(count)
      }
      outputs.append(nothing.replacing(choice, by: next[program.output]))
      states = zip(states, next).map { $0.replacing(choice, by: $1) }
    }
    if isReversed { outputs.reverse() }
    return Result(
      outputs: stacked(outputs.map(\.value), [0, rows, width], type), last: states.map(\.value),
      outputTangents: stacked(outputs.compactMap(\.tangents), [0, rows, count, width], type),
      lastTangents: states.map {
        $0.tangents ?? Tensor(repeating: 0, shape: $0.value.shape.inserting(count, at: 1), elementType: type)
      })
  }

  private func stacked(_ parts: [Tensor], _ none: Shape, _ type: ElementType) -> Tensor {
    parts.isEmpty ? Tensor(repeating: 0, shape: none, elementType: type) : Tensor(stacking: parts)
  }

  /// For each row its number among the active ones if it is real at `time`, else -1; nil where all are.
  private func realRows(at time: Int, of rows: Int) -> [Int32]? {
    guard let lengths, lengths.contains(where: { Int($0) <= time }) else { return nil }
    return (0..<rows).map { time < Int(lengths[$0]) ? Int32($0) : -1 }
  }

  /// One tensor for each direction, `[N, width]`, as `[N, K, width]`; nil where all are.
  private func stack(_ parts: [Tensor?], like value: Tensor) -> Tensor? {
    guard parts.contains(where: { $0 != nil }) else { return nil }
    let zeros = Tensor(repeating: 0, shape: value.shape, elementType: value.elementType)
    return Tensor(stacking: parts.map { $0 ?? zeros }).permuted([1, 0, 2])
  }

  /// Of W x + b: W dx + dW x + db.
  private func inputTangents(
    _ x: Tensor, _ directions: [SequenceDirection], _ time: Int, _ active: [Int32]?
  ) -> Tensor? {
    let parts = directions.map { direction in
      Tensor.sum(
        direction.inputs.map {
          $0[time].rows(ifAny: active).linear(weight: weights.input, bias: nil, cache: weights.cache.input)
        }, direction.weights.map { x.linear(weight: $0.input, bias: $0.inputBias, cache: $0.cache.input) })
    }
    return stack(parts, like: Tensor(uninitialized: [x.shape[0], program.inputWidth], elementType: x.elementType))
  }

  /// Of R s as far as R moves: dR s + db, for s `[N, 1, columns]`.
  private func productTangents(_ matrix: Int, _ source: Tensor, _ directions: [SequenceDirection]) -> Tensor? {
    let flat = source.reshaped(to: [source.shape[0], source.shape[2]])
    let parts = directions.map { direction in
      direction.weights.map {
        flat.linear(weight: $0.matrices[matrix], bias: $0.biases[matrix], cache: $0.cache.matrices[matrix])
      }
    }
    let rows = program.matrixShapes[matrix].rows
    return stack(parts, like: Tensor(uninitialized: [flat.shape[0], rows], elementType: flat.elementType))
  }

  private func vectorTangents(_ vector: Int, _ directions: [SequenceDirection]) -> Tensor? {
    let value = weights.vectors[vector].reshaped(to: [1, weights.vectors[vector].count])
    return stack(directions.map { $0.weights.map { $0.vectors[vector].reshaped(to: value.shape) } }, like: value)
  }
}

extension Tensor {
  /// The rows of `[N, …]` with these numbers; all of them where there are none.
  fileprivate func rows(ifAny numbers: [Int32]?) -> Tensor {
    guard let numbers else { return self }
    let width = shape.elementCount(of: 1..<shape.rank)
    return reshaped(to: [shape[0], width]).rows(at: numbers)
      .reshaped(to: shape.replacing(axis: 0, with: numbers.count))
  }
}

extension Dual {
  fileprivate func rows(_ numbers: [Int32]?) -> Dual {
    Dual(value: value.rows(ifAny: numbers), tangents: tangents.map { $0.rows(ifAny: numbers) })
  }

  /// `[N, 1, width]` as `[N, width]`; tangents for every row, zeros where there were none.
  fileprivate func withoutBundleAxis(_ count: Int) -> Dual {
    let (rows, width) = (value.shape[0], value.shape[2])
    let zeros = Tensor(repeating: 0, shape: [rows, count, width], elementType: value.elementType)
    return Dual(value: value.reshaped(to: [rows, width]), tangents: tangents.map { $0 + zeros } ?? zeros)
  }

  /// The rows that are real taken from `next`, which holds them alone; nil where all are.
  fileprivate func replacing(_ choice: [Int32]?, by next: Dual) -> Dual {
    guard let choice else { return next }
    var taken = Int32(choice.count)
    let numbers = choice.enumerated().map { row, number in
      if number < 0 { return Int32(row) }
      defer { taken += 1 }
      return taken
    }
    func joined(_ old: Tensor, _ new: Tensor) -> Tensor {
      Tensor(concatenating: [old, new], axis: 0).rows(ifAny: numbers)
    }
    return Dual(
      value: joined(value, next.value),
      tangents: next.tangents.map { new in
        joined(
          tangents
            ?? Tensor(
              repeating: 0, shape: new.shape.replacing(axis: 0, with: choice.count), elementType: new.elementType), new)
      })
  }
}
