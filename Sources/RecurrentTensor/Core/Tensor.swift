package import CRecurrentKernels

/// A value that holds numbers arranged along axes, innermost axis contiguous.
///
/// Tensors are values: a copy never changes with the original. Copies share memory until one is written to. A tensor that
/// was computed inside a gradient scope also remembers where on the scope's tape it was made.
public struct Tensor: Sendable {
  /// The sizes of the axes.
  public let shape: Shape
  package var storage: Storage
  /// Elements of `storage` before the first of this tensor.
  package private(set) var offset: Int
  /// Where on a tape this value was made; nil for a constant.
  package var node: TapeNode?

  package init(shape: Shape, storage: Storage, offset: Int = 0, node: TapeNode? = nil) {
    self.shape = shape
    self.storage = storage
    self.offset = offset
    self.node = node
  }

  /// A tensor with undefined elements, which the caller is about to write.
  package init(uninitialized shape: Shape, elementType: ElementType = .float32, on tape: Tape? = nil) {
    let count = shape.elementCount
    let block =
      tape?.makeBlock(count: count, elementType: elementType) ?? Storage(capacity: count, elementType: elementType)
    self.init(shape: shape, storage: block)
  }

  /// The type of the elements.
  @inline(__always)
  package var elementType: ElementType { storage.elementType }

  /// The number of elements.
  public var count: Int { shape.elementCount }

  /// The first element.
  @inline(__always)
  package var pointer: UnsafeRawPointer {
    UnsafeRawPointer(storage.base) + offset * storage.elementType.stride
  }

  /// The first element, to be written by the operation that has just made this tensor, or after `makeUnique`.
  @inline(__always)
  package var mutablePointer: UnsafeMutableRawPointer {
    storage.base + offset * storage.elementType.stride
  }

  /// Makes this tensor the only owner of its memory, copying it if need be, and announces a change of its content.
  package mutating func makeUnique() {
    if isKnownUniquelyReferenced(&storage) {
      storage.markChanged()
      return
    }
    let copy = Storage(capacity: count, elementType: elementType)
    copy.base.copyMemory(from: pointer, byteCount: count * elementType.stride)
    storage = copy
    offset = 0
  }

  /// Whether no other tensor shares the memory.
  package mutating func isOnlyOwner() -> Bool { isKnownUniquelyReferenced(&storage) }

  /// Whether nobody but an arena, if the memory is from there, shares it.
  mutating func isOnlyUser(but arena: inout Arena) -> Bool { arena.isOnlyUser(of: &storage) }

  /// The same value without its place on a tape: what is computed from it carries no gradient back.
  ///
  /// Carry a state from one window of a long sequence to the next this way (truncated back-propagation through time).
  public func detached() -> Tensor {
    var copy = self
    copy.node = nil
    return copy
  }

  /// The shape and the place on the tape without the elements, for operations whose way back needs no more: what they keep
  /// then holds no memory.
  package func placeOnly() -> Tensor {
    Tensor(shape: shape, storage: Tensor.noElements(of: elementType), node: node)
  }

  private static let noFloats = Storage(capacity: 0, elementType: .float32)
  private static let noDoubles = Storage(capacity: 0, elementType: .float64)

  private static func noElements(of type: ElementType) -> Storage {
    type == .float32 ? noFloats : noDoubles
  }

  /// The same memory seen as part of it: `shape` elements from `start` on, without a place on a tape.
  package func view(_ shape: Shape, from start: Int) -> Tensor {
    Tensor(shape: shape, storage: storage, offset: offset + start)
  }
}

/// The elements of a tensor without its shape: what an operation keeps that knows the shape already.
package struct TensorElements: Sendable {
  package let storage: Storage
  package let offset: Int

  package init(storage: Storage, offset: Int) {
    self.storage = storage
    self.offset = offset
  }

  /// The first element.
  @inline(__always)
  package var pointer: UnsafeRawPointer { UnsafeRawPointer(storage.base) + offset * storage.elementType.stride }
}

extension Tensor {
  @inline(__always)
  package var elements: TensorElements { TensorElements(storage: storage, offset: offset) }
}

// MARK: - Making and reading tensors

extension Tensor {
  /// A tensor with the given elements, innermost axis first to change. Traps unless their number fits the shape.
  public init(_ scalars: [Float], shape: Shape) {
    precondition(
      scalars.count == shape.elementCount,
      "shape \(shape) holds \(shape.elementCount) elements, got \(scalars.count)")
    self.init(uninitialized: shape)
    scalars.withUnsafeBytes { bytes in
      if let start = bytes.baseAddress { mutablePointer.copyMemory(from: start, byteCount: bytes.count) }
    }
  }

