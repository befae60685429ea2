import RecurrentFormats

/// Words between commas, each the name of a case.
enum WordList {
  /// The cases that `text` names, in its order. Large and small letters are alike.
  ///
  /// - Throws: `UsageError`.
  static func read<Choice: CaseIterable & RawRepresentable<String>>(
    _ text: String, option: String
  ) throws -> [Choice] {
    let known = Choice.allCases.map(\.rawValue)
    let choices = try text.split(separator: ",").map { word in
      let word = word.filter { $0 != " " }
      guard let choice = Choice.allCases.first(where: { $0.rawValue.lowercased() == word.lowercased() }) else {
        let suggestion = Suggestion.nearest(to: word, among: known).map { "did you mean '\($0)'?" }
        throw UsageError(
          "\(option): there is no '\(word.printable())'; "
            + (suggestion ?? "choose from \(known.joined(separator: ", "))"))
      }
      return choice
    }
    guard !choices.isEmpty else { throw UsageError("\(option): choose from \(known.joined(separator: ", "))") }
    return choices
  }

  /// The one case that `text` names.
  ///
  /// - Throws: `UsageError`.
  static func readOne<Choice: CaseIterable & RawRepresentable<String>>(
    _ text: String, option: String
  ) throws -> Choice {
    let choices: [Choice] = try read(text, option: option)
    guard choices.count == 1 else {
      throw UsageError("\(option): name one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return choices[0]
  }
}
