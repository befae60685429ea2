import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import RecurrentTraining
import Testing

struct CTCLossTests {
  static let logits = Tensor(normal: [6, 3, 4], key: RandomKey(seed: 31))
  static let targets = TokenBatch([[1, 1], [], [2, 3, 1]])

  static func batch(_ logits: Tensor) -> SequenceBatch { SequenceBatch(logits, lengths: [6, 4, 5]) }

  @Test func meansAreOverSymbolsOrSequences() {
    let sum = CTC().losses(Self.batch(Self.logits), Self.targets).scalars.reduce(0, +)
    #expect(abs(ctcLoss(Self.batch(Self.logits), Self.targets).scalar - sum / 5) < 1e-5)
    #expect(abs(ctcLoss(Self.batch(Self.logits), Self.targets, meanOver: .sequences).scalar - sum / 3) < 1e-5)
    let equal = TokenBatch([[1, 1], [2, 3], [3, 1]])
    let total = CTC().losses(SequenceBatch(Self.logits), equal).scalars.reduce(0, +)
    #expect(abs(ctcLoss(SequenceBatch(Self.logits), equal).scalar - total / 6) < 1e-5)
  }

  /// PyTorch's own mean is that of each row's loss for one of its symbols.
  @Test func agreesWithPyTorch() throws {
    let fixture = try Fixture("ctc/ctc")
    for name in fixture.cases {
      let counts = try fixture.integers("target_lengths", in: name)
      let symbols = try fixture.integers("targets", in: name)
      let rows = counts.indices.map { row in (0..<Int(counts[row])).map { symbols[$0 * counts.count + row] } }
      let logits = SequenceBatch(
        try fixture.tensor("logits", in: name), lengths: try fixture.integers("lengths", in: name).map { Int($0) })
      let blank = try fixture.integers("blank", in: name)[0]
      let losses = CTC(blank: blank).losses(logits, TokenBatch(rows), zeroInfinity: true).scalars
      let mean = zip(losses, counts).reduce(0) { $0 + $1.0 / Float(max(1, $1.1)) } / Float(counts.count)
      let truth = try fixture.tensor("mean", in: name)
      #expect(Tolerance.forward.used(Tensor(mean), truth) <= 1, "\(name)")
      let sum = ctcLoss(logits, TokenBatch(rows), blank: blank, meanOver: .sequences, zeroInfinity: true).scalar
      #expect(abs(sum * Float(counts.count) - losses.reduce(0, +)) < 1e-4 * max(1, abs(sum)), "\(name)")
    }
  }

  /// A target that does not fit makes the loss infinite, or counts as 0; no gradient is ever NaN.
  @Test func targetsThatDoNotFit() {
    let targets = TokenBatch([[1, 1], [3, 3, 3], [2, 3, 1]])
    let (infinite, gradient) = lossAndGradient(of: Self.logits) { ctcLoss(Self.batch($0), targets) }
    #expect(infinite == .infinity)
    #expect(gradient.allSatisfy { $0.isFinite })
    let (finite, same) = lossAndGradient(of: Self.logits) {
      ctcLoss(Self.batch($0), targets, zeroInfinity: true)
    }
    let losses = CTC().losses(Self.batch(Self.logits), targets).scalars
    #expect(abs(finite - (losses[0] + losses[2]) / 8) < 1e-5)
    #expect(same == gradient)
    // Row 1 of [T, 3, 4].
    #expect(gradient.indices.allSatisfy { $0 / 4 % 3 != 1 || gradient[$0] == 0 })
    #expect(gradient.contains { $0 != 0 })
  }

  @Test func nothingToSpell() {
    #expect(ctcLoss(SequenceBatch(Tensor(zeros: [0, 2, 3])), TokenBatch([[], []])).scalar == 0)
    #expect(ctcLoss(SequenceBatch(Tensor(zeros: [3, 0, 3])), TokenBatch([])).scalar == 0)
    // Two steps of a blank, each with probability 1/2.
    let loss = ctcLoss(SequenceBatch(Tensor(zeros: [2, 1, 2])), TokenBatch([[]])).scalar
    #expect(abs(loss - 2 * 0.6931472) < 1e-6)
  }
}
