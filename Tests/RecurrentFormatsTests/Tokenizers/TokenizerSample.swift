import Foundation
import RecurrentFormats

/// The golden files under `Tests/Fixtures/tokenizers`, which the `tokenizers` library made.
struct TokenizerSample: CustomStringConvertible {
  let name: String
  let text: String
  let ids: [Int32]
  let decoded: String

  var description: String { "\(name): \(text.debugDescription)" }

  static let names = ["words", "frequent_words", "lines", "characters", "few_characters"]

  static func path(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/tokenizers/\(name).json").path
  }

  static func json() throws -> JSONValue { try JSONValue(contentsOfFile: path("cases")) }

  /// The texts that vocabularies were counted on.
  static func corpus() throws -> [String] {
    try json()["corpus"]?.array?.compactMap(\.string) ?? []
  }

  static func all() throws -> [TokenizerSample] {
    try json()["cases"]?.array?.compactMap { value in
      guard let name = value["tokenizer"]?.string, let text = value["text"]?.string,
        let ids = value["ids"]?.array?.compactMap({ $0.integer.map(Int32.init) }),
        let decoded = value["decoded"]?.string
      else { return nil }
      return TokenizerSample(name: name, text: text, ids: ids, decoded: decoded)
    } ?? []
  }
}
