import CRecurrentKernels
public import RecurrentTensor

/// Computes losses and their gradients, step after step, in memory that is used again.
///
/// ```swift
/// let scope = GradientScope()
/// for step in 0..<1000 {
///   let loss = scope.evaluate(at: &model) { model in
///     meanSquaredError(model(inputs), targets)
///   }
///   scope.gradients.clip(toGlobalNorm: 1)
///   optimizer.update(&model, with: scope.gradients)
/// }
/// ```
///
/// A scope belongs to the thread that uses it. Randomness and training mode come in through `key`: without one there is
/// no dropout, and batch normalisation uses its running statistics. What training adds to those comes back beside the
/// gradients; an optimiser's update writes it to the model.
public final class GradientScope {
  private let tape = Tape()
  private let statistics = StatisticsRecorder()
  private var layout = Gradients.Layout()

  /// The gradients of the last evaluation; may be changed in place, for example clipped.
  public var gradients = Gradients(layout: .init(), flat: Tensor(zeros: [0]))

  /// A scope that has not computed anything yet.
  public init() {}

  /// Computes the loss of a model, and its gradient into `gradients`.
  ///
  /// - Parameters:
  ///   - model: The model. While `loss` runs, its parameters remember that their gradients are wanted; afterwards it is
  ///     as it was.
  ///   - key: Where the step's dropout masks come from; nil for none, and for inference mode altogether.
  ///   - loss: Computes the loss, a tensor of shape `[]`.
  /// - Returns: The loss.
  @inlinable
  public func evaluate<M: Module, Failure: Error>(
    at model: inout M, key: RandomKey? = nil, of loss: (M) throws(Failure) -> Tensor
  ) throws(Failure) -> Float {
    try evaluate(at: &model, key: key) { model throws(Failure) in (try loss(model), ()) }.value
  }

  /// Computes the loss of a model, its gradient into `gradients`, and whatever else `loss` gives, such as the last states
  /// of the layers.
  ///
  /// - Parameters:
  ///   - model: The model; see above.
  ///   - key: Where the step's dropout masks come from; nil for none.
  ///   - loss: Computes the loss, a tensor of shape `[]`, and something else. Call `detached()` on tensors to be used in
  ///     a later step.
  @inlinable
  public func evaluate<M: Module, Auxiliary, Failure: Error>(
    at model: inout M, key: RandomKey? = nil, of loss: (M) throws(Failure) -> (Tensor, Auxiliary)
  ) throws(Failure) -> (value: Float, auxiliary: Auxiliary) {
    var marker = open(key: key)
    model.visit(&marker)
    defer {
      var unmarker = LeafUnmarker()
      model.visit(&unmarker)
      close()
    }
    keepLeaves(of: marker)
    let (value, auxiliary) = try loss(model)
    backPropagate(from: value)
    return (value.scalar, auxiliary)
  }

  /// Computes the loss of a share of a batch, and the gradient of `weight` times it into `gradients`.
  ///
  /// - Parameters:
  ///   - model: The model; see above.
  ///   - key: Where the share's dropout masks come from; nil for none.
  ///   - listener: Told when the gradients of parameters are complete.
  ///   - loss: Computes the loss, a tensor of shape `[]`, its weight, and something else.
  package func evaluate<M: Module, Auxiliary, Failure: Error>(
    at model: inout M, key: RandomKey?, telling listener: (any GradientListener)?,
    weighing loss: (M) throws(Failure) -> (mean: Tensor, weight: Double, auxiliary: Auxiliary)
  ) throws(Failure) -> (value: Float, auxiliary: Auxiliary) {
    var marker = open(key: key)
    model.visit(&marker)
    defer {
      var unmarker = LeafUnmarker()
      model.visit(&unmarker)
      close()
    }
    keepLeaves(of: marker)
    if listener != nil { tape.watchLeaves(layout.shapes.count) }
    let (mean, weight, auxiliary) = try loss(model)
    precondition(mean.count == 1, "the loss must be a single number, not of shape \(mean.shape)")
    // A constant loss may be of any type, and its gradients are added to those of other shares.
    clearGradients(elementType: mean.node == nil ? marker.elementType ?? mean.elementType : mean.elementType)
    listener?.begin(gradients)
    let seed = Tensor(repeating: Float(weight), shape: mean.shape, elementType: mean.elementType)
    tape.backPropagate(
      from: mean, gradient: seed, into: LeafGradients(flat: gradients.flat, offsets: layout.offsets),
      telling: listener)
    return (mean.scalar, auxiliary)
  }

  @usableFromInline
  func open(key: RandomKey?) -> LeafMarker {
    tape.open()
    statistics.removeAll()
    return LeafMarker(first: tape.firstNode, key: key, layout: layout, statistics: statistics)
  }

  @usableFromInline
  func keepLeaves(of marker: LeafMarker) {
    layout = marker.finishedLayout()
    tape.makeLeaves(layout.shapes.count)
  }

