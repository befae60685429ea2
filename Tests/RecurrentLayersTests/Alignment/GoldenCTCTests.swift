import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// Losses and gradients beside PyTorch's.
struct GoldenCTCTests {
  /// The rows of a case as symbols, and its blank.
  private static func targets(_ name: String, _ fixture: Fixture) throws -> (TokenBatch, CTC, [Int]) {
    let counts = try fixture.integers("target_lengths", in: name)
    let symbols = try fixture.integers("targets", in: name)
    let rows = counts.indices.map { row in (0..<Int(counts[row])).map { symbols[$0 * counts.count + row] } }
    let blank = try fixture.integers("blank", in: name)[0]
    return (TokenBatch(rows), CTC(blank: blank), try fixture.integers("lengths", in: name).map { Int($0) })
  }

  @Test(arguments: [ElementType.float32, .float64]) func agreesWithPyTorch(_ elementType: ElementType) throws {
    let fixture = try Fixture("ctc/ctc")
    #expect(fixture.cases.count == 11)
    for name in fixture.cases {
      let (targets, ctc, lengths) = try Self.targets(name, fixture)
      let share = try fixture.share(of: name, elementType: elementType) { arguments in
        ctc.losses(
          SequenceBatch(try #require(arguments["logits"]), lengths: lengths), targets, zeroInfinity: true)
      }
      #expect(share.result <= 1 && share.gradient <= 1, "\(name), \(elementType): \(share)")
    }
  }

  @Test func impossibleTargetsAreInfinite() throws {
    let fixture = try Fixture("ctc/ctc")
    var count = 0
    for name in fixture.cases {
      let (targets, ctc, lengths) = try Self.targets(name, fixture)
      let logits = SequenceBatch(try fixture.tensor("logits", in: name), lengths: lengths)
      let impossible = try fixture.integers("impossible", in: name)
      #expect(ctc.losses(logits, targets).scalars.map { $0 == .infinity } == impossible.map { $0 == 1 }, "\(name)")
      #expect(ctc.align(logits, to: targets).map { $0 == nil } == impossible.map { $0 == 1 }, "\(name)")
      for row in lengths.indices {
        let target = (0..<Int(targets.lengths?[row] ?? Int32(targets.stepCount))).map {
          targets.tokens[$0 * targets.batchSize + row]
        }
        #expect((ctc.stepsNeeded(for: target) > lengths[row]) == (impossible[row] == 1), "\(name), row \(row)")
      }
      count += impossible.count { $0 == 1 }
    }
    #expect(count > 0)
  }
}
