import Foundation
import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// What holds for every layer that turns sequences and states into sequences and states.
struct LayerLaws<Layer: SequenceLayer> {
  static var lengths: [Int] { [5, 0, 3, 4] }

  let layer: Layer
  /// `[T, N, I]`
  let values: Tensor
  /// Of all rows, random.
  let state: Layer.State

  init(_ layer: Layer) {
    let key = RandomKey(seed: 71)
    self.layer = layer
    values = Tensor(normal: [5, 4, layer.inputSize], key: key)
    let first = layer.firstState(like: values)
    state = first.replacing(
      components: first.components.enumerated().map { part, zero in
        Tensor(normal: zero.shape, deviation: 0.5, key: key.folding(part + 1))
      })
  }

  func checkAll(isCausal: Bool = true) throws {
    checkShapes()
    checkPadding()
    checkRows()
    checkMask()
    checkGradients()
    try checkFiles()
    if isCausal { checkCarriedState() }
    #expect(checkModule(layer) == [])
  }

  private func bits(
    _ values: Tensor, _ lengths: [Int]?, _ state: Layer.State?
  ) -> (outputs: [[UInt32]], state: [[[UInt32]]]) {
    let (outputs, last) = layer(SequenceBatch(values, lengths: lengths), from: state)
    return (LayerLaws.rows(outputs.values), LayerLaws.rows(last))
  }

  /// The bits of each row of `[T, N, C]`.
  static func rows(_ values: Tensor) -> [[UInt32]] {
    let turned = values.permuted([1, 0, 2])
    return (0..<turned.shape[0]).map { turned[$0].scalars.map(\.bitPattern) }
  }

  /// The bits of each row of each part.
  static func rows(_ state: Layer.State) -> [[[UInt32]]] {
    let parts = state.components
    return (0..<parts[0].shape[0]).map { row in parts.map { $0[row].scalars.map(\.bitPattern) } }
  }

  private func checkShapes() {
    let (outputs, last) = layer(SequenceBatch(values, lengths: Self.lengths), from: state)
    #expect(outputs.values.shape == [5, 4, layer.outputSize])
    #expect(last.components.map(\.shape) == state.components.map(\.shape))
    for (row, length) in Self.lengths.enumerated() {
      for step in length..<5 {
        let output = outputs.values[step][row].scalars
        #expect(output.allSatisfy { $0 == 0 }, "padding at step \(step) of row \(row)")
      }
    }
    #expect(Self.rows(last)[1] == Self.rows(state)[1], "a row of length 0 keeps its state")
    let begun = bits(values, Self.lengths, layer.firstState(like: values))
    #expect(begun == bits(values, Self.lengths, nil))
  }

  private func checkPadding() {
    let whole = bits(values, Self.lengths, state)
    let gradients = gradientBits(values)
    for filling in [Float(1e30), .infinity, .nan] {
      var refilled = values
      refilled.withMutableScalars { scalars in
        for index in scalars.indices {
          let (step, row) = (index / (4 * layer.inputSize), index / layer.inputSize % 4)
          if step >= Self.lengths[row] { scalars[index] = filling }
        }
      }
      #expect(bits(refilled, Self.lengths, state) == whole, "padding filled with \(filling)")
      #expect(gradientBits(refilled) == gradients, "gradients with padding filled with \(filling)")
    }
    let longer = Tensor(concatenating: [values, Tensor(repeating: 3, shape: [2, 4, layer.inputSize])], axis: 0)
    let found = layer(SequenceBatch(longer, lengths: Self.lengths), from: state)
    #expect(Self.rows(found.outputs.values.slice(axis: 0, 0..<5)) == whole.outputs)
    #expect(Self.rows(found.finalState) == whole.state)
  }

  private func checkRows() {
    let whole = bits(values, Self.lengths, state)
    for row in 0..<4 {
      let alone = bits(values.slice(axis: 1, row..<row + 1), [Self.lengths[row]], state.selecting(rows: [row]))
      #expect(alone.outputs == [whole.outputs[row]] && alone.state == [whole.state[row]], "row \(row) alone")
    }
    // Two of the streams go on in a batch of their own, and come back.
    let (_, middle) = layer(SequenceBatch(values), from: state)
    let (_, two) = layer(
      SequenceBatch(values.permuted([1, 0, 2]).rows3([2, 0]).permuted([1, 0, 2])), from: middle.selecting(rows: [2, 0]))
    let (_, all) = layer(SequenceBatch(values), from: middle)
    let back = Self.rows(middle.replacing(rows: [2, 0], with: two))
    #expect(back[0] == Self.rows(all)[0] && back[2] == Self.rows(all)[2])
    #expect(back[1] == Self.rows(middle)[1] && back[3] == Self.rows(middle)[3])
  }

