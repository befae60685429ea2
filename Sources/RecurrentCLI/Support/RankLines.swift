import Foundation
import RecurrentDistribution
import Synchronization

/// Which rank this process is, for the lines that it writes to standard error.
enum RankLines {
  private static let number = Atomic<Int>(0)

  /// The rank; 0 where there is only one.
  static var rank: Int {
    get { number.load(ordering: .relaxed) }
    set { number.store(newValue, ordering: .relaxed) }
  }

  /// Takes the rank from what the launcher says, before MPI is started.
  static func takeFromLauncher() {
    // A variable that makes no sense is told later, by the command that needs it.
    let launcher = try? Launcher(environment: ProcessInfo.processInfo.environment)
    rank = launcher?.rank ?? 0
  }

  /// The text with the rank before each line, except for the first rank.
  static func marked(_ text: String) -> String { marked(text, rank: rank) }

  static func marked(_ text: String, rank: Int) -> String {
    guard rank > 0, !text.isEmpty else { return text }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let last = lines.count - 1
    return lines.enumerated().map { $0 == last && $1.isEmpty ? "" : "[rank \(rank)] \($1)" }.joined(separator: "\n")
  }

  /// Leaves it to the first rank to tell an error that all have alike: it ends the job meanwhile.
  static func letFirstSpeak() {
    if rank > 0 { Thread.sleep(forTimeInterval: 1) }
  }
}
