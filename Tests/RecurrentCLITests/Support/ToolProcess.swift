import Foundation

/// The built tool, run as its users run it.
struct ToolProcess {
  /// What a run of the tool has left.
  struct Result {
    let status: Int32
    let output: String
    let errors: String

    /// The lines of standard error.
    var errorLines: [String] { errors.split(separator: "\n").map(String.init) }

    /// The last line of standard output as a JSON object, read by another reader than ours.
    var json: [String: Any]? {
      guard let line = output.split(separator: "\n").last else { return nil }
      return (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any]
    }
  }

  private let process = Process()
  private let outputPath: String
  private let errorPath: String

  /// Starts the tool.
  ///
  /// - Parameters:
  ///   - arguments: Its arguments.
  ///   - folder: The working folder.
  ///   - input: What it reads on standard input.
  ///   - script: A shell script that runs the tool as `"$0" "$@"`, for limits and pipes.
  init(
    _ arguments: [String], in folder: TemporaryFolder, input: String = "", script: String? = nil
  ) throws {
    let name = folder.path(".tool-\(UUID().uuidString)")
    outputPath = name + ".out"
    errorPath = name + ".err"
    for path in [outputPath, errorPath] { try Data().write(to: URL(fileURLWithPath: path)) }
    if let script {
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", script, Self.executable.path] + arguments
    } else {
      process.executableURL = Self.executable
      process.arguments = arguments
    }
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"]
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: outputPath))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errorPath))
    let pipe = Pipe()
    process.standardInput = pipe
    try Self.withAllSignals { try process.run() }
    try pipe.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try pipe.fileHandleForWriting.close()
  }

  /// Runs `body` with no signal blocked: tests run on threads that block them, and a process inherits that from the thread
  /// that starts it.
  private static func withAllSignals(_ body: () throws -> Void) rethrows {
    var none = sigset_t()
    var before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try body()
  }

  /// Sends a signal.
  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// What has been written to standard error so far.
  var errors: String { (try? String(contentsOfFile: errorPath, encoding: .utf8)) ?? "" }

  var isRunning: Bool { process.isRunning }

  /// Waits for the end.
  func result() throws -> Result {
    process.waitUntilExit()
    defer { for path in [outputPath, errorPath] { try? FileManager.default.removeItem(atPath: path) } }
    return Result(
      status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
      output: try String(contentsOfFile: outputPath, encoding: .utf8), errors: errors)
  }

  /// The tool stands beside the tests.
  private static let executable: URL = {
    let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
    let tests = bundle ?? URL(fileURLWithPath: CommandLine.arguments[0])
    return tests.deletingLastPathComponent().appendingPathComponent("recurrent")
  }()
}

/// Runs the tool to its end.
func recurrent(
  _ arguments: String..., in folder: TemporaryFolder, input: String = "", script: String? = nil
) throws -> ToolProcess.Result {
  try recurrent(arguments, in: folder, input: input, script: script)
}

/// Runs the tool to its end.
func recurrent(
  _ arguments: [String], in folder: TemporaryFolder, input: String = "", script: String? = nil
) throws -> ToolProcess.Result {
  try ToolProcess(arguments, in: folder, input: input, script: script).result()
}
