public import RecurrentFormats

/// A file of Keras that is open for reading: a `.keras` archive (Keras 3), a whole model in HDF5 (`.h5`, the older form), or weights
/// alone (`.weights.h5`). Its configuration and the list of its weights have been read; the weights are read by `model()`.
///
/// Nothing of the file is ever run: layers are those of a closed list, functions are known by name.
public struct KerasFile: Sendable {
  /// What kind of file it is.
  public enum Form: String, Hashable, Sendable {
    /// A ZIP archive of configuration and weights.
    case archive = "Keras archive"
    /// Configuration and weights in one HDF5 file.
    case wholeModel = "Keras model in HDF5"
    /// Weights alone.
    case weights = "Keras weights"
  }

  /// What kind of file it is.
  public let form: Form
  /// The path of the file, or nil where the bytes came from memory.
  public let path: String?
  /// The version of Keras that wrote it, where the file says so.
  public let kerasVersion: String?
  /// The weights, with those of the optimiser where they are there.
  public var datasets: [HDF5Dataset] { weights.root.datasets }
  /// What the configuration says; nil where the file holds weights alone.
  public let configuration: JSONValue?

  let weights: HDF5File

  private static let members = ["metadata.json", "config.json", "model.weights.h5"]
  private static let configurationLimit = 1 << 24

  /// Opens the file at `path`, whose kind is told by its content.
  public init(path: String) throws(KerasError) {
    let region: ByteRegion
    do throws(FileError) {
      region = try ByteRegion(path: path)
    } catch {
      throw KerasError(.file(error), file: path)
    }
    try self.init(region)
  }

  /// Reads a file that is in memory.
  public init(bytes: [UInt8]) throws(KerasError) {
    try self.init(ByteRegion(bytes))
  }

  private init(_ region: ByteRegion) throws(KerasError) {
    path = region.path
    let start: [UInt8]?
    do throws(FileError) {
      start = try region.bytes(at: 0, count: min(8, region.count))
    } catch {
      throw KerasError(.file(error), file: region.path)
    }
    do throws(KerasError) {
      if start == HDF5Reader.signature {
        weights = try Self.open(region)
        (configuration, kerasVersion) = try Self.attributes(of: weights)
        form = configuration == nil ? .weights : .wholeModel
      } else if start?.starts(with: [0x50, 0x4b]) == true {
        (weights, configuration, kerasVersion) = try Self.archive(region)
        form = .archive
      } else {
        throw KerasError(.notKeras)
      }
    } catch {
      throw error.inFile(region.path)
    }
  }

  private static func open(_ region: ByteRegion) throws(KerasError) -> HDF5File {
    do throws(HDF5Error) {
      return try HDF5File(region)
    } catch {
      throw KerasError(.weights(error))
    }
  }

  private static func json(_ bytes: [UInt8]) throws(KerasError) -> JSONValue {
    do throws(JSONError) {
      return try JSONValue(parsing: bytes)
    } catch {
      throw KerasError(.json(error))
    }
  }

  /// Configuration and version that an HDF5 file may have beside its weights.
  private static func attributes(of file: HDF5File) throws(KerasError) -> (JSONValue?, String?) {
    let text: String?
    var version: String?
    do throws(HDF5Error) {
      text = try file.string("model_config", of: file.root)
      version = try file.string("keras_version", of: file.root)
      if version == nil, let group = KerasVariables.olderRoot(file) {
        version = try file.string("keras_version", of: group)
      }
    } catch {
      throw KerasError(.weights(error))
    }
    return (try text.map { text throws(KerasError) in try json(Array(text.utf8)) }, version)
  }

  private static func archive(_ region: ByteRegion) throws(KerasError) -> (HDF5File, JSONValue?, String?) {
    let archive: ZipArchive
    let texts: [[UInt8]]
    let weights: ByteRegion
    do throws(ZipError) {
      archive = try ZipArchive(region)
      texts = try members.prefix(2).map { name throws(ZipError) in try archive.bytes(name, limit: configurationLimit) }
      weights = try archive.region(members[2])
    } catch {
      throw KerasError(.archive(error))
    }
    // Empty folders say nothing.
    for member in archive.members where !members.contains(member.name) && !member.name.hasSuffix("/") {
      throw KerasError(.unknownMember(member.name))
    }
    let (metadata, configuration) = (try json(texts[0]), try json(texts[1]))
    return (try open(weights), configuration, metadata["keras_version"]?.string)
  }
}
