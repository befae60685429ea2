import ArgumentParser
import RecurrentFormats
import RecurrentTraining

/// What is told of an error, and the exit code that it leads to. No other place decides on either.
struct ErrorReport {
  /// The text for standard output, if it is no error but an answer.
  private(set) var answer: String?
  /// The line for standard error, without its `error:`.
  private(set) var message: String?
  /// The exit code.
  private(set) var status: ExitStatus

  init(_ error: any Error) {
    switch error {
    case let screen as HelpScreen:
      (answer, status) = (screen.text, .success)
    case is ReaderGone:
      status = .success
    case let stop as Stopped:
      status = stop.exitStatus
    case let failure as any DescribedFailure:
      (message, status) = (ErrorReport.oneLine(failure.description), failure.exitStatus)
    default:
      // Whoever meets this has found a mistake in the program; the line helps to find its place.
      let kind = ErrorReport.oneLine("\(error)").printable(limit: 300)
      message = "the program itself is wrong: \(kind); please report this with the command that led to it"
      status = .internalError
    }
  }

  /// Writes the answer or the line, and gives the exit code.
  func tell() -> ExitStatus {
    if let answer {
      do {
        try StandardOutput.write(answer)
      } catch {
        return ErrorReport(error).tell()
      }
    }
    if let message {
      let terminal = Terminal(descriptor: 2)
      StandardError.write(terminal.styled("error:", .red) + " \(message)\n")
    }
    return status
  }

  private static func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}

/// The end of a command that has already said why it ends.
struct Stopped: Error {
  let exitStatus: ExitStatus
}

/// What the exit codes mean.
enum ExitCodes {
  private static let meanings: [(status: ExitStatus, meaning: String)] = [
    (.success, "everything went well"),
    (.failure, "something failed that has no number of its own"),
    (.diverged, "training ran into numbers that are not finite"),
    (.usage, "the command line is wrong"),
    (.badData, "data or a model file are wrong"),
    (.noInput, "an input does not exist or cannot be read"),
    (.internalError, "the program itself is wrong"),
    (.cannotCreate, "an output cannot be made, or is there already"),
    (.ioError, "reading or writing failed"),
    (.temporaryFailure, "stopped by SIGUSR1 with a checkpoint: run again with --resume"),
    (.configuration, "a configuration file is wrong, or training needs more memory than there is"),
    (.interrupted, "stopped by Ctrl-C (SIGINT) with a checkpoint"),
    (.terminated, "stopped by SIGTERM with a checkpoint"),
  ]

  /// The list for the help of the tool.
  static var help: String {
    let lines = meanings.map { status, meaning in
      let code = String(status.code)
      return "  " + code + String(repeating: " ", count: 24 - code.count) + meaning
    }
    return (["EXIT CODES:"] + lines).joined(separator: "\n")
  }
}
