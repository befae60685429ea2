/// Why a `tokenizer.json` cannot be used.
public struct TokenizerError: Error, Hashable, Sendable {
  /// What is wrong with it.
  public enum Kind: Hashable, Sendable {
    /// A member is missing or of another type.
    case malformed(member: String, expected: String)
    /// The file asks for something that this package does not do.
    case unsupported(member: String, found: String)
    /// The layout of the file is of another version than the one there is.
    case otherVersion(String)
    /// The vocabulary has no symbols.
    case empty
    /// Two symbols have one id.
    case duplicateID(Int, symbol: String)
    /// An id outside `0..<count`, so that others are missing.
    case gap(id: Int, symbol: String, count: Int)
    /// A symbol of a vocabulary of characters that is not one code point.
    case notOneCharacter(String)
    /// A special token that the vocabulary lacks or has under another id.
    case strangeSpecial(String, id: Int)
    /// A merge of byte-pair encoding, counted from 0, that joins or makes a symbol which the vocabulary lacks.
    case unknownInMerge(index: Int, symbol: String)
    /// A merge that stands twice.
    case repeatedMerge(index: Int)
  }

  /// What is wrong.
  public let kind: Kind
  /// The file, where the tokenizer came from one.
  public let file: String?

  init(_ kind: Kind, file: String?) {
    self.kind = kind
    self.file = file
  }
}

extension TokenizerError: CustomStringConvertible {
  /// One line: where, what, and how to mend it.
  public var description: String { "\((file ?? "tokenizer.json").printable(limit: 400)): \(explanation)" }

  private var explanation: String {
    switch kind {
    case .malformed(let member, let expected):
      "'\(member)' is not \(expected); take the file that was written with the model"
    case .unsupported(let member, let found):
      "'\(member)' is \(found.printable()), which is not supported; use a WordLevel model over words split at white space "
        + "or over single characters, or a BPE model between Metaspace and Metaspace, as this package writes them"
    case .otherVersion(let version):
      "its version is \(version.printable()), and this program reads version \(Tokenizer.formatVersion); update the program"
    case .empty: "the vocabulary is empty; take the file that was written with the model"
    case .duplicateID(let id, let symbol):
      "the symbol '\(symbol.printable())' has the id \(id), which another one has as well; give each its own"
    case .gap(let id, let symbol, let count):
      "the symbol '\(symbol.printable())' has the id \(id), but the ids of \(count) symbols are 0 to \(count - 1); "
        + "number them without gaps"
    case .notOneCharacter(let symbol):
      "the symbol '\(symbol.printable())' of a vocabulary of characters is not one character; remove it"
    case .strangeSpecial(let symbol, let id):
      "the special token '\(symbol.printable())' has the id \(id), and the vocabulary says otherwise; make them agree"
    case .unknownInMerge(let index, let symbol):
      "'model.merges[\(index)]' joins or makes '\(symbol.printable())', which the vocabulary lacks; take the file that was "
        + "written with the model"
    case .repeatedMerge(let index): "'model.merges[\(index)]' stands before it as well; remove it"
    }
  }
}
