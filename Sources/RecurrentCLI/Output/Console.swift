import RecurrentFormats
import RecurrentTraining

/// Where a command tells what it has found: results on standard output, everything else on standard error. With `--json`
/// standard output carries nothing but one object.
struct Console {
  /// Whether the result is a JSON object.
  let isJSON: Bool
  /// Whether only results and errors are wanted.
  let isQuiet: Bool

  /// What the stream of the results for people can show.
  var resultTerminal: Terminal { Terminal(descriptor: isJSON ? 2 : 1) }

  /// Tells results to people.
  func result(_ text: String) throws {
    if !isJSON {
      try StandardOutput.write(text)
    } else if !isQuiet {
      StandardError.write(text)
    }
  }

  /// Tells what is good to know, on a line of its own.
  func note(_ text: String) {
    if !isQuiet { StandardError.write(text + "\n") }
  }

  /// Tells results to programs.
  func json(_ value: JSONValue) throws {
    try StandardOutput.write(try value.text(.oneLine) + "\n")
  }
}
