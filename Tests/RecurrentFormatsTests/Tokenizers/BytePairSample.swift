import Foundation
import RecurrentFormats

/// The golden files under `Tests/Fixtures/byte-pairs`: what the `tokenizers` library learned, read, encoded and decoded.
struct BytePairSample: CustomStringConvertible {
  let name: String
  let text: String
  let ids: [Int32]
  let decoded: String

  var description: String { "\(name): \(text.debugDescription)" }

  static let names = ["trained", "small", "learned", "few", "repeats"]

  static func path(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/byte-pairs/\(name).json").path
  }

  private static let cases = Result { try JSONValue(contentsOfFile: path("cases")) }

  /// The texts that symbols were learned from: `corpus`, `special_corpus` or `repeats`.
  static func corpus(_ key: String) throws -> [String] { try cases.get()[key]?.array?.compactMap(\.string) ?? [] }

  static func all() throws -> [BytePairSample] {
    try cases.get()["cases"]?.array?.compactMap { value in
      guard let name = value["tokenizer"]?.string, let text = value["text"]?.string,
        let ids = value["ids"]?.array?.compactMap({ $0.integer.map(Int32.init) }),
        let decoded = value["decoded"]?.string
      else { return nil }
      return BytePairSample(name: name, text: text, ids: ids, decoded: decoded)
    } ?? []
  }
}
