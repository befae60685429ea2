/// Tags each word as it is tagged most often in the training part, and an unknown word as most words that occur once are.
public struct FrequentTagBaseline: Sendable {
  private let labels: [String: String]
  private let unknown: String

  /// Counts the labels of the words of some sentences. Of labels that are equally frequent the first in the alphabet wins.
  public init(_ sentences: [TaggedSentence]) {
    var counts: [String: [String: Int]] = [:]
    for sentence in sentences {
      for (word, label) in zip(sentence.words, sentence.labels) { counts[word, default: [:]][label, default: 0] += 1 }
    }
    labels = counts.mapValues { Self.mostFrequent($0) ?? "" }
    var once: [String: Int] = [:]
    for count in counts.values where count.values.reduce(0, +) == 1 {
      for label in count.keys { once[label, default: 0] += 1 }
    }
    var all: [String: Int] = [:]
    for count in counts.values { all.merge(count, uniquingKeysWith: +) }
    unknown = Self.mostFrequent(once) ?? Self.mostFrequent(all) ?? ""
  }

  private static func mostFrequent(_ counts: [String: Int]) -> String? {
    counts.min { ($1.value, $0.key) < ($0.value, $1.key) }?.key
  }

  /// The labels of words.
  public func labels(of words: [String]) -> [String] { words.map { labels[$0] ?? unknown } }
}
