import RecurrentTensor

/// The gradients of a scalar function of two tensors, by the tape alone.
func gradients(
  _ first: Tensor, _ second: Tensor, of function: (Tensor, Tensor) -> Tensor
) -> (first: [Float], second: [Float]) {
  let found = gradients([first, second]) { function($0[0], $0[1]) }
  return (found[0].scalars, found[1].scalars)
}

/// The gradients of a scalar function of some tensors, by the tape alone.
func gradients(_ inputs: [Tensor], on tape: Tape = Tape(), of function: ([Tensor]) -> Tensor) -> [Tensor] {
  tape.open()
  defer { tape.close() }
  let leaves = inputs.map { input in
    var leaf = input
    leaf.node = tape.makeLeaf()
    return leaf
  }
  let totals = inputs.map { Tensor(repeating: 0, shape: $0.shape, elementType: $0.elementType) }
  tape.backPropagate(from: function(leaves), leafCount: leaves.count) { totals[$0] }
  return totals
}
