/// Tags each word as it is tagged most often in the training part, and an unknown word as most words that occur once are.
public struct FrequentTagBaseline: Sendable {
  private let labels: [String: String]
  private let unknown: String

  /// Counts the labels of the words of some sentences. Of labels that are equally frequent the one that was seen first wins.
  public init(_ sentences: [TaggedSentence]) {
    var counts: [String: LabelCounts] = [:]
    var words: [String] = []
    for sentence in sentences {
      for (word, label) in zip(sentence.words, sentence.labels) {
        if counts[word] == nil { words.append(word) }
        counts[word, default: LabelCounts()].add(label)
      }
    }
    labels = counts.compactMapValues(\.mostFrequent)
    var once = LabelCounts()
    var all = LabelCounts()
    for word in words {
      guard let count = counts[word] else { continue }
      if count.total == 1 { once.add(count) }
      all.add(count)
    }
    unknown = once.mostFrequent ?? all.mostFrequent ?? ""
  }

  /// The labels of words.
  public func labels(of words: [String]) -> [String] { words.map { labels[$0] ?? unknown } }
}

/// How often each label was seen, in the order in which they were first seen.
private struct LabelCounts {
  private var counts: [(label: String, count: Int)] = []

  mutating func add(_ label: String, times: Int = 1) {
    if let place = counts.firstIndex(where: { $0.label == label }) {
      counts[place].count += times
    } else {
      counts.append((label, times))
    }
  }

  mutating func add(_ other: LabelCounts) {
    for (label, count) in other.counts { add(label, times: count) }
  }

  var total: Int { counts.reduce(0) { $0 + $1.count } }

  var mostFrequent: String? {
    let most = counts.map(\.count).max()
    return counts.first { $0.count == most }?.label
  }
}
