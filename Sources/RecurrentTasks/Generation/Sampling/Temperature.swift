/// Divides logits by a temperature; at 0 only the likeliest symbol stays.
struct Temperature: SamplingFilter {
  let temperature: Double

  func apply(to candidates: inout Candidates, after recent: [Int32]) {
    guard temperature > 0 else { return TopK(count: 1).apply(to: &candidates, after: recent) }
    for index in candidates.list.indices { candidates.list[index].logit /= temperature }
  }
}