  /// Steps that are passed over might as well not be there.
  private func checkMask() {
    let mask = StepFlags([
      [true, true, false, false], [false, true, true, false], [true, true, false, false], [true, true, true, false],
      [false, true, true, true],
    ])
    var spoiled = values
    spoiled.withMutableScalars { scalars in
      for index in scalars.indices where !mask.flags[index / layer.inputSize] { scalars[index] = .nan }
    }
    let (outputs, last) = layer(SequenceBatch(spoiled, lengths: Self.lengths), from: state, mask: mask)
    #expect(outputs.lengths?.map(Int.init) == Self.lengths)
    for (row, length) in Self.lengths.enumerated() {
      let kept = (0..<length).filter { mask[$0, row] }
      let steps = kept.map { values.slice(axis: 0, $0..<$0 + 1).slice(axis: 1, row..<row + 1) }
      let short =
        steps.isEmpty ? Tensor(zeros: [0, 1, layer.inputSize]) : Tensor(concatenating: steps, axis: 0)
      let alone = layer(SequenceBatch(short), from: state.selecting(rows: [row]))
      #expect(Self.rows(last)[row] == Self.rows(alone.finalState)[0], "state of row \(row) with steps passed over")
      for step in 0..<5 {
        let found = outputs.values[step][row].scalars.map(\.bitPattern)
        let place = kept.firstIndex(of: step)
        let expected = place.map { alone.outputs.values[$0][0].scalars.map(\.bitPattern) }
        #expect(found == expected ?? found.map { _ in 0 }, "step \(step) of row \(row)")
      }
    }
  }

  private func checkCarriedState() {
    let whole = bits(values, Self.lengths, state)
    let first = layer(
      SequenceBatch(values.slice(axis: 0, 0..<2), lengths: Self.lengths.map { min($0, 2) }), from: state)
    let second = layer(
      SequenceBatch(values.slice(axis: 0, 2..<5), lengths: Self.lengths.map { max($0 - 2, 0) }),
      from: first.finalState.detached())
    let joined = Tensor(concatenating: [first.outputs.values, second.outputs.values], axis: 0)
    #expect(Self.rows(joined) == whole.outputs && Self.rows(second.finalState) == whole.state, "cut in two")
  }

  /// A state that went through a file goes on to the same bits.
  private func checkFiles() throws {
    let coded = try JSONEncoder().encode(state)
    let read = try layer.validated(JSONDecoder().decode(Layer.State.self, from: coded))
    #expect(bits(values, Self.lengths, read) == bits(values, Self.lengths, state))
    let binary = PropertyListEncoder()
    binary.outputFormat = .binary
    let again = try PropertyListDecoder().decode(Layer.State.self, from: binary.encode(state))
    #expect(try Self.rows(layer.validated(again)) == Self.rows(state))
  }

  private func gradientBits(_ values: Tensor) -> [UInt32] {
    var model = LayerWithInputs(layer: layer, inputs: Parameter(values))
    let scope = GradientScope()
    _ = scope.evaluate(at: &model) { loss($0, Self.lengths) }
    return scope.gradients.flat.scalars.map(\.bitPattern)
  }

  private func checkGradients() {
    let check = checkGradient(of: LayerWithInputs(layer: layer, inputs: Parameter(values)), sample: 60) {
      loss($0, Self.lengths)
    }
    #expect(check.agrees, "\(check)")
  }

  private func loss(_ model: LayerWithInputs<Layer>, _ lengths: [Int]) -> Tensor {
    let (outputs, last) = model.layer(SequenceBatch(model.inputs.value, lengths: lengths))
    return last.components.reduce(outputs.values.weighedSum()) { $0 + $1.weighedSum() }
  }
}

/// A layer with its inputs as a parameter, so that their gradient can be asked for.
struct LayerWithInputs<Layer: SequenceLayer>: Module {
  var layer: Layer
  var inputs: Parameter

  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("layer", &layer)
    visitor.visit("inputs", &inputs)
  }
}

extension Tensor {
  /// Some parts of the outermost of three axes.
  fileprivate func rows3(_ rows: [Int]) -> Tensor {
    Tensor(concatenating: rows.map { slice(axis: 0, $0..<$0 + 1) }, axis: 0)
  }
}
