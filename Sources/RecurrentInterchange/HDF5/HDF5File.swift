import RecurrentFormats

/// A group of an HDF5 file: members by name, as a folder has them.
public struct HDF5Group: Sendable {
  /// A group or data set and its name in the group.
  public typealias Member = (name: String, object: HDF5Object)

  /// The path from the root, `layers/lstm/cell`; empty for the root itself.
  public let path: String
  /// The members, in the order of their names.
  public let members: [Member]
  /// The attributes.
  public let attributes: [HDF5Attribute]

  /// The group or data set at a path from this group on, nil where there is none.
  public subscript(path: String) -> HDF5Object? {
    var object = HDF5Object.group(self)
    for name in path.split(separator: "/") {
      guard case .group(let group) = object, let next = group.member(named: name) else { return nil }
      object = next
    }
    return object
  }

  /// The data sets in the group and in the groups below it, in order.
  public var datasets: [HDF5Dataset] {
    members.flatMap { member in
      switch member.object {
      case .group(let group): group.datasets
      case .dataset(let dataset): [dataset]
      }
    }
  }

  /// An attribute, nil where there is none of this name.
  public func attribute(_ name: String) -> HDF5Attribute? { attributes.first { $0.name == name } }

  /// Members are sorted, so halving finds one.
  private func member(named name: Substring) -> HDF5Object? {
    var range = members.indices
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      if members[middle].name == name { return members[middle].object }
      range =
        members[middle].name.utf8.lexicographicallyPrecedes(name.utf8)
        ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return nil
  }
}

/// What a group holds.
public enum HDF5Object: Sendable {
  /// A group of further objects.
  case group(HDF5Group)
  /// A data set.
  case dataset(HDF5Dataset)

  /// The group, nil for a data set.
  public var group: HDF5Group? { if case .group(let group) = self { group } else { nil } }

  /// The data set, nil for a group.
  public var dataset: HDF5Dataset? { if case .dataset(let dataset) = self { dataset } else { nil } }
}

/// A data set of an HDF5 file: numbers of one type and shape, which are read when they are asked for.
public struct HDF5Dataset: Sendable {
  /// The path from the root, `layers/lstm/cell/vars/0`.
  public let path: String
  /// The type of the elements.
  public let type: HDF5ElementType
  /// The lengths of the axes, the slowest first; none for a single number.
  public let shape: [Int]

  let start: Int
  let byteCount: Int
  /// The attributes.
  public let attributes: [HDF5Attribute]
}

/// An HDF5 file that is open for reading: the part of the format that h5py uses for Keras' weights. That is the older form of
/// superblock, headers and groups, and data sets that lie in the file in one piece. Links to elsewhere, chunks, filters and shared
/// types are refused.
///
/// All groups have been read and checked; numbers are read when they are asked for. It is our own reader, bounds-checked
/// throughout, and not the HDF5 library.
public struct HDF5File: Sendable {
  /// The path of the file, or nil where the bytes came from memory.
  public var path: String? { region.path }
  /// The group that holds everything.
  public let root: HDF5Group

  let region: ByteRegion

  /// Opens the file at `path`.
  public init(path: String) throws(HDF5Error) {
    do throws(FileError) {
      region = try ByteRegion(path: path)
    } catch {
      throw HDF5Error(.file(error), file: path)
    }
    var reader = HDF5Reader(region)
    root = try reader.root()
  }

  /// Reads a file that is in memory.
  public init(bytes: [UInt8]) throws(HDF5Error) {
    try self.init(ByteRegion(bytes))
  }

  init(_ region: ByteRegion) throws(HDF5Error) {
    self.region = region
    var reader = HDF5Reader(region)
    root = try reader.root()
  }

  /// The numbers of a data set, row-major, from any real type exactly, but for 8-byte ones, which are rounded to the nearest.
  /// - Throws: `HDF5Error`: another type, a finite number beyond the range of `Float`, or an unreadable file.
  public func floats(_ dataset: HDF5Dataset) throws(HDF5Error) -> [Float] {
    let type = realType(of: dataset)
    if case .real(4, false) = type { return try littleEndianFloats(dataset) }
    let bytes = try bytes(dataset)
    switch type {
    case .real(4, _):
      return Self.words(bytes, isBigEndian: true, UInt32.self).map { Float(bitPattern: $0) }
    case .real(8, let isBigEndian):
      return try rounded(Self.words(bytes, isBigEndian: isBigEndian, UInt64.self), dataset)
    case .real(_, let isBigEndian):
      return Self.words(bytes, isBigEndian: isBigEndian, UInt16.self).map { SafetensorsFile.float(half: $0) }
    case .bfloat16(let isBigEndian):
      return Self.words(bytes, isBigEndian: isBigEndian, UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
    default:
      throw error(.wrongType(dataset.type.description, wanted: "F16, BF16, F32 or F64"), dataset)
    }
  }

  /// The type of a data set's numbers. Keras keeps bfloat16 as bytes without meaning and an attribute that says so.
  func realType(of dataset: HDF5Dataset) -> HDF5ElementType {
    guard dataset.type == .opaque(byteCount: 2) else { return dataset.type }
    let name = dataset.attributes.first { $0.name == "dtype" }
    return name?.texts == ["bfloat16"] ? .bfloat16(isBigEndian: false) : dataset.type
  }

  func error(_ kind: HDF5Error.Kind, _ dataset: HDF5Dataset) -> HDF5Error {
    HDF5Error(kind, file: path, object: dataset.path)
  }
}
