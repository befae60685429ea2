/// Finds the name a reader probably meant: "did you mean" for columns, flags and keys.
public enum Suggestion {
  /// The candidate nearest to `name`, or `nil` when none is near enough to be worth printing.
  ///
  /// Distance is the optimal string alignment distance (insertion, deletion, replacement and swap of neighbours each cost
  /// one) on lower-cased characters; at most a third of the longer name may differ, and at least one edit is always allowed.
  /// Of equally near candidates the first wins.
  public static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
    let wanted = Array(name.lowercased())
    guard !wanted.isEmpty, wanted.count <= longestName else { return nil }
    var best: (candidate: String, distance: Int)?
    for candidate in candidates {
      let letters = Array(candidate.lowercased())
      guard letters.count <= longestName else { continue }
      let allowed = max(1, max(wanted.count, letters.count) / 3)
      let distance = alignmentDistance(wanted, letters)
      guard distance <= allowed, distance < max(wanted.count, letters.count) else { continue }
      if distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.candidate
  }

  /// A clause to append to an error message: `; did you mean 'hidden'?`, or an empty string.
  public static func clause(for name: String, among candidates: some Sequence<String>) -> String {
    guard let nearest = nearest(to: name, among: candidates) else { return "" }
    return "; did you mean '\(nearest.printable())'?"
  }

  /// Names come from outside, and the distance takes time proportional to the product of two lengths.
  private static let longestName = 200

  private static func alignmentDistance(_ a: [Character], _ b: [Character]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...b.count)
    for i in 0..<a.count {
      var current = [i + 1]
      current.reserveCapacity(b.count + 1)
      for j in 0..<b.count {
        let replacement = previous[j] + (a[i] == b[j] ? 0 : 1)
        var distance = min(replacement, previous[j + 1] + 1, current[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          distance = min(distance, beforePrevious[j - 1] + 1)
        }
        current.append(distance)
      }
      beforePrevious = previous
      previous = current
    }
    return previous[b.count]
  }
}
