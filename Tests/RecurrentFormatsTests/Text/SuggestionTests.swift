import RecurrentFormats
import Testing

@Suite struct SuggestionTests {
  @Test(arguments: [
    ("hiden", "hidden"), ("leanring-rate", "learning-rate"), ("Passenger", "Passengers"), ("OPTIMIZER", "optimizer"),
    ("horizno", "horizon"),
  ])
  func findsTheNameMeant(typed: String, meant: String) {
    let names = ["hidden", "layers", "learning-rate", "Passengers", "optimizer", "horizon"]
    #expect(Suggestion.nearest(to: typed, among: names) == meant)
  }

  @Test func keepsSilentWhenNothingIsNear() {
    #expect(Suggestion.nearest(to: "colour", among: ["hidden", "layers"]) == nil)
    #expect(Suggestion.nearest(to: "x", among: ["y"]) == nil)
    #expect(Suggestion.nearest(to: "", among: ["y"]) == nil)
    #expect(Suggestion.clause(for: "colour", among: ["hidden"]) == "")
  }

  @Test func swappedNeighboursCostOneEdit() {
    // Two replacements are beyond a third of four letters, one swap is not.
    #expect(Suggestion.nearest(to: "tets", among: ["test"]) == "test")
    #expect(Suggestion.nearest(to: "tead", among: ["test"]) == nil)
  }

  @Test func theFirstOfEquallyNearNamesWins() {
    #expect(Suggestion.nearest(to: "cat", among: ["bat", "rat"]) == "bat")
    #expect(Suggestion.clause(for: "cat", among: ["bat", "rat"]) == "; did you mean 'bat'?")
  }
}
