import Foundation

/// The symbols that may come next, with their logits.
struct Candidates {
  /// A symbol.
  struct Candidate: Hashable {
    let id: Int32
    var logit: Double
  }

  var list: [Candidate]

  /// Symbols with the logits of a row; those that are impossible are left out.
  init(_ logits: some Sequence<Float>, excluding excluded: Int32? = nil) {
    list = []
    for (id, logit) in logits.enumerated() where Int32(id) != excluded {
      list.append(Candidate(id: Int32(id), logit: Double(logit)))
    }
  }

  /// The highest logit.
  var highest: Double { list.reduce(-.infinity) { max($0, $1.logit) } }

  /// The probabilities, in the order of the list (softmax).
  var probabilities: [Double] {
    let highest = highest
    let weights = list.map { exp($0.logit - highest) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  /// Puts the likeliest first; of equally likely ones that with the lower id.
  mutating func sort() {
    list.sort { $0.logit == $1.logit ? $0.id < $1.id : $0.logit > $1.logit }
  }

  /// The symbol at a place `unit` of the way through the probabilities, `unit` in `[0, 1)`.
  func choose(at unit: Double) -> Int32 {
    var rest = unit
    for (candidate, probability) in zip(list, probabilities) {
      rest -= probability
      if rest < 0 { return candidate.id }
    }
    // The probabilities add up to a little less than 1.
    return list[list.count - 1].id
  }
}

/// Something that makes symbols likelier or less likely, or leaves them out; it never leaves out all.
protocol SamplingFilter: Sendable {
  /// - Parameter recent: The symbols that came before, the last one last.
  func apply(to candidates: inout Candidates, after recent: [Int32])
}
