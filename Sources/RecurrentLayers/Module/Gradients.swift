import CRecurrentKernels
public import RecurrentTensor

/// The gradients of a loss with respect to the trainable parameters of a model, in visiting order.
///
/// All of them lie in one block of memory, so that norms, clipping and sums are single passes.
public struct Gradients: Sendable {
  /// Where each trainable parameter's gradient lies.
  package struct Layout: Hashable, Sendable {
    package var shapes: [Shape] = []
    package var offsets: [Int] = []
    package var total = 0

    package init() {}

    /// Gradients start on their own cache line.
    package mutating func append(_ shape: Shape) {
      shapes.append(shape)
      offsets.append(total)
      total += (shape.elementCount + 15) & ~15
    }
  }

  package internal(set) var layout: Layout
  /// `[layout.total]`; zero between the gradients.
  package var flat: Tensor
  /// What the loss's computation observed for the running statistics of the model, in the order of observation.
  public package(set) var statistics: [RunningStatistic.Observation] = []

  package init(layout: Layout, flat: Tensor) {
    self.layout = layout
    self.flat = flat
  }

  /// The number of trainable parameters.
  public var count: Int { layout.shapes.count }

  /// The gradient of the parameter at a position of the visit, frozen parameters not counted; of the parameter's shape.
  public subscript(index: Int) -> Tensor {
    flat.view(layout.shapes[index], from: layout.offsets[index])
  }

  /// The length of all gradients seen as one vector.
  public var globalNorm: Double {
    flat.kernels.pointee.squared_norm(Int64(flat.count), flat.pointer).squareRoot()
  }

  /// Whether every number is finite.
  public var isFinite: Bool {
    flat.kernels.pointee.first_nonfinite(Int64(flat.count), flat.pointer) < 0
  }

  /// Shortens the gradients to `limit` if their common length is greater (Pascanu et al., 2013).
  ///
  /// - Returns: The length before.
  @discardableResult
  public mutating func clip(toGlobalNorm limit: Double) -> Double {
    let norm = globalNorm
    let factor = limit / (norm + 1e-6)
    if factor < 1 { scale(by: factor) }
    return norm
  }

  /// Limits every number to `-limit...limit`.
  public mutating func clip(toValue limit: Double) {
    flat.makeUnique()
    flat.kernels.pointee.clamp(Int64(flat.count), limit, flat.mutablePointer)
  }

  /// Multiplies all gradients by `factor`.
  public mutating func scale(by factor: Double) {
    flat.makeUnique()
    flat.kernels.pointee.scale(Int64(flat.count), factor, flat.mutablePointer)
  }

  /// Adds the gradients of another batch, whose observations come after those of this one.
  public mutating func add(_ other: Gradients) {
    precondition(layout == other.layout, "the gradients belong to different models")
    flat.makeUnique()
    flat.kernels.pointee.add_scaled(Int64(flat.count), 1, other.flat.pointer, flat.mutablePointer)
    statistics += other.statistics
  }
}
