import Foundation
import RecurrentFormats
import RecurrentTensor

/// How the conditions of a text become numbers: a word becomes one of several places, numbers are brought to mean 0 and
/// deviation 1.
public struct ConditionSchema: Hashable, Sendable, Codable {
  /// One condition.
  public struct Condition: Hashable, Sendable, Codable {
    /// Its name.
    public let name: String
    /// The words that it can be; empty where it is made of numbers.
    public let words: [String]
    /// The means of its numbers in training.
    public let means: [Double]
    /// What its numbers are divided by: their deviations in training, or 1 where a number never changes.
    public let scales: [Double]

    /// The places that it takes.
    public var size: Int { words.isEmpty ? means.count : words.count }
  }

  /// The conditions, in the order of the settings.
  public let conditions: [Condition]

  /// The numbers that the network sees, K.
  public var size: Int { conditions.reduce(0) { $0 + $1.size } }

  /// The most words or numbers of one condition.
  static let limit = 100_000

  /// Learns the conditions of the records of training.
  init(of records: [TextRecord], names: [String], file: String) throws(GenerationError) {
    var conditions: [Condition] = []
    for name in names { conditions.append(try Condition(name, records, file)) }
    self.conditions = conditions
  }

  /// The numbers of one text, K of them.
  ///
  /// - Throws: A problem, in words, with what is to be done about it.
  func values(_ given: JSONObject) throws(ConditionProblem) -> [Float] {
    if let strange = given.keys.first(where: { key in !conditions.contains { $0.name == key } }) {
      let hint = Suggestion.clause(for: strange, among: conditions.map(\.name))
      throw ConditionProblem("the model has no condition '\(strange.printable())'\(hint)")
    }
    var values: [Float] = []
    for condition in conditions {
      guard let value = given[condition.name] else {
        throw ConditionProblem("the condition '\(condition.name.printable())' is missing")
      }
      values += try condition.values(value)
    }
    return values
  }
}

/// What is wrong with conditions.
struct ConditionProblem: Error {
  let text: String
  init(_ text: String) { self.text = text }
}

extension ConditionSchema.Condition {
  fileprivate init(_ name: String, _ records: [TextRecord], _ file: String) throws(GenerationError) {
    var words: [String: Int] = [:]
    var rows: [[Double]] = []
    for record in records {
      let value = record.conditions[name] ?? .null
      let hasWords = !words.isEmpty
      if let word = value.conditionWord, rows.isEmpty {
        words[word, default: 0] += 1
      } else if let numbers = value.conditionNumbers, !hasWords, rows.first.map({ $0.count == numbers.count }) ?? true {
        rows.append(numbers)
      } else {
        throw .record(
          file: file, line: record.line,
          problem: "'\(name.printable())' is not a word, a number or a list of numbers as in the records before; make "
            + "them alike")
      }
      guard words.count <= ConditionSchema.limit, (rows.first?.count ?? 0) <= ConditionSchema.limit else {
        throw .record(
          file: file, line: record.line,
          problem: "'\(name.printable())' has more than \(ConditionSchema.limit) words or numbers; leave it out")
      }
    }
    let count = Double(max(rows.count, 1))
    let means = (rows.first ?? []).indices.map { place in rows.reduce(0) { $0 + $1[place] } / count }
    let scales = means.indices.map { place in
      let variance = rows.reduce(0) { $0 + ($1[place] - means[place]) * ($1[place] - means[place]) } / count
      return variance > 1e-12 ? variance.squareRoot() : 1
    }
    self.init(
      name: name, words: words.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }, means: means,
      scales: scales)
  }

  /// The numbers that the network sees of a value.
  fileprivate func values(_ value: JSONValue) throws(ConditionProblem) -> [Float] {
    if words.isEmpty {
      guard let numbers = value.conditionNumbers, numbers.count == means.count else {
        throw ConditionProblem("the condition '\(name.printable())' is \(means.count) numbers; give as many")
      }
      return means.indices.map { Float((numbers[$0] - means[$0]) / scales[$0]) }
    }
    guard let word = value.conditionWord else {
      throw ConditionProblem("the condition '\(name.printable())' is a word, one of \(words.printableList(limit: 12))")
    }
    guard let place = words.firstIndex(of: word) else {
      throw ConditionProblem(
        "'\(word.printable())' is no value of the condition '\(name.printable())' that was there in training"
          + "\(Suggestion.clause(for: word, among: words)) (known: \(words.printableList(limit: 12)))")
    }
    return words.indices.map { $0 == place ? 1 : 0 }
  }
}

extension JSONValue {
  /// The value as a word.
  fileprivate var conditionWord: String? {
    switch self {
    case .string(let word): word
    case .bool(let value): value ? "true" : "false"
    default: nil
    }
  }

  /// The value as finite numbers.
  fileprivate var conditionNumbers: [Double]? {
    if let number { return abs(number) < 1e30 ? [number] : nil }
    guard let array, !array.isEmpty else { return nil }
    let numbers = array.compactMap(\.number).filter { abs($0) < 1e30 }
    return numbers.count == array.count ? numbers : nil
  }
}
