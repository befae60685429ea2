import Foundation
import Testing

@testable import RecurrentTasks

/// Filters against distributions that are worked out by hand. The logits are logarithms, so that probabilities are easy.
@Suite struct SamplingFilterTests {
  /// Probabilities 0.1, 0.4, 0.3, 0.2 of the symbols 0 to 3.
  private static var candidates: Candidates {
    Candidates([0.1, 0.4, 0.3, 0.2].map { Float(log($0)) })
  }

  private func kept(_ filter: any SamplingFilter, after recent: [Int32] = []) -> [Int32: Double] {
    var candidates = Self.candidates
    filter.apply(to: &candidates, after: recent)
    let pairs = zip(candidates.list.map(\.id), candidates.probabilities.map { ($0 * 1e5).rounded() / 1e5 })
    return Dictionary(uniqueKeysWithValues: pairs.map { ($0, $1) })
  }

  @Test func withoutFiltersTheModelDecides() {
    #expect(kept(Temperature(temperature: 1)) == [0: 0.1, 1: 0.4, 2: 0.3, 3: 0.2])
  }

  @Test func temperatureIsAPowerOfProbabilities() {
    // Squares: 0.01, 0.16, 0.09, 0.04 of 0.3.
    #expect(kept(Temperature(temperature: 0.5)) == [0: 0.03333, 1: 0.53333, 2: 0.3, 3: 0.13333])
    #expect(kept(Temperature(temperature: 0)) == [1: 1])
  }

  @Test func topKKeepsTheLikeliest() {
    #expect(kept(TopK(count: 2)) == [1: 0.57143, 2: 0.42857])
    #expect(kept(TopK(count: 9)).count == 4)
    #expect(kept(TopK(count: 0)) == [1: 1])
  }

  @Test func topPKeepsTheSymbolThatReachesIt() {
    #expect(kept(TopP(probability: 0.3)) == [1: 1])
    #expect(kept(TopP(probability: 0.65)) == [1: 0.57143, 2: 0.42857])
    #expect(kept(TopP(probability: 0.75)).keys.sorted() == [1, 2, 3])
    #expect(kept(TopP(probability: 1)).count == 4)
  }

  @Test func minPIsAShareOfTheLikeliest() {
    // 0.6 · 0.4 = 0.24; 0.2 · 0.4 = 0.08.
    #expect(kept(MinP(share: 0.6)).keys.sorted() == [1, 2])
    #expect(kept(MinP(share: 0.2)).count == 4)
    #expect(kept(MinP(share: 1)) == [1: 1])
  }

  @Test func repeatPenaltyTakesFromBothSigns() {
    var candidates = Candidates([2, -2, 1, -1])
    RepeatPenalty(penalty: 2, window: 3).apply(to: &candidates, after: [2, 0, 1, 1])
    // Symbol 2 is too far back, and 1 is counted once.
    #expect(candidates.list.map(\.logit) == [1, -4, 1, -1])
  }

  @Test func equalLogitsFallToTheLowerNumber() {
    var candidates = Candidates([1, 3, 3, 3])
    TopK(count: 2).apply(to: &candidates, after: [])
    #expect(candidates.list.map(\.id) == [1, 2])
  }

  @Test func excludedSymbolsNeverCome() {
    let candidates = Candidates([0, 9, 0], excluding: 1)
    #expect((0..<100).allSatisfy { candidates.choose(at: Double($0) / 100) != 1 })
  }

  @Test func choiceInvertsTheDistribution() {
    let choices = [0, 0.0999, 0.1001, 0.4999, 0.5001, 0.7999, 0.8001, 0.999999].map { Self.candidates.choose(at: $0) }
    #expect(choices == [0, 0, 1, 1, 2, 2, 3, 3])
  }

  @Test func filtersActInTheOrderOfLlama() {
    var settings = SamplingSettings()
    (settings.temperature, settings.topK, settings.topP) = (0.7, 5, 0.9)
    (settings.minP, settings.repeatPenalty) = (0.1, 1.2)
    let names = settings.filters.map { String(describing: type(of: $0)) }
    #expect(names == ["RepeatPenalty", "TopK", "TopP", "MinP", "Temperature"])
    #expect(SamplingSettings().filters.count == 1)
  }
}

@Suite struct StopTextsTests {
  private func shown(_ stops: [String], _ pieces: [String]) -> (text: String, isFound: Bool) {
    var stop = StopTexts(stops)
    var text = ""
    for piece in pieces {
      let (more, isFound) = stop.take(piece)
      text += more
      if isFound { return (text, true) }
    }
    return (text + stop.finish(), false)
  }

  @Test func whatEndsATextIsLeftOut() {
    #expect(shown(["END"], ["abcE", "N", "Dxyz"]) == ("abc", true))
    #expect(shown(["aab"], ["aa", "ab", "c"]) == ("a", true))
    #expect(shown(["\n\n", "x"], ["a\n", "b", "\n", "\nc"]) == ("a\nb", true))
    #expect(shown([""], ["abc"]) == ("abc", false))
  }

  @Test func beginningsThatComeToNothingAreShown() {
    #expect(shown(["END"], ["aE", "Nb", "EN"]) == ("aENbEN", false))
  }

  @Test func onlyBeginningsAreHeldBack() {
    var stop = StopTexts(["END"])
    #expect(stop.take("abE").text == "ab")
    #expect(stop.take("x").text == "Ex")
  }
}
