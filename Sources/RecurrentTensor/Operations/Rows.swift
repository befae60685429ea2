import CRecurrentKernels

/// Rows of a table, chosen by number.
struct EmbeddingOperation: DifferentiableOperation {
  let table: Tensor
  let indices: [Int32]

  func pullback(_ adjoints: inout Adjoints) {
    guard let dy = adjoints.takeOutput() else { return }
    adjoints.accumulate(into: table) { kernels, dtable in
      kernels.pointee.scatter_add(Int64(indices.count), Int64(table.shape[1]), dy.pointer, indices, dtable)
    }
  }
}

/// Softmax, or its logarithm, along the innermost axis.
struct SoftmaxOperation: DifferentiableOperation {
  let x: Tensor
  let y: Tensor
  let isLogarithm: Bool

  static func apply(_ x: Tensor, isLogarithm: Bool) -> Tensor {
    let tape = Tape.common(x)
    var y = Tensor(uninitialized: x.shape, elementType: x.elementType, on: tape)
    let width = x.shape[-1]
    let rows = x.shape.elementCount(of: 0..<x.shape.rank - 1)
    let function = isLogarithm ? x.kernels.pointee.log_softmax : x.kernels.pointee.softmax
    function(Int64(rows), Int64(width), x.pointer, y.mutablePointer)
    y.node = tape?.record(SoftmaxOperation(x: x.placeOnly(), y: y, isLogarithm: isLogarithm))
    return y
  }

  func pullback(_ adjoints: inout Adjoints) {
    guard let dy = adjoints.takeOutput() else { return }
    let width = y.shape[-1]
    let rows = y.shape.elementCount(of: 0..<y.shape.rank - 1)
    adjoints.accumulate(into: x) { kernels, dx in
      let function = isLogarithm ? kernels.pointee.log_softmax_backward : kernels.pointee.softmax_backward
      function(Int64(rows), Int64(width), y.pointer, dy.pointer, dx)
    }
  }
}

/// The cross-entropy of each row of logits against a class, fused with the softmax.
///
/// It keeps the logits themselves and two numbers a row rather than the probabilities, and its way back writes the gradient
/// over the logits if nobody else holds them: over a large vocabulary these arrays are most of a model's memory.
struct CrossEntropyOperation: DifferentiableOperation {
  var logits: Tensor
  /// The largest logit and the sum of the exponentials of the distances to it, `[rows, 2]`.
  let normalizers: Tensor
  let targets: [Int32]
  let smoothing: Double

  mutating func pullback(_ adjoints: inout Adjoints) {
    guard let dlosses = adjoints.takeOutput(), adjoints.wants(logits) else { return }
    let place = logits.place
    let dx =
      adjoints.tape.takeOver(&logits)
      ?? Tensor(uninitialized: logits.shape, elementType: logits.elementType, on: adjoints.tape)
    logits.kernels.pointee.cross_entropy_backward(
      Int64(targets.count), Int64(logits.shape[-1]), smoothing, logits.pointer, normalizers.pointer, targets,
      dlosses.pointer, dx.mutablePointer)
    adjoints.give(dx, to: place)
  }
}

/// Layer normalisation along the innermost axis.
struct LayerNormOperation: DifferentiableOperation {
  let x: Tensor
  let gain: Tensor?
  let shift: Tensor?
  let mean: Tensor
  let reciprocalDeviation: Tensor

  func pullback(_ adjoints: inout Adjoints) {
    guard let dy = adjoints.takeOutput() else { return }
    x.kernels.pointee.layer_norm_backward(
      Int64(mean.count), Int64(x.shape[-1]), x.pointer, gain?.pointer, mean.pointer, reciprocalDeviation.pointer,
      dy.pointer, adjoints.pointer(for: x), adjoints.pointer(for: gain), adjoints.pointer(for: shift))
  }
}

extension Tensor {
  /// The rows of this table, `[V, C]`, that `indices` name: `[indices.count, C]`. A negative index gives a row of zeros.
  public func rows(at indices: [Int32]) -> Tensor {
    requireRank(2, shape, in: "rows(at:)")
    precondition(indices.allSatisfy { $0 < shape[0] }, "an index is not below the \(shape[0]) rows of the table")
    let tape = Tape.common(self)
    var result = Tensor(uninitialized: [indices.count, shape[1]], elementType: elementType, on: tape)
    kernels.pointee.gather(Int64(indices.count), Int64(shape[1]), pointer, indices, result.mutablePointer)
    result.node = tape?.record(EmbeddingOperation(table: placeOnly(), indices: indices))
    return result
  }

  /// Normalises along the innermost axis, with optional `gain` and `shift` of its size (Ba et al., 2016).
  public func layerNormalized(gain: Tensor? = nil, shift: Tensor? = nil, epsilon: Float = 1e-5) -> Tensor {
    requireElementType(self, gain, shift)
    let width = shape[-1]
    for parameter in [gain, shift] {
      if let parameter { requireDimension(0, "features", width, parameter.shape, in: "layerNormalized") }
    }
    let rows = shape.elementCount(of: 0..<shape.rank - 1)
    let tape = Tape.common(self, gain, shift)
    var y = Tensor(uninitialized: shape, elementType: elementType, on: tape)
    let mean = Tensor(uninitialized: [rows], elementType: elementType, on: tape)
    let reciprocal = Tensor(uninitialized: [rows], elementType: elementType, on: tape)
    kernels.pointee.layer_norm(
      Int64(rows), Int64(width), Double(epsilon), pointer, gain?.pointer, shift?.pointer, y.mutablePointer,
      mean.mutablePointer, reciprocal.mutablePointer)
    y.node = tape?.record(
      LayerNormOperation(x: self, gain: gain, shift: shift, mean: mean, reciprocalDeviation: reciprocal))
    return y
  }

  /// The cross-entropy of each row, in nats: logits `[…, V]` against one class a row gives `[rows]`.
  ///
  /// A negative class leaves the row out: its loss and its gradient are 0. With label smoothing s the target
  /// distribution is (1 - s) on the class plus s / V on every class, as PyTorch defines it.
  public func crossEntropy(targets: [Int32], labelSmoothing: Float = 0) -> Tensor {
    let width = shape[-1]
    let rows = shape.elementCount(of: 0..<shape.rank - 1)
    precondition(targets.count == rows, "\(targets.count) targets for \(rows) rows of logits")
    precondition(targets.allSatisfy { $0 < width }, "a target is not below the \(width) classes")
    let tape = Tape.common(self)
    var losses = Tensor(uninitialized: [rows], elementType: elementType, on: tape)
    let normalizers = Tensor(uninitialized: [rows, 2], elementType: elementType, on: tape)
    kernels.pointee.cross_entropy(
      Int64(rows), Int64(width), Double(labelSmoothing), pointer, targets, losses.mutablePointer,
      normalizers.mutablePointer)
    losses.node = tape?.record(
      CrossEntropyOperation(
        logits: self, normalizers: normalizers, targets: targets, smoothing: Double(labelSmoothing)))
    return losses
  }
}

/// e^x along the innermost axis, divided by its sum.
public func softmax(_ x: Tensor) -> Tensor { SoftmaxOperation.apply(x, isLogarithm: false) }
/// The logarithm of softmax along the innermost axis.
public func logSoftmax(_ x: Tensor) -> Tensor { SoftmaxOperation.apply(x, isLogarithm: true) }
