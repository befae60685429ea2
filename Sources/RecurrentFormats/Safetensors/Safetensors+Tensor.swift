public import RecurrentTensor

extension SafetensorsWriter {
  /// Adds a tensor as F32, or as F64 where it is held in double precision. Its elements are not copied.
  /// - Throws: `SafetensorsError` where the name is taken or reserved.
  public mutating func add(_ name: String, _ tensor: Tensor) throws(SafetensorsError) {
    // The value alone is kept, not the tape on which it was made.
    let value = tensor.detached()
    let byteCount = value.count * value.elementType.stride
    try add(
      name, dtype: value.elementType == .float32 ? .float32 : .float64, shape: value.shape.dimensions,
      byteCount: byteCount
    ) { body in
      withExtendedLifetime(value.storage) { body(UnsafeRawBufferPointer(start: value.pointer, count: byteCount)) }
    }
  }
}

extension SafetensorsFile {
  /// The tensor of a name, from F32, F16 and BF16 exactly and from F64 rounded to the nearest.
  /// - Throws: `SafetensorsError`: no such tensor, another dtype, a finite F64 beyond the range of `Float`, a shape that tensors
  ///   cannot have, or an unreadable file.
  public func tensor(_ name: String) throws(SafetensorsError) -> Tensor {
    let entry = try entry(name)
    let shape = try tensorShape(of: entry)
    guard entry.dtype == .float32 else { return Tensor(try floats(name), shape: shape) }
    let tensor = Tensor(uninitialized: shape)
    try read(entry, into: UnsafeMutableRawBufferPointer(start: tensor.mutablePointer, count: entry.range.count))
    return tensor
  }

  /// The tensor of a name, which stays in double precision where the file has F64.
  package func tensorAsStored(_ name: String) throws(SafetensorsError) -> Tensor {
    let entry = try entry(name)
    guard entry.dtype == .float64 else { return try tensor(name) }
    return Tensor(doubles: try doubles(name), shape: try tensorShape(of: entry))
  }

  /// Tensors have fewer axes than the format allows, and axes that fit 32 bits.
  private func tensorShape(of entry: SafetensorsEntry) throws(SafetensorsError) -> Shape {
    guard entry.shape.count <= Shape.maximumRank, entry.shape.allSatisfy({ $0 <= Int(Int32.max) }) else {
      throw SafetensorsError(.unsupportedShape(entry.shape), file: path, entry: entry.name)
    }
    return Shape(entry.shape)
  }
}
