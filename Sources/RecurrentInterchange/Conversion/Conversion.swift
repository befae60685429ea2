import Foundation
import RecurrentFormats
public import RecurrentLayers
import RecurrentTensor

/// Makes a file or folder of one format from that of another, and proves that both compute the same.
///
/// ```swift
/// let table = FormatTable([NativeFormat(), PyTorchFormat()])
/// let report = try Conversion(from: "model.safetensors", to: "model", formats: table).run()
/// print(report.audit.entries, report.difference)
/// ```
public struct Conversion: Sendable {
  /// What is converted.
  public let input: String
  /// What is made.
  public let output: String
  /// The format of the input.
  public let source: any InterchangeFormat
  /// The format of the output.
  public let target: any InterchangeFormat
  /// What the input leaves open.
  public var layout: NetworkLayout?
  /// Whether tensors that the network has no place for may be left behind.
  public var allowsUnused = false
  /// Whether a model that is there already is replaced.
  public var overwrites = false
  /// Where the random input comes from.
  public var seed: UInt64 = 42

  /// A conversion between formats of a table.
  ///
  /// - Parameters:
  ///   - input: A file or folder.
  ///   - sourceName: The word of its format; nil tells it by its content.
  ///   - output: A file or folder.
  ///   - targetName: The word of its format; nil tells it by its name.
  ///   - formats: Those that can be.
  /// - Throws: `FileError`, `ConversionError`.
  public init(
    from input: String, sourceFormat sourceName: String? = nil, to output: String,
    targetFormat targetName: String? = nil,
    formats: FormatTable
  ) throws {
    self.input = input
    self.output = output
    source =
      try sourceName.map { name throws(ConversionError) in try formats.format(named: name) } ?? formats.recognize(input)
    target =
      try targetName.map { name throws(ConversionError) in try formats.format(named: name) }
      ?? formats.format(forWriting: output)
  }

  /// What was done.
  public struct Report: Sendable {
    /// What became of each tensor, from the input's names to the output's.
    public let audit: ConversionAudit
    /// What is good to know; each is one sentence.
    public let notes: [String]
    /// What the network is.
    public let description: NetworkDescription
    /// How far the outputs of both are apart on a random input.
    public let difference: OutputDifference
  }

  /// Converts.
  ///
  /// The output is made beside its place, read again and run on a random input; only if it answers what the input answers, it is put
  /// in its place.
  ///
  /// - Throws: `ConversionError`, and errors of both formats.
  public func run() throws -> Report {
    if layout != nil, !source.takesLayout { throw ConversionError.needlessLayout(format: source.name) }
    let place = try OutputPlace(output, replacing: overwrites, notOver: input)
    var read = try source.read(input, layout: layout)
    let open = read.audit.unexplained
    guard open.isEmpty || allowsUnused && open.allSatisfy({ $0.verdict == .unused }) else {
      throw ConversionError.unexplained(path: input, audit: read.audit)
    }
    read.source["converted_from"] = .string(source.name)
    let description = read.network.description
    guard let probe = ProbeInput(for: description, seed: seed) else {
      throw ConversionError.untested(
        path: input, reason: "no number of steps fits its windows; check flatten in --layout")
    }
    let expected = read.network(probe.value)
    var written = ConversionAudit()
    var difference = OutputDifference(expected, expected)
    try place.write { path in
      written = try target.write(read, to: path)
      difference = OutputDifference(try target.output(of: path, for: probe.value, as: description), expected)
      guard difference.isSmall else { throw ConversionError.differs(path: output, difference) }
    }
    return Report(
      audit: read.audit.followed(by: written), notes: read.notes, description: description, difference: difference)
  }
}
