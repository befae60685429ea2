/// Keeps the likeliest symbols (Fan et al., 2018).
struct TopK: SamplingFilter {
  let count: Int

  func apply(to candidates: inout Candidates, after recent: [Int32]) {
    guard count < candidates.list.count else { return }
    candidates.sort()
    candidates.list.removeLast(candidates.list.count - max(count, 1))
  }
}
