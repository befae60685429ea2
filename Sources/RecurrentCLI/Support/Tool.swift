#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import ArgumentParser
import RecurrentFormats
import RecurrentTraining

/// The tool from its arguments to its exit code.
enum Tool {
  /// Runs the command that `arguments` name, and says on standard error what went wrong, in one line.
  static func run(_ arguments: [String]) -> ExitStatus {
    // A reader that goes away (`| head`) is an error of a write, not the death of a run.
    signal(SIGPIPE, SIG_IGN)
    // So is a file that would grow beyond what the shell allows (`ulimit -f`).
    signal(SIGXFSZ, SIG_IGN)
    RankLines.takeFromLauncher()
    do {
      var command = try parse(arguments)
      do {
        try command.run()
      } catch  where RecurrentCommand.exitCode(for: error) == .success {
        throw HelpScreen(error)
      }
      return .success
    } catch {
      return ErrorReport(error).tell()
    }
  }

  static func exit(with status: ExitStatus) -> Never {
    #if canImport(Darwin)
      Darwin.exit(status.code)
    #elseif canImport(Glibc)
      Glibc.exit(status.code)
    #else
      Musl.exit(status.code)
    #endif
  }

  /// The command that `arguments` name.
  ///
  /// - Throws: `HelpScreen` for `--help` and the like, `UsageError` for arguments that make no sense.
  static func parse(_ arguments: [String]) throws -> any ParsableCommand {
    try CommandName.check(arguments)
    do {
      return try RecurrentCommand.parseAsRoot(arguments)
    } catch {
      throw RecurrentCommand.exitCode(for: error) == .success ? HelpScreen(error) : UsageError(error)
    }
  }
}

/// Text that was asked for instead of a command's work: help, the version, a completion script.
struct HelpScreen: Error {
  let text: String

  init(_ error: any Error) {
    var text = RecurrentCommand.fullMessage(for: error, columns: HelpScreen.columns)
    while text.last == "\n" { text.removeLast() }
    if text.hasPrefix("OVERVIEW: \(RecurrentCommand.configuration.abstract)") { text += "\n\n" + ExitCodes.help }
    self.text = text + "\n"
  }

  /// Lines longer than this are hard to read.
  static let widest = 100

  private static var columns: Int {
    let terminal = Terminal(descriptor: 1)
    return terminal.isInteractive ? min(terminal.width, widest) : widest
  }
}

/// Arguments that make no sense.
struct UsageError: DescribedFailure {
  let description: String
  var exitStatus: ExitStatus { .usage }

  init(_ description: String) { self.description = description }

  /// What the argument parser says, on one line, and where to read on.
  init(_ error: any Error) {
    let lines = RecurrentCommand.message(for: error).split(separator: "\n").map(\.trimmedOfSpaces)
    var message = lines.joined(separator: " ").printable(limit: 1000)
    message = message.prefix(1).lowercased() + message.dropFirst()
    while message.last == "." { message.removeLast() }
    let hasSuggestion = message.hasSuffix("?")
    let mend = UsageError.seeHelp(in: RecurrentCommand.fullMessage(for: error)).map { "; see '\($0)'" }
    self.init(hasSuggestion ? message : message + (mend ?? ""))
  }

  /// The command between the quotes of "See 'recurrent train --help' for more information."
  private static func seeHelp(in text: String) -> Substring? {
    guard let line = text.split(separator: "\n").last(where: { $0.contains("See '") }) else { return nil }
    let parts = line.split(separator: "'")
    return parts.count >= 2 ? parts[1] : nil
  }
}

extension Substring {
  fileprivate var trimmedOfSpaces: Substring {
    var text = drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return text
  }
}
