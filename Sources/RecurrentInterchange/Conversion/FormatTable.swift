import RecurrentFormats

/// The formats that a program knows.
public struct FormatTable: Sendable {
  /// The formats, in the order in which they are asked whether they recognise a file.
  public let formats: [any InterchangeFormat]

  /// A table of formats of different names.
  public init(_ formats: [any InterchangeFormat]) {
    precondition(Set(formats.map(\.name)).count == formats.count, "two formats have one name")
    self.formats = formats
  }

  /// The words of all formats.
  public var names: [String] { formats.map(\.name) }

  /// The format of a word.
  public func format(named name: String) throws(ConversionError) -> any InterchangeFormat {
    guard let format = formats.first(where: { $0.name == name }) else {
      throw .unknownFormat(name, known: names)
    }
    return format
  }

  /// The format of what stands at a path, by its content.
  ///
  /// - Throws: `FileError`; `ConversionError.unrecognized`.
  public func recognize(_ path: String) throws -> any InterchangeFormat {
    let sample = try FileSample(path)
    guard let format = formats.first(where: { $0.recognizes(sample) }) else {
      throw ConversionError.unrecognized(path: path, isFolder: sample.isFolder, known: formats.map(\.title))
    }
    return format
  }

  /// The format that a path to be written asks for by its end; a path without one asks for a folder.
  public func format(forWriting path: String) throws(ConversionError) -> any InterchangeFormat {
    let name = path.split(separator: "/").last.map { $0.lowercased() } ?? ""
    if let format = formats.first(where: { $0.suffixes.contains(where: name.hasSuffix) }) { return format }
    if !name.contains(".") || path.hasSuffix("/") || FolderListing.isFolder(path),
      let format = formats.first(where: \.suffixes.isEmpty)
    {
      return format
    }
    throw .unnamed(path: path, suffixes: formats.flatMap(\.suffixes))
  }
}
