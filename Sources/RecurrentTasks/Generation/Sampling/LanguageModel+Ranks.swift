public import RecurrentDistribution
import RecurrentFormats
import RecurrentTensor
import RecurrentTraining

/// A text that was generated.
public struct GeneratedText: Hashable, Sendable {
  /// The text, without the prompt.
  public var text = ""
  /// How many symbols were chosen, the end among them.
  public var symbolCount = 0
  /// Why it has ended; nil while it goes on.
  public var ending: GenerationEnding?

  /// A text without a symbol.
  public init() {}

  /// Adds the next symbol.
  public mutating func append(_ token: GeneratedToken) {
    text += token.text
    symbolCount += 1
    ending = token.ending
  }
}

extension LanguageModel {
  /// Generates texts, the texts divided among ranks: all ranks give the same request and get all texts, which do not depend on
  /// the number of ranks.
  ///
  /// - Parameters:
  ///   - request: What is to be generated.
  ///   - communicator: The ranks that write together.
  /// - Throws: `GenerationError` as for one process; `CommunicationError`, also where the ranks have other requests.
  public func generate(_ request: GenerationRequest, over communicator: any Communicator) throws -> [GeneratedText] {
    try communicator.requireSameWork(settings: "\(request)") { _ in }
    return try texts(
      of: request, after: try firstSymbols(request.prompt), conditions: try conditionRow(request.conditions),
      over: communicator)
  }

  /// The texts of a request, each rank writing as many as any other.
  ///
  /// - Parameter conditions: `[1, K]` for all texts or `[N, K]`; nil for none.
  func texts(
    of request: GenerationRequest, after first: [Int32], conditions: Tensor?, over communicator: any Communicator
  ) throws -> [GeneratedText] {
    let found = try communicator.sharing(communicator.size) { number -> [GeneratedText] in
      let own = communicator.share(ofRank: number, among: request.count)
      if own.isEmpty { return [] }
      var part = request
      part.count = own.count
      let beside = conditions.map { $0.shape[0] == 1 ? $0 : $0.rows(at: own.map(Int32.init)) }
      var texts = [GeneratedText](repeating: GeneratedText(), count: own.count)
      for token in TextGeneration(
        self, after: first, conditions: beside, part, firstNumber: own.lowerBound)
      {
        texts[token.row].append(token)
      }
      return texts
    }
    return found.flatMap { $0 }
  }
}

extension GeneratedText: RankCoded {
  func write(to message: inout RankMessage) {
    text.write(to: &message)
    message.append(symbolCount)
    (ending?.rawValue ?? "").write(to: &message)
  }

  init?(_ reader: inout RankMessageReader) {
    guard let text = String(&reader), let count = reader.count(), let name = String(&reader) else { return nil }
    self.init()
    (self.text, symbolCount, ending) = (text, count, GenerationEnding(rawValue: name))
  }
}
