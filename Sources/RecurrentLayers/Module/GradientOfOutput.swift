public import RecurrentTensor

extension GradientScope {
  /// Computes an output of a model, and into `gradients` what a given gradient of the output amounts to for the
  /// parameters: PyTorch's `output.backward(gradient)`.
  ///
  /// - Parameters:
  ///   - model: The model; see `evaluate(at:key:of:)`.
  ///   - key: Where the step's dropout masks come from; nil for none.
  ///   - outputGradient: Of the shape of the output. It is not copied: recurrent layers only read it, but operations that
  ///     hand it on as it is, such as a reshape, lend it to others that may write to it.
  ///   - output: Computes the output, a tensor of any shape.
  /// - Returns: The output.
  @inlinable
  @discardableResult
  package func evaluate<M: Module, Failure: Error>(
    at model: inout M, key: RandomKey? = nil, outputGradient: Tensor, of output: (M) throws(Failure) -> Tensor
  ) throws(Failure) -> Tensor {
    var marker = open(key: key)
    model.visit(&marker)
    defer {
      var unmarker = LeafUnmarker()
      model.visit(&unmarker)
      close()
    }
    keepLeaves(of: marker)
    let value = try output(model)
    backPropagate(from: value, gradient: outputGradient)
    return value.detached()
  }
}
