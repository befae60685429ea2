import ArgumentParser

/// What is told of a command's work.
struct OutputOptions: ParsableArguments {
  @Flag(help: "one JSON object as the last line of standard output; all else goes to standard error")
  var json = false

  @Flag(name: .shortAndLong, help: "nothing but results and errors")
  var quiet = false

  var console: Console { Console(isJSON: json, isQuiet: quiet) }
}
