// Everything that the tool does is reached from `Tool`, so that tests can import it.
Tool.exit(with: Tool.run(Array(CommandLine.arguments.dropFirst())))
