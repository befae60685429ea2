/// The SHA-256 digests of the files of a folder, in the form that `sha256sum` writes and `sha256sum -c` checks.
public struct FolderManifest: Hashable, Sendable {
  /// The name of the manifest in its folder.
  public static let fileName = "MANIFEST.sha256"

  private var digests: [String: String] = [:]

  /// A manifest of no files.
  init() {}

  /// The names of the files, sorted by their bytes.
  public var names: [String] { digests.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

  /// The digest of a file as 64 lower-case hexadecimal digits, or nil where the manifest does not name it.
  public func digest(of name: String) -> String? { digests[name] }

  mutating func add(name: String, digest: String) { digests[name] = digest }

  /// One line for each file: the digest, two spaces, the name.
  var text: String {
    names.map { name in "\(digests[name] ?? "")  \(name)\n" }.joined()
  }

  /// Whether a name can stand in a folder and in a line of the manifest without escapes.
  static func isPlainName(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".." && name != fileName && name.utf8.count <= 255
      && name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\") }
  }
}

// MARK: - Reading and checking

extension FolderManifest {
  /// Reads the manifest of a folder and checks every file that it names against its digest.
  /// - Returns: the manifest, whose files are then known to be what was written.
  /// - Throws: `FolderError` that says which file is missing, changed or unreadable.
  @discardableResult
  public static func verify(_ folder: String) throws(FolderError) -> FolderManifest {
    let manifest = try read(folder)
    for name in manifest.names {
      let digest: String
      do throws(FileError) {
        digest = try digestOfFile(FileLocation.join(folder, name))
      } catch  where error.reason == .notFound {
        throw FolderError(folder: folder, reason: .fileMissing(name))
      } catch {
        throw FolderError(folder: folder, reason: .unreadable(error))
      }
      guard digest == manifest.digests[name] else {
        throw FolderError(folder: folder, reason: .fileChanged(name))
      }
    }
    return manifest
  }

  /// Reads the manifest of a folder without looking at the files.
  public static func read(_ folder: String) throws(FolderError) -> FolderManifest {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try ReadableFile.bytes(ofFile: FileLocation.join(folder, fileName), limit: 1 << 20)
    } catch  where error.reason == .notFound {
      throw FolderError(folder: folder, reason: .manifestMissing)
    } catch {
      throw FolderError(folder: folder, reason: .unreadable(error))
    }
    var manifest = FolderManifest()
    for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      if line.isEmpty, index > 0, line.endIndex == bytes.endIndex { break }
      guard let (digest, name) = entry(line), manifest.digests.updateValue(digest, forKey: name) == nil else {
        throw FolderError(folder: folder, reason: .manifestMalformed(line: index + 1))
      }
    }
    return manifest
  }

  private static func entry(_ line: ArraySlice<UInt8>) -> (digest: String, name: String)? {
    let isHexadecimal: (UInt8) -> Bool = { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    let (digest, rest) = (line.prefix(64), line.dropFirst(64))
    guard digest.count == 64, digest.allSatisfy(isHexadecimal), rest.starts(with: [0x20, 0x20]),
      let name = String(validating: rest.dropFirst(2), as: UTF8.self), isPlainName(name)
    else { return nil }
    return (String(decoding: digest, as: UTF8.self), name)
  }

  private static func digestOfFile(_ path: String) throws(FileError) -> String {
    let file = try ReadableFile(path)
    var hash = SHA256()
    var offset = 0
    while offset < file.byteCount {
      let end = min(offset + (1 << 20), file.byteCount)
      hash.update(try file.bytes(in: offset..<end))
      offset = end
    }
    return hash.hexadecimalDigest()
  }
}

/// A folder that is not what its manifest says.
public struct FolderError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong with the folder.
  public enum Reason: Hashable, Sendable {
    /// It has no manifest: it was never completed, or is no such folder.
    case manifestMissing
    /// A line of the manifest is not a digest and a name, or names a file twice.
    case manifestMalformed(line: Int)
    /// A file that the manifest names is not there.
    case fileMissing(String)
    /// A file has other bytes than were written.
    case fileChanged(String)
    /// A file cannot be read.
    case unreadable(FileError)
  }

  /// The folder, as the caller named it.
  public let folder: String
  /// What is wrong with it.
  public let reason: Reason

  /// One line: what is wrong, where, and the mend.
  public var description: String {
    let place = folder.printable(limit: 400)
    return switch reason {
    case .manifestMissing: "\(place): no \(FolderManifest.fileName); the folder was not completed, use another one"
    case .manifestMalformed(let line):
      "\(place)/\(FolderManifest.fileName):\(line): not a line of 'sha256  name'; use another copy of the folder"
    case .fileMissing(let name): "\(place)/\(name.printable()): the file is missing; use another copy of the folder"
    case .fileChanged(let name):
      "\(place)/\(name.printable()): the file was changed or damaged after it was written; use another copy of the folder"
    case .unreadable(let error): error.description
    }
  }
}
