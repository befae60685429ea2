// The JSON form of a description is the list of its layers, the cases and members by their names.
extension NetworkDescription: Codable {
  /// Reads the list of layers and checks it.
  public init(from decoder: any Decoder) throws {
    try self.init([Element](from: decoder))
  }

  /// Writes the list of layers.
  public func encode(to encoder: any Encoder) throws { try elements.encode(to: encoder) }
}
