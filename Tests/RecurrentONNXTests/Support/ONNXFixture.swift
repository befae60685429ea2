import RecurrentFormats
import RecurrentTensor
import RecurrentTestSupport

@testable import RecurrentONNX

/// A file of graphs with inputs and the outputs that other programs computed; see `make.py` beside it.
struct ONNXFixture {
  let file: SafetensorsFile
  /// The names of the cases, sorted.
  let cases: [String]
  private let names: [String: [String]]

  init(_ name: String) throws {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    let folder = parts.dropLast(3).joined(separator: "/") + "/Fixtures"
    let file = try SafetensorsFile(path: "\(folder)/\(name).safetensors")
    names = Dictionary(grouping: file.names) { String($0.prefix { $0 != "/" }) }
    cases = names.keys.sorted()
    self.file = file
  }

  /// The bytes of a case's graph.
  func model(_ name: String) throws -> [UInt8] { try file.bytes("\(name)/model") }

  /// What goes into a case's graph.
  func inputs(_ name: String) throws -> [String: ONNXValue] { try values(name, "input") }

  /// The values of a case, by their names in the graph.
  private func values(_ name: String, _ part: String) throws -> [String: ONNXValue] {
    let prefix = "\(name)/\(part)/"
    var values: [String: ONNXValue] = [:]
    for key in names[name] ?? [] where key.hasPrefix(prefix) {
      values[String(key.dropFirst(prefix.count))] = try value(key)
    }
    return values
  }

  private func value(_ key: String) throws -> ONNXValue {
    let entry = try file.entry(key)
    let shape = Shape(entry.shape)
    switch entry.dtype {
    case .bool: return .integers(ONNXIntegers(try file.bytes(key).map { Int($0) }, shape: shape, kind: .bool))
    case .int32: return .integers(ONNXIntegers(try integers(key, Int32.self), shape: shape, kind: .int32))
    case .int64: return .integers(ONNXIntegers(try integers(key, Int64.self), shape: shape))
    default: return .tensor(try file.tensor(key))
    }
  }

  private func integers<Element: FixedWidthInteger>(_ key: String, _: Element.Type) throws -> [Int] {
    let size = MemoryLayout<Element>.size
    return try file.bytes(key).withUnsafeBytes { bytes in
      (0..<bytes.count / size).map { Int(bytes.loadUnaligned(fromByteOffset: $0 * size, as: Element.self)) }
    }
  }

  /// The largest share of 1e-6 + 1e-5 |b| that any number of a case's outputs uses up, and how many outputs there are. Infinite where
  /// integers differ.
  func share(of name: String) throws -> (worst: Double, count: Int) {
    let graph = try ONNXGraph(ONNXModel(bytes: try model(name), path: name))
    let outputs = try graph(try inputs(name))
    let expected = try values(name, "output")
    var worst = 0.0
    for (key, truth) in expected {
      worst = max(worst, outputs[key].map { ONNXFixture.share($0, truth) } ?? .infinity)
    }
    return (expected.count == outputs.count ? worst : .infinity, expected.count)
  }

  private static func share(_ measured: ONNXValue, _ truth: ONNXValue) -> Double {
    switch (measured, truth) {
    case (.integers(let a), .integers(let b)): return a == b ? 0 : .infinity
    case (.tensor(let a), .tensor(let b)):
      guard a.shape == b.shape else { return .infinity }
      // What is not finite must be the same.
      let pairs = zip(a.scalars, b.scalars).filter { !($0 == $1 || $0.isNaN && $1.isNaN) }
      return pairs.reduce(0) { worst, pair in
        let share = Double(abs(pair.0 - pair.1)) / (1e-6 + 1e-5 * Double(abs(pair.1)))
        return share.isFinite ? max(worst, share) : .infinity
      }
    default: return .infinity
    }
  }
}
