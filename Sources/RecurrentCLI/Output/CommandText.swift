#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A command of this tool as it can be typed again: called as it was called this time, its arguments quoted where the shell
/// needs it.
struct CommandText {
  private let arguments: [String]

  init(_ arguments: String...) {
    self.init(arguments)
  }

  init(_ arguments: [String]) {
    self.arguments = arguments
  }

  var text: String {
    ([Self.toolName] + arguments).map(Self.quoted).joined(separator: " ")
  }

  /// The first word: the name alone where the shell has found it, a path below the working folder where there is one.
  private static let toolName: String = {
    let name = CommandLine.arguments.first ?? "recurrent"
    guard name.contains("/"), let folder = workingFolder, name.hasPrefix(folder + "/") else { return name }
    return String(name.dropFirst(folder.count + 1))
  }()

  private static var workingFolder: String? {
    guard let path = getcwd(nil, 0) else { return nil }
    defer { free(path) }
    return String(cString: path)
  }

  static func quoted(_ argument: String) -> String {
    let isPlain: (UInt8) -> Bool = { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
      case UInt8(ascii: "0")...UInt8(ascii: "9"): true
      default: "_@%+=:,./-".utf8.contains(byte)
      }
    }
    if !argument.isEmpty, argument.utf8.allSatisfy(isPlain) { return argument }
    let parts = argument.split(separator: "'", omittingEmptySubsequences: false)
    return "'" + parts.joined(separator: "'\\''") + "'"
  }
}