  @usableFromInline
  func backPropagate(from loss: Tensor) {
    clearGradients(elementType: loss.elementType)
    tape.backPropagate(from: loss, into: LeafGradients(flat: gradients.flat, offsets: layout.offsets))
  }

  @usableFromInline
  func backPropagate(from output: Tensor, gradient: Tensor) {
    clearGradients(elementType: output.elementType)
    tape.backPropagate(
      from: output, gradient: gradient, into: LeafGradients(flat: gradients.flat, offsets: layout.offsets))
  }

  @usableFromInline
  func close() { tape.close() }

  /// Bytes that the scope holds for the next step: as many as the largest step so far needed at one time for intermediate
  /// results, their gradients, and what was kept for the way back.
  package var heldByteCount: Int { tape.byteCount }

  /// Bytes that were asked for when each block was made that the scope holds for intermediate results.
  package var heldBlockRequests: [Int] { tape.blockRequests }

  /// Makes the gradients zero, in the memory of the previous step unless somebody has kept a copy of them.
  private func clearGradients(elementType: ElementType) {
    let fits = gradients.layout.total == layout.total && gradients.flat.elementType == elementType
    if !fits || !gradients.flat.isOnlyOwner() {
      gradients = Gradients(
        layout: layout, flat: Tensor(uninitialized: [layout.total], elementType: elementType))
    } else {
      gradients.layout = layout
    }
    gradients.statistics = statistics.removeAll()
    let flat = gradients.flat
    flat.kernels.pointee.fill(Int64(flat.count), 0, flat.mutablePointer)
  }
}

/// Whoever wants gradients of parameters before those of the whole model are complete.
package protocol GradientListener: LeafListener {
  /// A way back begins. Its gradients are complete, one after the other, in this memory; nobody else changes it.
  func begin(_ gradients: Gradients)
}

/// The loss of a model and its gradient. In a loop, a `GradientScope` does the same without allocating memory.
///
/// - Parameters:
///   - model: The model.
///   - key: Where the dropout masks come from; nil for none.
///   - loss: Computes the loss, a tensor of shape `[]`.
public func valueWithGradient<M: Module, Failure: Error>(
  at model: M, key: RandomKey? = nil, of loss: (M) throws(Failure) -> Tensor
) throws(Failure) -> (value: Float, gradients: Gradients) {
  var copy = model
  let scope = GradientScope()
  let value = try scope.evaluate(at: &copy, key: key, of: loss)
  return (value, scope.gradients)
}

/// Gives every trainable parameter its place on the tape, and every source of noise its key.
@usableFromInline
struct LeafMarker: ModuleVisitor {
  private let first: TapeNode
  private let key: RandomKey?
  private let statistics: StatisticsRecorder
  private var layout: Gradients.Layout
  private var parameterCount = 0
  private var noiseCount = 0
  private var statisticCount = 0
  /// That of the parameters.
  fileprivate var elementType: ElementType?

  fileprivate init(first: TapeNode, key: RandomKey?, layout: Gradients.Layout, statistics: StatisticsRecorder) {
    self.first = first
    self.key = key
    self.layout = layout
    self.statistics = statistics
  }

  @usableFromInline
  mutating func visit(_ name: StaticString, _ parameter: inout Parameter) {
    guard parameter.isTrainable else { return }
    let shape = parameter.value.shape
    if parameterCount >= layout.shapes.count || layout.shapes[parameterCount] != shape { replaceLayout(from: shape) }
    parameter.value.node = first.following(by: parameterCount)
    elementType = parameter.value.elementType
    parameterCount += 1
  }

  @usableFromInline
  mutating func visit(_ name: StaticString, _ noise: inout NoiseSource) {
    noise.key = key?.folding(.dropout).folding(noiseCount)
    noiseCount += 1
  }

  @usableFromInline
  mutating func visit(_ name: StaticString, _ statistic: inout RunningStatistic) {
    if key != nil { statistic.beginTraining(as: statisticCount, statistics) }
    statisticCount += 1
  }

  /// Another model than last time: keeps the part of the layout that was visited, and grows it from here.
  private mutating func replaceLayout(from shape: Shape) {
    var replacement = Gradients.Layout()
    for known in layout.shapes.prefix(parameterCount) { replacement.append(known) }
    replacement.append(shape)
    layout = replacement
  }

  /// Where the gradients of the parameters seen lie.
  fileprivate func finishedLayout() -> Gradients.Layout {
    if layout.shapes.count == parameterCount { return layout }
    var shorter = Gradients.Layout()
    for known in layout.shapes.prefix(parameterCount) { shorter.append(known) }
    return shorter
  }
}

/// Takes the places and keys away again.
@usableFromInline
struct LeafUnmarker: ModuleVisitor {
  @usableFromInline init() {}
  @usableFromInline
  mutating func visit(_ name: StaticString, _ parameter: inout Parameter) { parameter.value.node = nil }
  @usableFromInline
  mutating func visit(_ name: StaticString, _ noise: inout NoiseSource) { noise.key = nil }
  @usableFromInline
  mutating func visit(_ name: StaticString, _ statistic: inout RunningStatistic) { statistic.endTraining() }
}
