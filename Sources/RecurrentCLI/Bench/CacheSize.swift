#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A cache for data.
struct CacheSize: Hashable, Sendable {
  /// 1 is nearest to the core.
  let level: Int
  let bytes: Int
  /// Cores that share it.
  let sharedBy: Int

  /// `l1`, `l2`, `l3`.
  var name: String { "l\(level)" }

  /// Where the system does not say: a small machine.
  static let usual = [
    CacheSize(level: 1, bytes: 32 << 10, sharedBy: 1), CacheSize(level: 2, bytes: 512 << 10, sharedBy: 1),
    CacheSize(level: 3, bytes: 8 << 20, sharedBy: .max),
  ]

  /// Those of the first core, nearest first.
  static var ofThisMachine: [CacheSize] {
    let found = read().sorted { $0.level < $1.level }
    return found.isEmpty ? usual : found
  }

  #if os(macOS)
    private static func read() -> [CacheSize] {
      let names = [(1, "hw.perflevel0.l1dcachesize"), (2, "hw.perflevel0.l2cachesize"), (3, "hw.l3cachesize")]
      return names.compactMap { level, name in
        number(name).map { CacheSize(level: level, bytes: $0, sharedBy: level == 1 ? 1 : .max) }
      }
    }

    private static func number(_ name: String) -> Int? {
      var value: Int64 = 0
      var size = MemoryLayout<Int64>.size
      guard sysctlbyname(name, &value, &size, nil, 0) == 0, value > 0 else { return nil }
      return Int(value)
    }
  #else
    private static let folder = "/sys/devices/system/cpu/cpu0/cache"

    private static func read() -> [CacheSize] {
      (0..<8).compactMap { index in
        func text(_ name: String) -> String? { ProcessFile.text("\(folder)/index\(index)/\(name)") }
        guard let kind = text("type"), kind != "Instruction", let level = text("level").flatMap({ Int($0) }),
          let size = text("size").flatMap(bytes)
        else { return nil }
        return CacheSize(level: level, bytes: size, sharedBy: text("shared_cpu_list").map(count) ?? 1)
      }
    }

    /// `1024K` or `32M`.
    static func bytes(_ text: String) -> Int? {
      let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
      guard let last = text.last, let unit = units[last] else { return Int(text) }
      return Int(text.dropLast()).flatMap { number in
        let (product, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow ? nil : product
      }
    }

    /// How many cores a list such as `0-3,8` names.
    static func count(_ list: String) -> Int {
      list.split(separator: ",").reduce(0) { sum, range in
        let ends = range.split(separator: "-").compactMap { Int($0) }
        guard let first = ends.first, let last = ends.last, last >= first else { return sum }
        return sum + last - first + 1
      }
    }
  #endif
}
