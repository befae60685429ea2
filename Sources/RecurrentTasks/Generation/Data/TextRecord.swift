import RecurrentFormats

/// A text of its own: a tune, a poem, an answer.
struct TextRecord: Sendable {
  /// The text, without an end of line at its end.
  var text: String
  /// The line of the file on which it begins, from 1.
  var line: Int
  /// What it depends on, by the names of the settings.
  var conditions: JSONObject = [:]

  /// The records of a file: of JSON lines with a member `text`, or of text with lines between them.
  ///
  /// - Parameters:
  ///   - path: The file; one whose name ends with `.jsonl` or `.jsonl.gz` has a JSON object on every line.
  ///   - separator: The line between two records; nil for blank lines.
  static func records(ofFile path: String, separator: String?, conditions: [String]) throws -> [TextRecord] {
    if path.hasSuffix(".jsonl") || path.hasSuffix(".jsonl.gz") {
      return try JSONLines.objects(ofFile: path).map { line, object in
        try TextRecord(object, line: line, file: path, conditions: conditions)
      }
    }
    guard conditions.isEmpty else {
      throw GenerationError.settings(
        "conditions are members of records, and \(path.printable(limit: 400)) has none",
        mend: "give a file with a JSON object on every line, named .jsonl")
    }
    return split(try readText(path), separator: separator)
  }

  private init(_ object: JSONObject, line: Int, file: String, conditions names: [String]) throws(GenerationError) {
    func refuse(_ problem: String) -> GenerationError { .record(file: file, line: line, problem: problem) }
    guard let text = object["text"]?.string else {
      throw refuse("the record has no member 'text' that is a text; add it")
    }
    guard !text.isEmpty else { throw refuse("the text of the record is empty; leave the record out") }
    self.init(text: text, line: line)
    for name in names {
      guard let value = object[name] else {
        throw refuse(
          "the record has no member '\(name.printable())'\(Suggestion.clause(for: name, among: object.keys))")
      }
      conditions[name] = value
    }
  }

  init(text: String, line: Int) {
    self.text = text
    self.line = line
  }

  /// Cuts a text at its separators; nothing between two separators is no record.
  static func split(_ text: String, separator: String?) -> [TextRecord] {
    var records: [TextRecord] = []
    var lines: [Substring] = []
    func finish(before line: Int) {
      if !lines.isEmpty { records.append(TextRecord(text: lines.joined(separator: "\n"), line: line - lines.count)) }
      lines = []
    }
    let all = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Substring($0) }
    for (index, line) in all.enumerated() {
      if separator.map({ line == $0 }) ?? line.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) {
        finish(before: index + 1)
      } else {
        lines.append(line)
      }
    }
    finish(before: all.count + 1)
    return records
  }
}
