extension SequenceNetwork {
  /// A network of layers that have their weights.
  ///
  /// - Parameters:
  ///   - description: What the layers are.
  ///   - layers: One for each of the description, of its kind and sizes.
  public init(_ description: NetworkDescription, layers: [NetworkPart]) {
    precondition(
      layers.count == description.elements.count, "\(layers.count) layers for \(description.elements.count)")
    self.description = description
    self.layers = layers
  }
}
