#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import Synchronization

/// What stands at a path.
enum FileKind: Hashable {
  case missing
  case file(mode: mode_t)
  case folder
  case link
  /// A device, pipe or socket.
  case special

  /// The kind of what `path` names: of a link itself, or of what it leads to.
  static func of(_ path: String, followingLinks: Bool) throws(SystemError) -> FileKind {
    var info = stat()
    guard (followingLinks ? stat(path, &info) : lstat(path, &info)) == 0 else {
      let error = SystemError.last
      guard error.code == ENOENT else { throw error }
      return .missing
    }
    switch info.st_mode & S_IFMT {
    case S_IFREG: return .file(mode: info.st_mode & 0o777)
    case S_IFDIR: return .folder
    case S_IFLNK: return .link
    default: return .special
    }
  }
}

/// A place to which a file or folder is to be moved once it is complete.
struct FileLocation {
  /// The path, with links followed, so that a link is kept and what it leads to is replaced.
  let path: String
  /// What stands there now.
  let kind: FileKind

  init(_ path: String) throws(SystemError) {
    kind = try FileKind.of(path, followingLinks: true)
    // What `/dev/stdout` leads to may have no path of its own.
    if kind == .special {
      self.path = path
    } else if try FileKind.of(path, followingLinks: false) == .link {
      guard let resolved = realpath(path, nil) else { throw SystemError.last }
      defer { free(resolved) }
      self.path = String(cString: resolved)
    } else {
      self.path = path
    }
  }

  /// The folder that holds the file or folder.
  var parent: String { Self.parent(of: path) }

  /// The last part of the path.
  var name: String { Self.name(of: path) }

  /// Whether this user may write to what stands there.
  var isWritable: Bool { access(path, W_OK) == 0 }

  /// A path in the same folder that no other call in this process has got, for what is not complete yet.
  func temporaryPath() -> String {
    let number = temporaryCount.add(1, ordering: .relaxed).newValue
    return Self.join(parent, "\(Self.temporaryPrefix)\(getpid())-\(number)")
  }

  /// The beginning of the names of files and folders that are not complete.
  static let temporaryPrefix = ".tmp-"

  static func join(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  static func parent(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  static func name(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
    return String(path[path.utf8.index(after: slash)...])
  }
}

private let temporaryCount = Atomic<Int>(0)

/// The names in a folder, sorted by their bytes, without `.` and `..`.
func folderContents(_ path: String) throws(SystemError) -> [String] {
  guard let folder = opendir(path) else { throw SystemError.last }
  defer { closedir(folder) }
  var names: [String] = []
  while let entry = readdir(folder) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
      pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}
