import RecurrentFormats
import RecurrentTensor

/// Where the examples of a part come from, as its setting says.
enum PartSource: Hashable, Sendable {
  /// A file of its own.
  case file(String)
  /// A share of the training data, drawn at random.
  case share(Double)
  /// The training data that have certain values in a column: `user=19,21,22`, `take=0-4`.
  case values(column: String, Set<String>)

  /// Reads a setting. What names a file that is there is that file.
  init(_ text: String, setting: String, fileExists: (String) -> Bool) throws(ClassificationError) {
    if fileExists(text) {
      self = .file(text)
    } else if let share = Double(text) {
      guard share > 0, share < 1 else {
        throw .settings(problem: "\(setting) '\(text)' is no share", mend: "write one between 0 and 1, such as 0.1")
      }
      self = .share(share)
    } else if let equals = text.firstIndex(of: "="), equals != text.startIndex {
      let values = PartSource.values(text[text.index(after: equals)...])
      guard !values.isEmpty else {
        throw .settings(
          problem: "\(setting) '\(text.printable())' names no value", mend: "write for example user=19,21,22")
      }
      self = .values(column: String(text[..<equals]), values)
    } else {
      self = .file(text)
    }
  }

  /// The column that is asked for.
  var column: String? {
    if case .values(let column, _) = self { return column }
    return nil
  }

  /// The values between commas; `0-4` stands for all whole numbers from 0 to 4.
  private static func values(_ text: Substring) -> Set<String> {
    var values: Set<String> = []
    for part in text.split(separator: ",") {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      if ends.count == 2, let low = ends[0], let high = ends[1], low <= high, high - low < 100_000 {
        for number in low...high { values.insert(String(number)) }
      } else {
        values.insert(String(part))
      }
    }
    return values
  }

  /// The numbers of the examples that this part takes of those that are left.
  ///
  /// - Parameters:
  ///   - rest: The numbers that no other part has taken.
  ///   - total: How many examples there are in all.
  ///   - examples: The examples.
  ///   - column: The place of the part's column among the attributes.
  ///   - key: What a share is drawn by.
  func selection(
    of rest: [Int], total: Int, in examples: RawExamples, column: Int?, key: RandomKey
  ) -> [Int] {
    switch self {
    case .file: return []
    case .share(let share):
      let wanted = min(rest.count, max(1, Int((share * Double(total)).rounded())))
      return key.permutation(of: rest.count).prefix(wanted).map { rest[$0] }.sorted()
    case .values(_, let values):
      guard let column else { return [] }
      return rest.filter { values.contains(examples.items[$0].attributes[column]) }
    }
  }
}
