#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import RecurrentFormats

/// Looking at folders and making them.
enum Folders {
  /// What stands at a path, links followed.
  enum Kind {
    case missing
    case folder
    case other
  }

  static func kind(of path: String) -> Kind {
    var info = stat()
    guard stat(path, &info) == 0 else { return .missing }
    return info.st_mode & S_IFMT == S_IFDIR ? .folder : .other
  }

  /// The names in a folder, sorted; none where it cannot be read.
  static func names(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
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

  /// Makes a folder and those on the way to it; one that is there already is fine.
  static func makeWithParents(_ path: String, system: any FileSystem) throws(FileError) {
    if kind(of: path) == .folder || path.isEmpty { return }
    if let parent = parent(of: path) { try makeWithParents(parent, system: system) }
    try make(path, system: system)
  }

  /// Makes a folder in one that is there, and puts its name on the device; one that is there already is fine.
  static func make(_ path: String, system: any FileSystem) throws(FileError) {
    if kind(of: path) == .folder { return }
    do throws(SystemError) {
      try system.createFolder(path)
      do throws(SystemError) {
        try synchronizeName(of: path, system: system)
      } catch {
        // It would be taken for safe the next time.
        try? system.removeFolder(path)
        throw error
      }
    } catch  where error.code == EEXIST && kind(of: path) == .folder {
      // Somebody else made it meanwhile.
    } catch {
      throw FileError(path: path, operation: .write, error)
    }
  }

  /// Puts the name of a new file or folder on the device, without which its content may be lost with the power.
  static func synchronizeName(of path: String, system: any FileSystem) throws(SystemError) {
    try system.synchronizeFolder(parent(of: path) ?? (path.hasPrefix("/") ? "/" : "."))
  }

  /// The folder that holds `path`, or nil at the root and for a plain name.
  private static func parent(of path: String) -> String? {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash != path.startIndex else { return nil }
    return String(path[..<slash])
  }

  /// Removes a folder of plain files.
  static func remove(_ path: String, system: any FileSystem) {
    for name in names(in: path) { try? system.removeFile(path + "/" + name) }
    try? system.removeFolder(path)
  }
}