  /// A tensor made from data from outside the program. Throws `ShapeError` unless the number of elements fits the shape.
  public init(validating scalars: [Float], shape: Shape) throws(ShapeError) {
    guard scalars.count == shape.elementCount else {
      throw ShapeError(
        operation: "Tensor", actual: shape,
        reason: .elementCount(expected: shape.elementCount, actual: scalars.count))
    }
    self.init(scalars, shape: shape)
  }

  /// A vector, `[n]`.
  public init(_ scalars: [Float]) {
    self.init(scalars, shape: [scalars.count])
  }

  /// A scalar, shape `[]`.
  public init(_ scalar: Float) {
    self.init([scalar], shape: [])
  }

  /// A tensor of zeros.
  public init(zeros shape: Shape) {
    self.init(repeating: 0, shape: shape)
  }

  /// A tensor whose elements are all `value`.
  public init(repeating value: Float, shape: Shape) {
    self.init(repeating: value, shape: shape, elementType: .float32)
  }

  package init(repeating value: Float, shape: Shape, elementType: ElementType, on tape: Tape? = nil) {
    self.init(uninitialized: shape, elementType: elementType, on: tape)
    kernels.pointee.fill(Int64(count), Double(value), mutablePointer)
  }

  /// A double-precision tensor, for checks of gradients.
  package init(doubles: [Double], shape: Shape) {
    precondition(doubles.count == shape.elementCount, "shape \(shape) does not hold \(doubles.count) elements")
    self.init(uninitialized: shape, elementType: .float64)
    doubles.withUnsafeBytes { bytes in
      if let start = bytes.baseAddress { mutablePointer.copyMemory(from: start, byteCount: bytes.count) }
    }
  }

  /// A copy of the elements.
  public var scalars: [Float] {
    switch elementType {
    case .float32: withScalars { Array($0) }
    case .float64: doubles.map { Float($0) }
    }
  }

  /// A copy of the elements in double precision.
  package var doubles: [Double] {
    switch elementType {
    case .float32: withScalars { $0.map { Double($0) } }
    case .float64: Array(UnsafeBufferPointer(start: pointer.assumingMemoryBound(to: Double.self), count: count))
    }
  }

  /// The only element of a tensor that has one.
  public var scalar: Float { Float(doubleScalar) }

  /// The only element of a tensor that has one, in double precision.
  package var doubleScalar: Double {
    precondition(count == 1, "a tensor of shape \(shape) is not a single number")
    return elementType == .float32
      ? Double(pointer.assumingMemoryBound(to: Float.self).pointee)
      : pointer.assumingMemoryBound(to: Double.self).pointee
  }

  /// Calls `body` with the elements in place. The buffer must not escape.
  public func withScalars<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(elementType == .float32, "the elements are not Float")
    // `storage` must outlive the call, and nothing else may keep the pointer.
    defer { extendLifetime(storage) }
    return try body(UnsafeBufferPointer(start: pointer.assumingMemoryBound(to: Float.self), count: count))
  }

  /// Calls `body` with the elements in place, to be changed. The buffer must not escape.
  public mutating func withMutableScalars<Result, Failure: Error>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(elementType == .float32, "the elements are not Float")
    makeUnique()
    defer { extendLifetime(storage) }
    return try body(
      UnsafeMutableBufferPointer(start: mutablePointer.assumingMemoryBound(to: Float.self), count: count))
  }

  /// The same numbers as elements of another type.
  package func converted(to type: ElementType) -> Tensor {
    if type == elementType { return self }
    return type == .float64 ? Tensor(doubles: doubles, shape: shape) : Tensor(scalars, shape: shape)
  }

  /// The kernels for this tensor's elements.
  @inline(__always)
  package var kernels: UnsafePointer<rk_kernels> { storage.kernels }
}

extension Tensor: CustomStringConvertible {
  /// Shape and first elements, for example `Tensor[2, 3] 1.0 2.0 3.0 4.0 5.0 6.0`.
  public var description: String {
    let shown = scalars.prefix(24).map { "\($0)" }.joined(separator: " ")
    return "Tensor\(shape) \(shown)\(count > 24 ? " …" : "")"
  }
}
