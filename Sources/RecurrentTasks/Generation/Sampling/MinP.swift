import Foundation

/// Keeps symbols that have at least a share of the likeliest one's probability (Nguyen et al., 2024).
struct MinP: SamplingFilter {
  let share: Double

  func apply(to candidates: inout Candidates, after recent: [Int32]) {
    let least = candidates.highest + log(share)
    candidates.list.removeAll { $0.logit < least }
  }
}
