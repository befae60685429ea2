/// Tensors are written as their shape and the bits of their elements, so that what is read is what was written, also where
/// it is not a finite number: `{"shape": [2], "float32": [1065353216, 0]}`.
extension Tensor: Codable {
  private enum Key: String, CodingKey { case shape, float32, float64 }

  /// Writes shape and bits; the place on a tape is not part of the value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(shape.dimensions, forKey: .shape)
    switch elementType {
    case .float32: try container.encode(withScalars { $0.map(\.bitPattern) }, forKey: .float32)
    case .float64: try container.encode(doubles.map(\.bitPattern), forKey: .float64)
    }
  }

  /// Reads what `encode(to:)` wrote.
  ///
  /// - Throws: `DecodingError` where that is not a tensor: an impossible shape, or elements that do not fill it.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let shape = try Tensor.shape(of: container.decode([Int].self, forKey: .shape), in: container)
    if container.contains(.float64) {
      let bits = try container.decode([UInt64].self, forKey: .float64)
      try Tensor.requireCount(bits.count, shape, .float64, container)
      self.init(doubles: bits.map(Double.init(bitPattern:)), shape: shape)
    } else {
      let bits = try container.decode([UInt32].self, forKey: .float32)
      try Tensor.requireCount(bits.count, shape, .float32, container)
      self.init(bits.map(Float.init(bitPattern:)), shape: shape)
    }
  }

  private static func shape(of sizes: [Int], in container: KeyedDecodingContainer<Key>) throws -> Shape {
    var count = 1
    var isPossible = sizes.count <= Shape.maximumRank
    for size in sizes {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      isPossible = isPossible && !overflow && size >= 0 && size <= Int(Int32.max)
      count = overflow ? 0 : product
    }
    guard isPossible else {
      throw DecodingError.dataCorruptedError(
        forKey: .shape, in: container, debugDescription: "\(sizes) is not the shape of a tensor")
    }
    return Shape(sizes)
  }

  private static func requireCount(
    _ count: Int, _ shape: Shape, _ key: Key, _ container: KeyedDecodingContainer<Key>
  ) throws {
    if count != shape.elementCount {
      throw DecodingError.dataCorruptedError(
        forKey: key, in: container,
        debugDescription: "shape \(shape) holds \(shape.elementCount) elements, got \(count)")
    }
  }
}
