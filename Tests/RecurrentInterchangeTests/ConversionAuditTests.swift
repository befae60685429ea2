import RecurrentInterchange
import Testing

@Suite struct ConversionAuditTests {
  @Test func whatIsLeftBehindIsUnexplained() {
    var audit = ConversionAudit()
    audit.took(["kernel"], as: "weight_ih_l0", shape: [8, 3], [.permuted])
    audit.note(.init(sources: ["steps"], target: nil, shape: [], verdict: .skipped("a counter")))
    audit.note(.init(sources: ["extra"], target: nil, shape: [4], verdict: .unused))
    audit.note(.init(sources: [], target: "bias_ih_l0", shape: [8], verdict: .missing))
    #expect(audit.entries.count == 4)
    #expect(audit.unexplained.map(\.verdict) == [.unused, .missing])
  }
}
