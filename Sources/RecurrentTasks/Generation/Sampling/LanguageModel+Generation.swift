public import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

extension LanguageModel {
  /// Generates texts.
  ///
  /// ```swift
  /// for token in try model.generate(GenerationRequest(prompt: "To be")) { print(token.text, terminator: "") }
  /// ```
  ///
  /// - Throws: `GenerationError` where the model cannot begin without a prompt, does not know a symbol of it and has no
  ///   unknown one, or has other conditions.
  public func generate(_ request: GenerationRequest) throws(GenerationError) -> TextGeneration {
    TextGeneration(
      self, after: try firstSymbols(request.prompt), conditions: try conditionRow(request.conditions), request)
  }

  /// Conditions from texts `name=value`, as they are typed: words, numbers, or lists of numbers such as `1,0.5,2`.
  ///
  /// - Throws: `GenerationError.conditions`.
  public func conditions(from texts: [String]) throws(GenerationError) -> JSONObject {
    var given = JSONObject()
    for text in texts {
      guard let sign = text.firstIndex(of: "=") else {
        throw .conditions("'\(text.printable())' is not name=value", mend: "write for example mood=sad")
      }
      let (name, value) = (String(text[..<sign]), String(text[text.index(after: sign)...]))
      let isWord = conditionSchema?.conditions.first { $0.name == name }?.words.isEmpty == false
      guard !isWord else {
        given[name] = .string(value)
        continue
      }
      let numbers = value.drop { $0 == "[" || $0 == " " }.split(separator: ",").map { part in
        Double(String(part.filter { $0 != " " && $0 != "]" }))
      }
      given[name] =
        numbers.contains { $0?.isFinite != true }
        ? .string(value) : .array(numbers.compactMap { $0.map { .number($0) } })
    }
    return given
  }

  /// What the model reads before it says anything: of records their beginning, then the prompt; where there is no prompt,
  /// the end of a line.
  func firstSymbols(_ prompt: String) throws(GenerationError) -> [Int32] {
    if tokenizer.vocabulary.unknown == nil {
      let unknown = tokenizer.unknownSymbols(in: prompt)
      guard unknown.isEmpty else { throw .unknownSymbols(unknown) }
    }
    let symbols = (endSymbol.map { [$0] } ?? []) + tokenizer.encode(prompt)
    if !symbols.isEmpty { return symbols }
    let lineEnd = tokenizer.endOfLine ?? "\n"
    guard let first = tokenizer.vocabulary.id(of: lineEnd) else { throw .needsPrompt }
    return [first]
  }

  /// What the network sees beside the symbols, `[1, K]`.
  func conditionRow(_ given: JSONObject) throws(GenerationError) -> Tensor? {
    guard let conditionSchema else {
      guard given.isEmpty else {
        throw .conditions("the texts of this model depend on no conditions", mend: "leave them out")
      }
      return nil
    }
    do throws(ConditionProblem) {
      return Tensor(try conditionSchema.values(given), shape: [1, conditionSchema.size])
    } catch {
      throw .conditions(error.text, mend: "the model's conditions are shown by recurrent info")
    }
  }

  /// Reads symbols from the first state.
  ///
  /// - Parameters:
  ///   - symbols: At least one.
  ///   - conditions: What stands beside them, `[N, K]`; the symbols are then read for each of the N rows.
  /// - Returns: The logits of what comes next, `[N, V]`, and the states.
  func reading(_ symbols: [Int32], conditions: Tensor?) -> (logits: Tensor, state: LanguageNetwork.State) {
    let rowCount = conditions?.shape[0] ?? 1
    var read: (logits: Tensor, state: LanguageNetwork.State)?
    // Piece by piece, so that the logits of a long prompt do not fill memory.
    for start in stride(from: 0, to: symbols.count, by: 256) {
      let piece = Array(symbols[start..<min(start + 256, symbols.count)])
      var beside: Tensor?
      if let conditions {
        let indices = piece.indices.flatMap { step in
          (0..<Int32(rowCount)).map { configuration.conditioning == .every || start + step == 0 ? $0 : -1 }
        }
        beside = conditions.rows(at: indices).reshaped(to: [piece.count, rowCount, conditions.shape[1]])
      }
      let output = network(
        TokenBatch(Array(repeating: piece, count: rowCount)), conditions: beside, from: read?.state)
      read = (output.logits[piece.count - 1], output.finalState)
    }
    guard let read else { preconditionFailure("nothing to begin with") }
    return read
  }
}
