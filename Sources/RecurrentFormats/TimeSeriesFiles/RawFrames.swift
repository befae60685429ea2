/// How the numbers of a file of raw frames are written, little-endian.
public enum FrameElement: String, Hashable, Sendable, CaseIterable {
  /// A byte, 0...255.
  case unsigned8 = "u8"
  /// A byte, -128...127.
  case signed8 = "i8"
  /// Two bytes, 0...65535.
  case unsigned16 = "u16le"
  /// Two bytes, -32768...32767.
  case signed16 = "i16le"
  /// Four bytes, a whole number.
  case signed32 = "i32le"
  /// Four bytes, IEEE 754.
  case float32 = "f32le"
  /// Eight bytes, IEEE 754.
  case float64 = "f64le"

  /// Bytes of one number.
  public var byteCount: Int {
    switch self {
    case .unsigned8, .signed8: 1
    case .unsigned16, .signed16: 2
    case .signed32, .float32: 4
    case .float64: 8
    }
  }

  /// The element that a file's name says: `train.i16le.gz`.
  public init?(fileName: String) {
    let parts = FileLocation.name(of: fileName).split(separator: ".").map { $0.lowercased() }
    guard let found = parts.dropFirst().reversed().lazy.compactMap(FrameElement.init(rawValue:)).first else {
      return nil
    }
    self = found
  }
}

/// What a file of raw frames holds: C numbers a frame, one frame after another, without any header.
public struct FrameFormat: Hashable, Sendable {
  /// How numbers are written.
  public var element: FrameElement
  /// The numbers of a frame, C.
  public var channelCount: Int
  /// What each number is multiplied by: one factor for all, or one for each channel.
  public var scale: [Double]
  /// What is added then: one for all, or one for each channel.
  public var offset: [Double]

  /// A form of frames.
  public init(_ element: FrameElement, channelCount: Int, scale: [Double] = [1], offset: [Double] = [0]) {
    precondition(channelCount > 0, "frames of \(channelCount) numbers")
    for list in [scale, offset] {
      precondition(list.count == 1 || list.count == channelCount, "\(list.count) scales for \(channelCount) channels")
    }
    self.element = element
    self.channelCount = channelCount
    self.scale = scale
    self.offset = offset
  }
}

/// Reads files of raw frames, plain or gzip-compressed.
public enum RawFrames {
  /// The frames of the file at `path` as numbers, C a frame.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - format: What it holds.
  ///   - limit: The most bytes that are read.
  /// - Throws: `LabelledSeriesError` where the file cannot be read, ends within a frame, or holds what is no number.
  public static func read(
    path: String, _ format: FrameFormat, limit: Int = 1 << 31
  ) throws(LabelledSeriesError) -> [Float] {
    let bytes: [UInt8]
    do throws(InputError) { bytes = try self.bytes(of: path, limit: limit) } catch { throw .input(error) }
    let frameSize = format.channelCount * format.element.byteCount
    guard !bytes.isEmpty else { throw .empty(file: path) }
    guard bytes.count % frameSize == 0 else {
      throw .unusable(
        file: path,
        problem: "\(bytes.count) bytes are no whole number of frames of \(format.channelCount) x "
          + "\(format.element.rawValue) (\(frameSize) bytes)", mend: "check channels and element type")
    }
    let values = numbers(bytes, format)
    if let bad = values.firstIndex(where: { !$0.isFinite }) {
      throw .unusable(
        file: path, problem: "frame \(bad / format.channelCount) holds what is not a finite number",
        mend: "check the element type, or leave the frame out")
    }
    return values
  }

  private static func bytes(of path: String, limit: Int) throws(InputError) -> [UInt8] {
    let file = try FileSource(path: path)
    // Not `TextFile.open`: the first frames may look like the signature of anything.
    let source: any ByteSource = file.signature.starts(with: GzipReader.signature) ? GzipReader(file) : file
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = try source.read(into: &chunk, from: 0)
      if count == 0 { return bytes }
      guard count <= limit - bytes.count else { throw .expansionLimit(file: path, bytes: limit) }
      bytes.append(contentsOf: chunk[..<count])
    }
  }

  private static func numbers(_ bytes: [UInt8], _ format: FrameFormat) -> [Float] {
    bytes.withUnsafeBytes { raw in
      let count = raw.count / format.element.byteCount
      func load<Word: FixedWidthInteger>(_ index: Int, as type: Word.Type) -> Word {
        Word(littleEndian: raw.loadUnaligned(fromByteOffset: index * MemoryLayout<Word>.size, as: Word.self))
      }
      let number: (Int) -> Double =
        switch format.element {
        case .unsigned8: { Double(load($0, as: UInt8.self)) }
        case .signed8: { Double(load($0, as: Int8.self)) }
        case .unsigned16: { Double(load($0, as: UInt16.self)) }
        case .signed16: { Double(load($0, as: Int16.self)) }
        case .signed32: { Double(load($0, as: Int32.self)) }
        case .float32: { Double(Float(bitPattern: load($0, as: UInt32.self))) }
        case .float64: { Double(bitPattern: load($0, as: UInt64.self)) }
        }
      return (0..<count).map { index in
        let channel = index % format.channelCount
        let scale = format.scale[format.scale.count == 1 ? 0 : channel]
        let offset = format.offset[format.offset.count == 1 ? 0 : channel]
        return Float(number(index) * scale + offset)
      }
    }
  }
}
