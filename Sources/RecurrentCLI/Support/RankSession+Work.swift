#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import RecurrentDistribution
import RecurrentFormats
import RecurrentTraining

/// Standard input as a file that readers of files can open.
let standardInputPath = "/dev/stdin"

extension RankSession {
  /// How many ranks there are.
  var size: Int { communicator.size }

  /// Does work that is not divided: the first rank does it, and the others wait until it is done.
  ///
  /// - Parameters:
  ///   - options: How the command works on several ranks.
  ///   - console: That of the command.
  ///   - work: What it is, for a note to those who have started several processes.
  static func runOnFirst(
    _ options: RankOptions, _ console: Console, _ work: String, _ body: () throws -> Void
  ) throws {
    try run(options) { ranks in
      guard ranks.isFirst else { return }
      ranks.noteUndivided(work, console)
      try body()
    }
  }

  /// Tells that work is not divided, where there are ranks that it might be divided among.
  func noteUndivided(_ work: String, _ console: Console) {
    if size > 1 { console.note("note: \(work) is not divided among ranks; rank 0 does it and the others wait") }
  }

  /// Tells that some ranks have nothing to do, where there are fewer things than ranks.
  func noteFewer(_ count: Int, _ noun: String, _ console: Console) {
    guard count < size else { return }
    console.note("note: \(count) \(noun) for \(size) ranks: \(size - count) of them have nothing to do")
  }

  /// Whether the reader of the results of any rank has gone away, so that all may stop.
  func agree(readerGone isGone: Bool) throws(CommunicationError) -> Bool {
    if size == 1 { return isGone }
    return try communicator.allGather([isGone ? 1 : 0]).contains([1])
  }

  /// Gives the standard input of the first rank, which launchers give to no other, to all of them, where the command reads it.
  ///
  /// - Parameter paths: The files that the command reads.
  func shareStandardInput(ifNamedIn paths: [String?]) throws {
    guard size > 1, paths.contains(standardInputPath) else { return }
    var bytes = isFirst ? try Self.standardInput() : []
    // The count first: what is large is sent piece by piece.
    let counts = try communicator.allGather(Array("\(bytes.count)".utf8))
    let count = Int(String(decoding: counts[0], as: UTF8.self)) ?? 0
    if !isFirst { bytes = [UInt8](repeating: 0, count: count) }
    if count > 0 { try bytes.withUnsafeMutableBytes { try communicator.broadcast($0, from: 0) } }
    try Self.replaceStandardInput(with: bytes)
  }

  /// All of standard input, which may be a file, a pipe or a socket.
  private static func standardInput() throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(STDIN_FILENO, &piece, piece.count)
      if count > 0 {
        bytes += piece[..<count]
      } else if count == 0 {
        return bytes
      } else if SystemError.last.code != EINTR {
        throw FileError(path: standardInputPath, operation: .read, SystemError.last)
      }
    }
  }

  /// Has standard input lead to a file of these bytes that has no name.
  private static func replaceStandardInput(with bytes: [UInt8]) throws(FileError) {
    func check(_ isDone: Bool) throws(FileError) {
      if !isDone { throw FileError(path: "a temporary file", operation: .write, SystemError.last) }
    }
    let file = tmpfile()
    guard let file else { return try check(false) }
    defer { fclose(file) }
    try check(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    try check(fflush(file) == 0)
    rewind(file)
    try check(dup2(fileno(file), STDIN_FILENO) == STDIN_FILENO)
  }
}

/// The path of a file that a command reads: standard input where none, or `-`, is named.
func inputPath(_ name: String?) -> String { name.map { $0 == "-" ? standardInputPath : $0 } ?? standardInputPath }
