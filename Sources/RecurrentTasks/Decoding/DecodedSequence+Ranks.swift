import RecurrentTraining

extension DecodedSequence: RankCoded {
  func write(to message: inout RankMessage) {
    symbols.write(to: &message)
    message.append(logProbability)
    message.append(score)
    message.append(ending.rawValue.utf8)
    attention.write(to: &message)
  }

  init?(_ reader: inout RankMessageReader) {
    guard let symbols = [Int32](&reader), let logProbability = reader.double(), let score = reader.double(),
      let name = reader.content(), let ending = GenerationEnding(rawValue: String(decoding: name, as: UTF8.self)),
      let attention = [[Float]](&reader)
    else { return nil }
    self.init(
      symbols: symbols, logProbability: logProbability, score: score, ending: ending, attention: attention)
  }
}
