import RecurrentDistribution
import RecurrentTraining

/// What a rank has computed and the others need.
protocol RankCoded {
  func write(to message: inout RankMessage)
  init?(_ reader: inout RankMessageReader)
}

extension Communicator {
  /// Computes pieces of work, every rank some of them, and gives all ranks what all pieces have given, in their order.
  ///
  /// - Parameter compute: Computes one piece. What it gives must not depend on which other pieces the rank has.
  func sharing<Piece: RankCoded>(_ count: Int, _ compute: (Int) throws -> Piece) throws -> [Piece] {
    if size == 1 { return try (0..<count).map(compute) }
    var message = RankMessage()
    for number in stride(from: rank, to: count, by: size) { try compute(number).write(to: &message) }
    var readers = try allGather(message.bytes).map { RankMessageReader($0) }
    return try (0..<count).map { number in
      guard let piece = Piece(&readers[number % size]) else {
        throw CommunicationError.ranksDiffer(what: "the version of the program", ranks: [number % size])
      }
      return piece
    }
  }
}

extension Int32: RankCoded {
  func write(to message: inout RankMessage) { message.append(Int(self)) }
  init?(_ reader: inout RankMessageReader) {
    guard let number = reader.integer().flatMap(Int32.init(exactly:)) else { return nil }
    self = number
  }
}

extension Float: RankCoded {
  func write(to message: inout RankMessage) { message.append(UInt64(bitPattern)) }
  init?(_ reader: inout RankMessageReader) {
    guard let bits = reader.word().flatMap(UInt32.init(exactly:)) else { return nil }
    self.init(bitPattern: bits)
  }
}

extension Double: RankCoded {
  func write(to message: inout RankMessage) { message.append(self) }
  init?(_ reader: inout RankMessageReader) {
    guard let number = reader.double() else { return nil }
    self = number
  }
}

extension Array: RankCoded where Element: RankCoded {
  func write(to message: inout RankMessage) {
    message.append(count)
    for element in self { element.write(to: &message) }
  }

  init?(_ reader: inout RankMessageReader) {
    guard let count = reader.count() else { return nil }
    self.init()
    for _ in 0..<count {
      guard let element = Element(&reader) else { return nil }
      append(element)
    }
  }
}
