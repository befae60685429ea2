public import RecurrentFormats
public import RecurrentLayers
import RecurrentTensor

/// A kind of file or folder that networks are read from and written to. A format is a value, which may carry choices of its
/// own; a `FormatTable` holds all that a program knows.
public protocol InterchangeFormat: Sendable {
  /// The word that names it, such as `pytorch`.
  var name: String { get }
  /// What people call it.
  var title: String { get }
  /// The ends of the names of its files, such as `.safetensors`; none for folders.
  var suffixes: [String] { get }
  /// Whether its files leave open what acts between their tensors, so that a layout can say it.
  var takesLayout: Bool { get }

  /// Whether something on disk looks like this format, by its content.
  func recognizes(_ sample: FileSample) -> Bool

  /// Reads a network.
  ///
  /// - Parameters:
  ///   - path: The file or folder.
  ///   - layout: What the file leaves open; nil where it is to tell itself.
  /// - Throws: `ConversionError.unexplained` where tensors that are needed are missing or have other shapes, and errors of the
  ///   format.
  func read(_ path: String, layout: NetworkLayout?) throws -> ReadNetwork

  /// Writes a network.
  ///
  /// - Returns: What became of each of its tensors; sources are paths in the network.
  /// - Throws: Errors of the format, where it cannot hold the network or the file cannot be written.
  func write(_ network: ReadNetwork, to path: String) throws -> ConversionAudit

  /// What the network of a file answers, to compare it with that from which it was converted.
  ///
  /// - Parameters:
  ///   - path: The file or folder, as `write` has left it.
  ///   - input: What goes in.
  ///   - description: What was written, for files that do not tell.
  func output(of path: String, for input: NetworkValue, as description: NetworkDescription) throws -> NetworkValue

  /// Says what a file holds, from as little of it as that takes.
  func explain(_ path: String) throws -> FileExplanation
}

extension InterchangeFormat {
  /// Files tell all by themselves.
  public var takesLayout: Bool { false }

  /// Reads the network and runs it.
  public func output(
    of path: String, for input: NetworkValue, as description: NetworkDescription
  ) throws -> NetworkValue {
    try read(path, layout: nil).network(input)
  }
}

/// A network that was read from a file.
public struct ReadNetwork: Sendable {
  /// The network.
  public var network: SequenceNetwork
  /// What became of each tensor of the file; targets are paths in the network.
  public var audit: ConversionAudit
  /// What whoever uses the network should know; each is one sentence.
  public var notes: [String]
  /// Where it comes from: kept in the description of native folders.
  public var source: JSONObject = [:]

  /// A network with what is known of it.
  public init(network: SequenceNetwork, audit: ConversionAudit, notes: [String] = []) {
    self.network = network
    self.audit = audit
    self.notes = notes
  }
}
