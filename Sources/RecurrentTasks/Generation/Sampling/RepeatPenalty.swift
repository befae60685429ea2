/// Makes symbols less likely that came lately (Keskar et al., "CTRL", 2019): a positive logit is divided by the penalty, a
/// negative one multiplied by it, once however often the symbol came.
struct RepeatPenalty: SamplingFilter {
  let penalty: Double
  let window: Int

  func apply(to candidates: inout Candidates, after recent: [Int32]) {
    let lately = Set(recent.suffix(window))
    for index in candidates.list.indices where lately.contains(candidates.list[index].id) {
      let logit = candidates.list[index].logit
      candidates.list[index].logit = logit > 0 ? logit / penalty : logit * penalty
    }
  }
}
