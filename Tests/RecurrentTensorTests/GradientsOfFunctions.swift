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
  var offsets = [0]
  for input in inputs { offsets.append(offsets[offsets.count - 1] + input.count) }
  let total = offsets.removeLast()
  let flat = Tensor(repeating: 0, shape: [total], elementType: inputs.first?.elementType ?? .float32)
  tape.backPropagate(from: function(leaves), into: LeafGradients(flat: flat, offsets: offsets))
  return zip(inputs, offsets).map { flat.view($0.shape, from: $1) }
}
