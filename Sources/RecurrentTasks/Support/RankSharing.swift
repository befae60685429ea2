import RecurrentDistribution
import RecurrentTraining

/// What a rank has computed and the others need.
protocol RankCoded {
  func write(to message: inout RankMessage)
  init?(_ reader: inout RankMessageReader)
}

extension Communicator {
  /// What all have done when this rank has done a piece, as far as this rank can tell: while it does one piece, each of the
  /// others does one as well.
  ///
  /// - Parameters:
  ///   - number: The piece that is done.
  ///   - count: How many there are.
  func piecesDone(with number: Int, of count: Int) -> Range<Int> {
    number - rank..<Swift.min(number - rank + size, count)
  }

  /// Which of some things in a row are those of a rank; where there are too few, those of the last ranks are none.
  func share(ofRank number: Int, among count: Int) -> Range<Int> {
    (number * count + size - 1) / size..<((number + 1) * count + size - 1) / size
  }

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

extension String: RankCoded {
  func write(to message: inout RankMessage) { message.append(utf8) }
  init?(_ reader: inout RankMessageReader) {
    guard let text = reader.content() else { return nil }
    self.init(decoding: text, as: UTF8.self)
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
