import Foundation
import RecurrentLayers
import RecurrentTasks
import RecurrentTensor
import Testing

struct SpanTests {
  /// What seqeval says of some sentences.
  private struct Case: Decodable {
    struct Kind: Decodable {
      let precision: Double
      let recall: Double
      let f1: Double

      enum CodingKeys: String, CodingKey {
        case precision, recall
        case f1 = "f1-score"
      }
    }

    /// A kind with its first and its last word.
    struct Span: Decodable {
      let kind: String
      let range: Range<Int>

      init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        kind = try container.decode(String.self)
        range = try container.decode(Int.self)..<(try container.decode(Int.self) + 1)
      }
    }

    let expected: [[String]]
    let found: [[String]]
    let spans: [[Span]]
    let f1: Double
    let kinds: [String: Kind]
  }

  private func cases() throws -> [Case] {
    var tests = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { tests.deleteLastPathComponent() }
    let data = try Data(contentsOf: tests.appendingPathComponent("Fixtures/tagging/spans.json"))
    return try JSONDecoder().decode([Case].self, from: data)
  }

  @Test func agreesWithSeqeval() throws {
    let cases = try cases()
    #expect(cases.count == 24)
    for (number, golden) in cases.enumerated() {
      var scores = SpanScores()
      for (row, (expected, found)) in zip(golden.expected, golden.found).enumerated() {
        let spans = golden.spans[row].map { LabelSpan(kind: $0.kind, range: $0.range) }
        #expect(LabelSpan.spans(of: expected) == spans, "case \(number)")
        scores.add(expected: expected, found: found)
      }
      #expect(abs(scores.all.f1 - golden.f1) < 1e-12, "case \(number)")
      #expect(Set(scores.kinds.keys) == Set(golden.kinds.keys))
      for (kind, truth) in golden.kinds {
        let counts = try #require(scores.kinds[kind])
        #expect(abs(counts.precision - truth.precision) < 1e-12, "case \(number) \(kind)")
        #expect(abs(counts.recall - truth.recall) < 1e-12, "case \(number) \(kind)")
        #expect(abs(counts.f1 - truth.f1) < 1e-12, "case \(number) \(kind)")
      }
    }
  }

  @Test func schemesWriteTheSameSpans() {
    let spans = [
      LabelSpan(kind: "PER", range: 0..<2), LabelSpan(kind: "PER", range: 2..<3), LabelSpan(kind: "LOC", range: 3..<4),
      LabelSpan(kind: "LOC", range: 5..<8),
    ]
    let written: [SpanScheme: String] = [
      .iob1: "I-PER I-PER B-PER I-LOC O I-LOC I-LOC I-LOC",
      .bio: "B-PER I-PER B-PER B-LOC O B-LOC I-LOC I-LOC",
      .bioes: "B-PER E-PER S-PER S-LOC O B-LOC I-LOC E-LOC",
    ]
    for (scheme, text) in written {
      let labels = scheme.labels(of: spans, count: 8)
      #expect(labels.joined(separator: " ") == text)
      #expect(LabelSpan.spans(of: labels) == spans)
      for other in SpanScheme.allCases { #expect(scheme.converting(other.labels(of: spans, count: 8)) == labels) }
    }
  }

  @Test func faults() {
    #expect(SpanScheme.bio.firstFault(in: ["O", "B-A", "I-A", "I-B"]) == 3)
    #expect(SpanScheme.bio.firstFault(in: ["I-A"]) == 0)
    #expect(SpanScheme.bio.firstFault(in: ["B-A", "I-A", "B-A", "O"]) == nil)
    #expect(SpanScheme.iob1.firstFault(in: ["B-A", "I-A"]) == 0)
    #expect(SpanScheme.bioes.firstFault(in: ["B-A", "O"]) == 0)
    #expect(SpanScheme.bioes.firstFault(in: ["S-A", "B-A", "E-A"]) == nil)
  }

  @Test func recognition() {
    func scheme(_ rows: String...) -> SpanScheme? {
      SpanScheme.scheme(of: rows.map { $0.split(separator: " ").map(String.init) })
    }
    #expect(scheme("O B-A I-A", "B-A B-A") == .bio)
    #expect(scheme("O I-A I-A B-A", "I-B") == .iob1)
    #expect(scheme("O S-A", "B-A E-A") == .bioes)
    #expect(scheme("I-A O", "B-A I-A") == .bio)
    #expect(scheme("O O") == nil)
    #expect(scheme("NOUN VERB") == nil)
    #expect(scheme("B-A X") == nil)
    #expect(scheme("B I O") == nil)
  }

  /// Every labelling that the constraints allow is well formed, and every well-formed one is allowed.
  @Test(arguments: SpanScheme.allCases) func constraintsAreTheScheme(_ scheme: SpanScheme) throws {
    let positions: [SpanScheme: [String]] = [.iob1: ["I", "B"], .bio: ["B", "I"], .bioes: ["B", "I", "E", "S"]]
    let labels = ["O"] + (positions[scheme] ?? []).flatMap { ["\($0)-A", "\($0)-B"] }
    let constraints = scheme.constraints(on: labels)
    let ways = (0..<3).reduce([[]] as [[Int]]) { ways, _ in
      ways.flatMap { way in labels.indices.map { way + [$0] } }
    }
    var wellFormed = 0
    for way in ways {
      // Logits that want exactly these labels: they come out where they are allowed, and only there.
      let logits = way.flatMap { wanted in labels.indices.map { $0 == wanted ? Float(1) : 0 } }
      let best = constraints.best(.init(Tensor(logits, shape: [3, 1, labels.count])))[0].map { Int($0) }
      let isWellFormed = scheme.firstFault(in: way.map { labels[$0] }) == nil
      #expect((best == way) == isWellFormed, "\(way.map { labels[$0] })")
      #expect(scheme.firstFault(in: best.map { labels[$0] }) == nil)
      wellFormed += isWellFormed ? 1 : 0
    }
    #expect(wellFormed > 8 && wellFormed < ways.count)
  }
}
