import RecurrentDistribution
import RecurrentTraining

/// What a rank has computed and the others need.
protocol RankCoded {
  func write(to message: inout RankMessage)
  init?(_ reader: inout RankMessageReader)
}

extension Communicator {
  /// What all have done when this rank has done a piece, as far as this rank can tell: while it does one piece, each of the
  /// others does one as well, and where there are not enough for another turn of all, they do the rest.
  ///
  /// - Parameters:
  ///   - number: The piece that is done.
  ///   - count: How many there are.
  func piecesDone(with number: Int, of count: Int) -> Range<Int> {
    let first = number / size * size
    let isLast = !(first + size..<first + 2 * size).contains { $0 < count && self.rank(ofPiece: $0) == rank }
    return first..<(isLast ? count : first + size)
  }

  /// The rank that does a piece. From turn to turn ranks change their order: where each piece is more work than the one
  /// before, as with batches sorted by length, none gets the larger one every time.
  func rank(ofPiece number: Int) -> Int {
    let (turn, place) = number.quotientAndRemainder(dividingBy: size)
    return turn % 2 == 0 ? place : size - 1 - place
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
    for number in 0..<count where rank(ofPiece: number) == rank { try compute(number).write(to: &message) }
    var readers = try allGather(message.bytes).map { RankMessageReader($0) }
    return try (0..<count).map { number in
      let owner = rank(ofPiece: number)
      guard let piece = Piece(&readers[owner]) else {
        throw CommunicationError.ranksDiffer(what: "the version of the program", ranks: [owner])
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
