import ArgumentParser
import RecurrentFormats

/// The names of commands as they are typed.
enum CommandName {
  /// Checks the commands at the start of `arguments`, so that a mistyped one is met with the right one's name and not
  /// with an "unexpected argument".
  ///
  /// - Throws: `UsageError`.
  static func check(_ arguments: [String]) throws {
    var command: any ParsableCommand.Type = RecurrentCommand.self
    for argument in arguments {
      let subcommands = command.configuration.subcommands
      // An option may stand anywhere, and no command begins with a hyphen.
      guard !subcommands.isEmpty, !argument.hasPrefix("-"), argument != "help" else { return }
      guard let next = subcommands.first(where: { names(of: $0).contains(argument) }) else {
        throw UsageError(message(for: argument, in: command))
      }
      command = next
    }
  }

  private static func message(for argument: String, in command: any ParsableCommand.Type) -> String {
    let kind = command == TrainCommand.self ? "task" : command == StudyCommand.self ? "study" : "command"
    let known = command.configuration.subcommands.map { $0.configuration.commandName ?? "" }
    let all = command.configuration.subcommands.flatMap(names)
    let suggestion = Suggestion.nearest(to: argument, among: all).map { "did you mean '\($0)'?" }
    return "there is no \(kind) '\(argument.printable())'; "
      + (suggestion ?? "choose \(known.count == 1 ? "" : "one of ")\(known.joined(separator: ", "))")
  }

  private static func names(of command: any ParsableCommand.Type) -> [String] {
    [command.configuration.commandName ?? ""] + command.configuration.aliases
  }
}
