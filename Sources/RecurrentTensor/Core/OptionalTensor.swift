/// A tensor that may be absent, for where calls must be cheap: the compiler copies optionals of large types by way of
/// run-time metadata, and this like a plain tensor.
package struct OptionalTensor: Sendable {
  package let shape: Shape
  package let storage: Storage?
  package let offset: Int
  package let node: TapeNode?

  /// No tensor.
  package static var absent: OptionalTensor { OptionalTensor(shape: [], storage: nil, offset: 0, node: nil) }

  private init(shape: Shape, storage: Storage?, offset: Int, node: TapeNode?) {
    self.shape = shape
    self.storage = storage
    self.offset = offset
    self.node = node
  }

  /// That tensor.
  @inline(__always)
  package init(_ tensor: Tensor) {
    self.init(shape: tensor.shape, storage: tensor.storage, offset: tensor.offset, node: tensor.node)
  }

  /// That tensor, or none.
  package init(_ tensor: Tensor?) {
    if let tensor { self.init(tensor) } else { self = .absent }
  }

  /// The first element; nil where there is none.
  @inline(__always)
  package var pointer: UnsafeRawPointer? {
    guard let storage else { return nil }
    return UnsafeRawPointer(storage.base) + offset * storage.elementType.stride
  }

  /// The type of the elements.
  @inline(__always)
  package var elementType: ElementType? { storage?.elementType }

  /// The elements without the shape.
  @inline(__always)
  package var elements: TensorElements? {
    guard let storage else { return nil }
    return TensorElements(storage: storage, offset: offset)
  }

  /// Where its gradient goes.
  @inline(__always)
  package var place: Place { Place(shape, node) }
}
