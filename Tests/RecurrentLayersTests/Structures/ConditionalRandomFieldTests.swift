import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

struct ConditionalRandomFieldTests {
  /// Six cases against every labelling written out in PyTorch.
  @Test(arguments: [ElementType.float32, .float64]) func agreesWithEnumeration(_ elementType: ElementType) throws {
    let fixture = try Fixture("tagging/linear_chain")
    #expect(fixture.cases.count == 6)
    for name in fixture.cases {
      let lengths = try fixture.integers("lengths", in: name)
      let targets = try fixture.integers("targets", in: name)
      let share = try fixture.share(of: name, elementType: elementType) { arguments in
        let (field, logits) = try Self.field(arguments)
        let batch = SequenceBatch(logits, lengths: lengths.map { Int($0) })
        let rows = (0..<lengths.count).map { row in
          (0..<Int(lengths[row])).map { targets[$0 * lengths.count + row] }
        }
        return field.losses(batch, TokenBatch(rows))
      }
      #expect(share.result <= 1 && share.gradient <= 1, "\(name), \(elementType): \(share)")
      let (field, logits) = try Self.field(
        Dictionary(
          uniqueKeysWithValues: ["logits", "transitions", "start", "end"].map {
            ($0, try fixture.tensor($0, in: name).converted(to: elementType))
          }))
      let best = field.best(SequenceBatch(logits, lengths: lengths.map { Int($0) }))
      let truth = try fixture.integers("best", in: name)
      for (row, length) in lengths.enumerated() {
        #expect(best[row] == (0..<Int(length)).map { truth[$0 * lengths.count + row] }, "\(name), row \(row)")
      }
    }
  }

  private static func field(_ arguments: [String: Tensor]) throws -> (ConditionalRandomField, Tensor) {
    let start = try #require(arguments["start"])
    var field = ConditionalRandomField(labelCount: start.count, key: RandomKey(seed: 1))
    field.start.value = start
    field.end.value = try #require(arguments["end"])
    field.transitions.value = try #require(arguments["transitions"])
    return (field, try #require(arguments["logits"]))
  }

  @Test func namesAreThoseOfPyTorchCRF() {
    let field = ConditionalRandomField(labelCount: 3, key: RandomKey(seed: 1))
    #expect(field.parameters.map(\.path) == ["start_transitions", "end_transitions", "transitions"])
  }

  @Test func constraintsHold() {
    let logits = SequenceBatch(Tensor(normal: [9, 20, 4], key: RandomKey(seed: 2)))
    // 3 may only follow 2 or 3, may not begin; 2 may not end.
    let constraints = LabelConstraints(
      labelCount: 4, mayFollow: { $1 != 3 || $0 >= 2 }, mayBegin: { $0 != 3 }, mayEnd: { $0 != 2 })
    let field = ConditionalRandomField(labelCount: 4, key: RandomKey(seed: 3))
    for best in [field.best(logits, constraints: constraints), constraints.best(logits)] {
      for row in best {
        #expect(row.first != 3 && row.last != 2)
        for (before, label) in zip(row, row.dropFirst()) where label == 3 { #expect(before >= 2) }
      }
    }
    #expect(field.best(logits) != field.best(logits, constraints: constraints))
  }
}
