import CRecurrentKernels

/// The mean of the squared differences between two tensors: one record on the tape, because in the training step of a small
/// forecaster every record counts.
package struct MeanSquaredErrorOperation: DifferentiableOperation {
  let predictions: Place
  let targets: Place
  /// predictions - targets, 0 where an element does not count.
  let differences: Tensor
  /// The elements that count, at least 1.
  let count: Double

  /// The mean of (predictions - targets)² over the elements whose mask is not 0, shape `[]`; 0 if there are none.
  ///
  /// - Parameter mask: Of zeros and ones, of the shape of `predictions` or one that stretches to it.
  package static func apply(_ predictions: Tensor, _ targets: Tensor, mask: Tensor?) -> Tensor {
    requireElementType(predictions, targets, mask)
    if predictions.shape != targets.shape {
      ShapeError(operation: "meanSquaredError", actual: targets.shape, reason: .incompatible(predictions.shape)).trap()
    }
    let tape = Tape.common(predictions, targets)
    var differences = ArithmeticOperation.compute(RK_SUBTRACT, predictions, targets, on: tape)
    var count = Double(differences.count)
    if let mask {
      let zeros = Tensor(repeating: 0, shape: predictions.shape, elementType: predictions.elementType, on: tape)
      let stretched = mask.maskStretched(to: predictions.shape, on: tape)
      differences = SelectOperation.compute(stretched, differences, zeros, on: tape)
      count = mask.countedElements(of: predictions.shape)
    }
    count = Swift.max(1, count)
    let sum = differences.kernels.pointee.squared_norm(Int64(differences.count), differences.pointer)
    var mean = Tensor(uninitialized: [], elementType: differences.elementType, on: tape)
    mean.kernels.pointee.fill(1, sum / count, mean.mutablePointer)
    mean.node = tape?.record(
      MeanSquaredErrorOperation(
        predictions: predictions.place, targets: targets.place, differences: differences, count: count))
    return mean
  }

  package func pullback(_ adjoints: inout Adjoints) {
    guard let dy = adjoints.takeOutput() else { return }
    let scale = 2 * dy.doubleScalar / count
    adjoints.accumulate(into: predictions) { kernels, gradient in
      kernels.pointee.add_scaled(Int64(differences.count), scale, differences.pointer, gradient)
    }
    adjoints.accumulate(into: targets) { kernels, gradient in
      kernels.pointee.add_scaled(Int64(differences.count), -scale, differences.pointer, gradient)
    }
  }
}
