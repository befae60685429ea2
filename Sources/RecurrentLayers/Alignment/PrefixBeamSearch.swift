import Foundation

/// Looks for the likeliest target of one sequence, step by step (Hannun et al., 2014).
///
/// The ways that spell a beginning l end with the blank or with the last symbol of l; their probabilities are kept apart,
/// b(l) and s(l), because only behind a blank the same symbol counts anew. After a step with probabilities p:
///
///     b′(l)  = (b(l) + s(l)) p(–)
///     s′(l)  = s(l) p(last of l) + what comes to l from the beginning that is one symbol shorter:
///     s′(lc) ← (b(l) + s(l)) p(c), but b(l) p(c) where c is the last symbol of l
///
/// All of it in logarithms. Beginnings that leave the beam are forgotten.
struct PrefixBeamSearch {
  /// A beginning, as the one that is a symbol shorter and that symbol.
  private struct Node: Hashable {
    let parent: Int
    let symbol: Int
  }

  /// A beginning in the beam, or one that may come into it.
  private struct Candidate {
    /// The number of its node; `fresh` for a beginning that is not in the beam.
    var id: Int
    let node: Node
    /// b(l) and s(l).
    var blank = -Double.infinity
    var symbol = -Double.infinity
    var total = -Double.infinity
  }

  private static let empty = 0
  private static let fresh = -1
  private let blank: Int
  private let beamSize: Int
  private var nodes = [Node(parent: -1, symbol: -1)]
  private var ids: [Node: Int] = [:]
  /// The best first.
  private var beam = [Candidate(id: empty, node: Node(parent: -1, symbol: -1), blank: 0, total: 0)]

  init(blank: Int, beamSize: Int) {
    self.blank = blank
    self.beamSize = beamSize
  }

  /// The best targets so far.
  func best(_ count: Int) -> [CTCHypothesis] {
    beam.prefix(count).map {
      CTCHypothesis(symbols: symbols(of: $0).map { Int32($0) }, logProbability: $0.total)
    }
  }

  /// One step, given the logarithms of the probabilities of all symbols.
  mutating func advance(_ p: [Double]) {
    let slots = Dictionary(uniqueKeysWithValues: beam.indices.map { (beam[$0].id, $0) })
    var known = [[Int]](repeating: [], count: beam.count)
    var candidates = beam.map { Candidate(id: $0.id, node: $0.node, blank: $0.total + p[blank]) }
    for (slot, prefix) in beam.enumerated() where prefix.id != Self.empty {
      let symbol = prefix.node.symbol
      candidates[slot].symbol = prefix.symbol + p[symbol]
      // The shorter beginning may be in the beam too.
      guard let shorter = slots[prefix.node.parent] else { continue }
      known[shorter].append(symbol)
      let arriving = weight(of: beam[shorter], before: symbol) + p[symbol]
      candidates[slot].symbol = logarithmOfSum(candidates[slot].symbol, arriving)
    }
    // Of one beginning, no more continuations than there are places can be among the best, and one more for its own last
    // symbol, which weighs less.
    let likeliest = p.indices.filter { $0 != blank }.sorted { p[$0] == p[$1] ? $0 < $1 : p[$0] > p[$1] }
      .prefix(beamSize + 1)
    for (slot, prefix) in beam.enumerated() {
      for symbol in likeliest where !known[slot].contains(symbol) {
        let node = Node(parent: prefix.id, symbol: symbol)
        let arriving = weight(of: prefix, before: symbol) + p[symbol]
        candidates.append(Candidate(id: Self.fresh, node: node, symbol: arriving))
      }
    }
    for index in candidates.indices {
      candidates[index].total = logarithmOfSum(candidates[index].blank, candidates[index].symbol)
    }
    candidates.removeAll { !($0.total > -.infinity) }
    candidates.sort(by: precedes)
    beam = candidates.prefix(beamSize).map { enrolled($0) }
  }

  /// What of a beginning is followed by a symbol as a new one.
  private func weight(of prefix: Candidate, before symbol: Int) -> Double {
    prefix.node.symbol == symbol ? prefix.blank : prefix.total
  }

  /// The candidate with its node.
  private mutating func enrolled(_ candidate: Candidate) -> Candidate {
    guard candidate.id == Self.fresh else { return candidate }
    var candidate = candidate
    candidate.id = ids[candidate.node] ?? nodes.count
    if candidate.id == nodes.count {
      // It was never in the beam.
      ids[candidate.node] = nodes.count
      nodes.append(candidate.node)
    }
    return candidate
  }

  private func precedes(_ a: Candidate, _ b: Candidate) -> Bool {
    if a.total != b.total { return a.total > b.total }
    return symbols(of: a).lexicographicallyPrecedes(symbols(of: b))
  }

  private func symbols(of candidate: Candidate) -> [Int] {
    var reversed: [Int] = []
    var node = candidate.node
    while node.parent >= 0 {
      reversed.append(node.symbol)
      node = nodes[node.parent]
    }
    return reversed.reversed()
  }
}

/// log(exp a + exp b)
private func logarithmOfSum(_ a: Double, _ b: Double) -> Double {
  let larger = max(a, b)
  return larger == -.infinity ? larger : larger + log1p(exp(min(a, b) - larger))
}
