/// A walk over the bytes of a file before they are decoded, which refuses what would take far more memory than the file has bytes.
///
/// Two bytes can be an empty message, which decoded takes a hundred; one byte can be an integer of eight. The walk adds such costs up.
/// It goes down only into messages of the schema, none of which contains another of its kind, and looks at each byte once at most.
struct WireSurvey {
  /// Decoded messages, text and integers may take half the file's size and this many bytes more than they take in the file.
  static let allowance = 40 << 20

  private let bytes: [UInt8]
  private let path: String
  private var position = 0
  private var overhead = 0

  /// Walks over a file.
  static func check(_ bytes: [UInt8], path: String) throws(ONNXError) {
    var survey = WireSurvey(bytes: bytes, path: path)
    try survey.walk(.model, to: bytes.count)
  }

  private init(bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  private mutating func walk(_ message: Message, to end: Int) throws(ONNXError) {
    while position < end {
      let start = position
      let tag = try varint(to: end)
      let field = tag >> 3
      guard field > 0, field < 1 << 29 else { throw error(at: start, "there is no field \(field)") }
      switch tag & 7 {
      case 0:
        _ = try varint(to: end)
        try spend(24)
      case 1: try skip(8, to: end)
      case 2: try walkDelimited(message.content(ofField: Int(field)), to: end)
      case 5: try skip(4, to: end)
      default: throw error(at: start, "a field has the wire type \(tag & 7), which this format does not use")
      }
    }
  }

  private mutating func walkDelimited(_ content: Content, to end: Int) throws(ONNXError) {
    let start = position
    let length = try varint(to: end)
    guard length <= UInt64(end - position) else {
      throw error(
        at: start, "a field of \(length) bytes where \(end - position) are left: the file is cut short or damaged")
    }
    let next = position + Int(length)
    switch content {
    case .unknown, .fixedNumbers: break
    case .text: try spend(96)
    case .varints:
      // The last byte of each number has its highest bit clear.
      for index in position..<next where bytes[index] < 0x80 { try spend(8) }
    case .message(let inner):
      try spend(inner.cost)
      try walk(inner, to: next)
    }
    position = next
  }

  private mutating func varint(to end: Int) throws(ONNXError) -> UInt64 {
    let start = position
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard position < end else { throw error(at: start, "the file is cut short, or a length in it is wrong") }
      let byte = bytes[position]
      position += 1
      if shift == 63, byte > 1 { break }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
    }
    throw error(at: start, "a number has more than 64 bits")
  }

  private mutating func skip(_ count: Int, to end: Int) throws(ONNXError) {
    guard count <= end - position else {
      throw error(at: position, "the file is cut short, or a length in it is wrong")
    }
    position += count
    try spend(16)
  }

  private mutating func spend(_ count: Int) throws(ONNXError) {
    overhead += count
    guard overhead <= bytes.count / 2 + WireSurvey.allowance else {
      throw error(at: position, "the file has so many small parts that it would not fit in three times its size")
    }
  }

  private func error(at offset: Int, _ problem: String) -> ONNXError {
    ONNXError(path: path, place: "byte \(offset)", problem: problem)
  }
}

extension WireSurvey {
  /// What a field of bytes holds.
  enum Content {
    case unknown
    case text
    case fixedNumbers
    case varints
    case message(Message)
  }

  /// The messages of the schema.
  enum Message {
    case model, operatorSet, pair, graph, node, attribute, tensor, segment
    case valueInfo, type, tensorType, shape, dimension

    /// About what an array element takes, with the room that a growing array has to spare.
    var cost: Int {
      switch self {
      case .model, .operatorSet, .pair, .segment, .tensorType, .shape, .dimension: 96
      case .graph: 512
      case .node: 2 * MemoryLayout<ONNXNodeProto>.stride
      case .attribute: 2 * MemoryLayout<ONNXAttributeProto>.stride + 320
      case .tensor: 2 * MemoryLayout<ONNXTensorProto>.stride
      case .valueInfo: 2 * MemoryLayout<ONNXValueInfoProto>.stride
      case .type: 2 * MemoryLayout<ONNXTypeProto>.stride
      }
    }

    func content(ofField field: Int) -> Content {
      switch (self, field) {
      case (.model, 7): .message(.graph)
      case (.model, 8): .message(.operatorSet)
      case (.model, 14), (.tensor, 13): .message(.pair)
      case (.graph, 1): .message(.node)
      case (.graph, 5), (.attribute, 5): .message(.tensor)
      case (.graph, 11), (.graph, 12), (.graph, 13): .message(.valueInfo)
      case (.node, 5): .message(.attribute)
      case (.attribute, 7), (.tensor, 4), (.tensor, 10): .fixedNumbers
      case (.attribute, 8), (.tensor, 1), (.tensor, 5), (.tensor, 7), (.tensor, 11): .varints
      case (.tensor, 3): .message(.segment)
      case (.valueInfo, 2): .message(.type)
      case (.type, 1): .message(.tensorType)
      case (.tensorType, 2): .message(.shape)
      case (.shape, 1): .message(.dimension)
      default: isKnown(field) ? .text : .unknown
      }
    }

    /// Whether a field that is neither a message nor numbers is decoded at all.
    private func isKnown(_ field: Int) -> Bool {
      switch self {
      case .model: [2, 3, 4, 6, 20, 25].contains(field)
      case .operatorSet: field == 1
      case .pair: field <= 2
      case .graph: [2, 10, 15].contains(field)
      case .node: field <= 8
      case .attribute: [1, 4, 6, 9, 21].contains(field)
      case .tensor: [6, 8, 9, 12].contains(field)
      case .valueInfo: field == 1 || field == 3
      case .type: field <= 9
      case .dimension: field == 2
      case .segment, .tensorType, .shape: false
      }
    }
  }
}
