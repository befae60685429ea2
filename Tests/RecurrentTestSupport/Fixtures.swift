package import RecurrentFormats
package import RecurrentTensor

/// A file of golden values in `Tests/Fixtures`; its keys are described in the README there.
package struct Fixture: Sendable {
  private let file: SafetensorsFile
  /// The names of the cases, sorted.
  package let cases: [String]
  private let entries: [String: [String]]

  /// Opens, for example, `layers/lstm`.
  package init(_ name: String) throws(SafetensorsError) {
    let file = try SafetensorsFile(path: "\(Fixture.folder)/\(name).safetensors")
    let parts = file.names.map { $0.split(separator: "/", maxSplits: 1).map(String.init) }
    entries = Dictionary(grouping: parts, by: { $0[0] }).mapValues { $0.compactMap(\.last) }
    cases = entries.keys.sorted()
    self.file = file
  }

  private static let folder: String = {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(2).joined(separator: "/") + "/Fixtures"
  }()

  /// What a case holds, without the name of the case: `x`, `grad/x`.
  package func names(in name: String) -> [String] { entries[name] ?? [] }

  /// A tensor of a case.
  package func tensor(_ name: String, in caseName: String) throws -> Tensor {
    let key = "\(caseName)/\(name)"
    let scalars = try file.floats(key)
    return try Tensor(validating: scalars, shape: Shape(file.entry(key).shape))
  }

  /// A tensor that belongs to no case.
  package func tensor(_ name: String) throws -> Tensor {
    try Tensor(validating: try file.floats(name), shape: Shape(file.entry(name).shape))
  }

  /// Numbers that are kept in double precision, by their whole name.
  package func doubles(_ name: String) throws(SafetensorsError) -> [Double] { try file.doubles(name) }

  /// Lengths, indices or classes of a case.
  package func integers(_ name: String, in caseName: String) throws(SafetensorsError) -> [Int32] {
    try file.int32s("\(caseName)/\(name)")
  }
}

/// How much of the allowed difference |a - b| <= absolute + relative |b| two results use up.
package struct Tolerance: Sendable {
  package let absolute: Double
  package let relative: Double

  package init(absolute: Double, relative: Double) {
    self.absolute = absolute
    self.relative = relative
  }

  /// Of results.
  package static let forward = Tolerance(absolute: 1e-6, relative: 1e-5)
  /// Of gradients.
  package static let gradient = Tolerance(absolute: 1e-5, relative: 1e-4)
  /// Of results and gradients in double precision: what rounding the golden values to float has changed.
  package static let rounding = Tolerance(absolute: 1e-12, relative: 0x1.01p-24)

  /// The largest share of the allowance that any element uses up: above 1 is a failure. Infinite for other shapes and for
  /// elements that are not finite.
  package func used(_ measured: Tensor, _ truth: Tensor) -> Double {
    guard measured.shape == truth.shape else { return .infinity }
    return zip(measured.doubles, truth.doubles).reduce(0) { worst, pair in
      let share = abs(pair.0 - pair.1) / (absolute + relative * abs(pair.1))
      return share.isFinite ? max(worst, share) : .infinity
    }
  }
}
