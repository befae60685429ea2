import RecurrentTensor
import RecurrentTraining

/// What this program was made from, and what it found on this machine.
enum BuildInformation {
  #if swift(>=6.4)
    static let swiftVersion = "6.4"
  #elseif swift(>=6.3)
    static let swiftVersion = "6.3"
  #else
    static let swiftVersion = "6.2"
  #endif

  #if DEBUG
    static let build = "debug"
  #else
    static let build = "release"
  #endif

  #if os(macOS)
    private static let system = "macOS"
  #elseif os(Linux)
    private static let system = "Linux"
  #else
    private static let system = "unknown system"
  #endif

  #if arch(x86_64)
    private static let architecture = "x86_64"
  #elseif arch(arm64)
    private static let architecture = "arm64"
  #else
    private static let architecture = "unknown architecture"
  #endif

  static let platform = "\(system) \(architecture)"

  /// What must be the same where several processes compute together.
  static var versionOfProgram: String { "\(LibraryVersion.current), \(build)" }

  /// The answer to `--version`.
  static var versionText: String {
    "recurrent \(LibraryVersion.current) (Swift \(swiftVersion), \(build), \(platform), \(ComputeEnvironment.instructionSet))"
  }
}
