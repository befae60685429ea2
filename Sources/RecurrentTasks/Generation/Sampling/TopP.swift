/// Keeps the smallest set of likeliest symbols whose probabilities together reach a bound (nucleus sampling: Holtzman et
/// al., 2020). The symbol that reaches it is in.
struct TopP: SamplingFilter {
  let probability: Double

  func apply(to candidates: inout Candidates, after recent: [Int32]) {
    candidates.sort()
    var sum = 0.0
    let last = candidates.probabilities.firstIndex { share in
      sum += share
      return sum >= probability
    }
    if let last { candidates.list.removeLast(candidates.list.count - last - 1) }
  }
}
