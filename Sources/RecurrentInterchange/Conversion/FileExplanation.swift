public import RecurrentFormats

/// What a file of weights or a model holds.
public struct FileExplanation: Sendable {
  /// A tensor, by what its file says of it.
  public struct Tensor: Hashable, Sendable {
    /// The name.
    public let name: String
    /// The element type, as the format writes it.
    public let type: String
    /// The sizes of its axes.
    public let shape: [Int]

    /// A tensor from its parts.
    public init(name: String, type: String, shape: [Int]) {
      self.name = name
      self.type = type
      self.shape = shape
    }
  }

  /// The word of the format.
  public let format: String
  /// What people call it.
  public let title: String
  /// The file or folder.
  public let path: String
  /// Names and values to show, such as versions and metadata.
  public var facts = JSONObject()
  /// The layers or nodes, first one first, each on one line.
  public var layers: [String] = []
  /// The tensors, in the order of the file.
  public var tensors: [Tensor] = []

  /// An explanation that says nothing yet.
  public init(format: some InterchangeFormat, path: String) {
    self.format = format.name
    title = format.title
    self.path = path
  }
}
