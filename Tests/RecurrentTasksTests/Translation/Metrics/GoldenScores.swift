import Foundation
import RecurrentFormats

/// The golden file `Tests/Fixtures/metrics/scores.json`, which sacreBLEU made.
struct GoldenScores {
  /// A line cut into tokens.
  struct Tokens {
    let tokenization: String
    let line: String
    let tokens: [String]
  }

  /// Texts with their references, and what sacreBLEU says of them with several settings.
  struct Corpus {
    let name: String
    let hypotheses: [String]
    let references: [[String]]
    let bleu: [JSONValue]
    let chrF: [JSONValue]
  }

  let tokens: [Tokens]
  let corpora: [Corpus]

  static let shared = Result { try GoldenScores() }

  private init() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/metrics/scores.json")
      .path
    let json = try JSONValue(contentsOfFile: path)
    tokens = (json["tokens"]?.array ?? []).map { value in
      Tokens(
        tokenization: value["tokenize"]?.string ?? "", line: value["line"]?.string ?? "",
        tokens: value["tokens"]?.array?.compactMap(\.string) ?? [])
    }
    corpora = (json["corpora"]?.array ?? []).map { value in
      Corpus(
        name: value["name"]?.string ?? "", hypotheses: value["hypotheses"]?.array?.compactMap(\.string) ?? [],
        references: value["references"]?.array?.map { $0.array?.compactMap(\.string) ?? [] } ?? [],
        bleu: value["bleu"]?.array ?? [], chrF: value["chrf"]?.array ?? [])
    }
  }
}

/// Whether two figures are equal but for the last digits that summing in another order changes.
func isNear(_ a: Double, _ b: Double?) -> Bool { b.map { abs(a - $0) <= 1e-9 * max(1, abs($0)) } ?? false }
