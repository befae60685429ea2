#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import RecurrentFormats

/// What the system says about the memory of this process.
enum ProcessMemory {
  #if canImport(Darwin)
    /// Bytes that are in memory now; 0 where the system does not tell.
    static var resident: Int { Int(information?.resident_size ?? 0) }

    /// The most bytes that were in memory at one time since the process began.
    static var peak: Int { Int(information?.resident_size_max ?? 0) }

    /// Bytes of addresses, which nothing limits on this system.
    static let addressed = 0

    private static var information: mach_task_basic_info? {
      var info = mach_task_basic_info()
      var count = mach_msg_type_number_t(MemoryLayout<mach_task_basic_info>.size / MemoryLayout<natural_t>.size)
      let status = withUnsafeMutablePointer(to: &info) { info in
        info.withMemoryRebound(to: integer_t.self, capacity: Int(count)) {
          task_info(mach_task_self_, task_flavor_t(MACH_TASK_BASIC_INFO), $0, &count)
        }
      }
      return status == KERN_SUCCESS ? info : nil
    }
  #else
    /// Bytes that are in memory now; 0 where the system does not tell.
    static var resident: Int { kilobytes("VmRSS") * 1024 }

    /// The most bytes that were in memory at one time since the process began.
    static var peak: Int { kilobytes("VmHWM") * 1024 }

    /// Bytes of addresses that the process has taken, which is what `ulimit -v` limits.
    static var addressed: Int { kilobytes("VmSize") * 1024 }

    /// The number in a line such as `VmHWM:    1764 kB`.
    private static func kilobytes(_ name: String) -> Int {
      let line = SystemText.lines("/proc/self/status").first { $0.hasPrefix(name + ":") }
      return line?.split { $0 == " " || $0 == "\t" }.dropFirst().first.flatMap { Int($0) } ?? 0
    }
  #endif
}

/// The short texts in which Linux tells of machine and process.
enum SystemText {
  /// The lines of a text; none where there is no such file.
  static func lines(_ path: String) -> [Substring] {
    guard let bytes = try? ReadableFile.bytes(ofFile: path, limit: 1 << 16) else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }
}
