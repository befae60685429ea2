public import RecurrentFormats
public import RecurrentLayers
public import RecurrentTraining

/// A Keras model that cannot be read, or a network that cannot be written for Keras: which file, which layer, why, and the mend, in
/// one line.
public struct KerasError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Kind: Hashable, Sendable {
    /// The file is neither a `.keras` archive nor an HDF5 file of Keras.
    case notKeras
    /// The archive is malformed.
    case archive(ZipError)
    /// The weights are malformed.
    case weights(HDF5Error)
    /// The configuration is not JSON.
    case json(JSONError)
    /// The archive has a member that is not read; its name.
    case unknownMember(String)
    /// The file holds weights alone, which do not say of what model.
    case weightsAlone
    /// The configuration is not made as Keras makes it; how.
    case malformed(String)
    /// The layer, or an option of it, is none of those that are read; which, and what instead.
    case unsupported(String)
    /// The layer runs code that the file brings along.
    case code(String)
    /// The layers do not fit on each other.
    case network(NetworkDescriptionError)
    /// Weights are missing, or have other shapes; the lines of the audit that say so.
    case badWeights([String])
    /// The network has what Keras' layers do not; what, and what instead.
    case inexpressible(String)
    /// The file could not be read or written.
    case file(FileError)
  }

  /// What is wrong.
  public let kind: Kind
  /// The file, where the bytes came from one or go to one.
  public let file: String?
  /// The name of the layer, where the error lies in one.
  public let layer: String?

  /// Makes the error from its parts.
  public init(_ kind: Kind, file: String? = nil, layer: String? = nil) {
    self.kind = kind
    self.file = file
    self.layer = layer
  }

  /// The same error in a file.
  func inFile(_ path: String?) -> KerasError { KerasError(kind, file: file ?? path, layer: layer) }
}

extension KerasError: DescribedFailure {
  /// A file that cannot be opened is the system's failure, everything else one of the data.
  public var exitStatus: ExitStatus {
    switch kind {
    case .file(let error): error.exitStatus
    case .archive(let error): error.exitStatus
    case .weights(let error): error.exitStatus
    default: .badData
    }
  }

  /// One line: the file, the layer, what is wrong, and the mend.
  public var description: String {
    switch kind {
    case .archive(let error): return error.description
    case .weights(let error): return error.description
    case .file(let error): return error.description
    default: break
    }
    let place = [file?.printable(limit: 400) ?? "Keras model", layer.map { "layer '\($0.printable())'" }]
    return place.compactMap { $0 }.joined(separator: ": ") + ": " + explanation
  }

  private var explanation: String {
    switch kind {
    case .notKeras:
      "it is neither a .keras archive nor an HDF5 file; save the model with Keras: model.save('model.keras')"
    case .json(let error): "its configuration is no JSON: \(error)"
    case .unknownMember(let name):
      "the archive holds '\(name.printable())', which is not read; save the model again without layers that have files of their own"
    case .weightsAlone:
      "it holds weights without their model; give what model.to_json() says (--keras-configuration FILE), or save the whole model (.keras)"
    case .malformed(let what): "\(what); save the model again with Keras"
    case .unsupported(let what), .inexpressible(let what): what
    case .code(let what):
      "\(what) is code of its own, which is never run; replace it by Keras' own layers and functions"
    case .network(let error):
      "\(error.layer.map { "layer '\($0.printable())' " } ?? "")\(error.problem.printable(limit: 200))"
    case .badWeights(let lines):
      lines.prefix(5).map { $0.printable(limit: 240) }.joined(separator: ", ")
        + (lines.count > 5 ? ", … (\(lines.count) in all)" : "") + "; check that weights and model belong together"
    case .archive, .weights, .file: ""
    }
  }
}
