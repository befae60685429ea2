#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The most memory that this process can have, and what says so.
public struct MemoryLimit: Hashable, Sendable {
  /// What limits the memory.
  public enum Source: String, Hashable, Sendable {
    /// The machine has no more.
    case machine
    /// A control group, such as that of a container or of a job.
    case controlGroup = "control_group"
    /// `ulimit -v`, which counts addresses: what the process has taken already is not there for training.
    case addresses
  }

  /// How many bytes may be in memory at one time.
  public let byteCount: Int
  /// What says so.
  public let source: Source

  /// A limit.
  public init(_ byteCount: Int, by source: Source) {
    self.byteCount = byteCount
    self.source = source
  }

  /// The tightest of all limits of this process; nil where the system tells of none.
  public static var ofThisProcess: MemoryLimit? {
    [machine, controlGroup, addresses].compactMap(\.self).min { $0.byteCount < $1.byteCount }
  }

  private static var machine: MemoryLimit? {
    let (pages, size) = (sysconf(Int32(_SC_PHYS_PAGES)), sysconf(Int32(_SC_PAGESIZE)))
    guard pages > 0, size > 0 else { return nil }
    let (bytes, overflow) = Int(pages).multipliedReportingOverflow(by: Int(size))
    return overflow ? nil : MemoryLimit(bytes, by: .machine)
  }

  /// That of the group of this process or of one above it, in the new hierarchy or the old one.
  private static var controlGroup: MemoryLimit? {
    let limits = controlGroupFiles(SystemText.lines("/proc/self/cgroup").map(String.init)).compactMap { path in
      SystemText.lines(path).first.flatMap { Int($0) }
    }
    return limits.min().map { MemoryLimit($0, by: .controlGroup) }
  }

  /// The files that may hold a limit, by the lines of `/proc/self/cgroup`: `0::/a/b`, and `4:memory:/a/b` of the old form.
  static func controlGroupFiles(_ lines: [String]) -> [String] {
    lines.flatMap { line -> [String] in
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return [] }
      let isNew = parts[0] == "0" && parts[1].isEmpty
      guard isNew || parts[1].split(separator: ",").contains("memory") else { return [] }
      let (root, name) = isNew ? ("/sys/fs/cgroup", "memory.max") : ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
      // A group can have no more than those above it, and within a container its own folder is the root.
      var path = parts[2].split(separator: "/")
      var files = ["\(root)/\(name)"]
      while !path.isEmpty {
        files.append("\(root)/\(path.joined(separator: "/"))/\(name)")
        path.removeLast()
      }
      return files
    }
  }

  private static var addresses: MemoryLimit? {
    guard let limit = addressLimit(SystemText.lines("/proc/self/limits")) else { return nil }
    // What is addressed and not in memory, such as code that never runs, takes its part of the limit too.
    return MemoryLimit(max(0, limit - (ProcessMemory.addressed - ProcessMemory.resident)), by: .addresses)
  }

  /// The number in the line `Max address space  4294967296  unlimited  bytes`.
  static func addressLimit(_ lines: [Substring]) -> Int? {
    let name = "Max address space"
    return lines.first { $0.hasPrefix(name) }?.dropFirst(name.count).split(separator: " ").first.flatMap { Int($0) }
  }
}
