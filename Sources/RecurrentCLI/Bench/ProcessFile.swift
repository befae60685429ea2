#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The short texts in which Linux tells of the machine and of this process.
enum ProcessFile {
  /// The text of a file without the line end behind it; nil where there is none.
  static func text(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 14)
    let count = fread(&bytes, 1, bytes.count, file)
    let text = String(decoding: bytes.prefix(count), as: UTF8.self)
    return text.last == "\n" ? String(text.dropLast()) : text
  }

  /// Writes a word; false where that is not allowed.
  static func write(_ word: String, to path: String) -> Bool {
    guard let file = fopen(path, "w") else { return false }
    let written = fputs(word, file)
    return fclose(file) == 0 && written >= 0
  }

  /// The number of a line such as `VmHWM:    1764 kB`.
  static func number(named name: String, in text: String) -> Int? {
    for line in text.split(separator: "\n") where line.hasPrefix(name + ":") {
      return line.dropFirst(name.count + 1).split { $0 == " " || $0 == "\t" }.first.flatMap { Int($0) }
    }
    return nil
  }
}
