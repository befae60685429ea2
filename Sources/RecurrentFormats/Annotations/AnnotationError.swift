/// Why a text with labels could not be read.
public enum AnnotationError: Error, Sendable, Equatable {
  /// The file could not be opened or its bytes not be read.
  case input(InputError)
  /// There is not a single word.
  case empty(file: String)
  /// The text holds no labels, but they are needed.
  case unlabelled(file: String)
  /// The form has no such column.
  case noSuchColumn(file: String, name: String, format: AnnotationFormat)
  /// A zero byte: the file is not text.
  case notText(TextLocation)
  /// Bytes that are not UTF-8.
  case notUTF8(TextLocation)
  /// A line with another number of columns than it should have.
  case fieldCount(TextLocation, expected: Int, found: Int)
  /// A line with fewer columns than that of the labels.
  case missingColumn(TextLocation, column: Int, found: Int)
  /// The first column of a CoNLL-U line is no number, no range and no empty node.
  case malformedID(TextLocation, id: String)
  /// The words of a CoNLL-U sentence are not numbered 1, 2, 3 …
  case unexpectedID(TextLocation, id: String, expected: Int)
  /// A word without a single character.
  case emptyWord(TextLocation)
  /// A word without a label where it should have one.
  case missingLabel(TextLocation, word: String)
  /// A sentence with more words than the reader takes.
  case sentenceTooLong(TextLocation, limit: Int)
  /// A line with more bytes than the reader takes.
  case lineTooLong(TextLocation, limit: Int)
}

extension AnnotationError: CustomStringConvertible {
  /// One line: what happened, where, and how to mend it.
  public var description: String { message.printable(limit: 2000) }

  private var message: String {
    switch self {
    case .input(let error):
      error.description
    case .empty(let file):
      "\(file): there is no word in it; check that it is the right file"
    case .unlabelled(let file):
      "\(file): plain text without labels; write CoNLL-U, one word and its label a line, or word|TAG (or name the form with "
        + "the setting 'format')"
    case .noSuchColumn(let file, let name, let format):
      switch format {
      case .conllu:
        "\(file): the labels of CoNLL-U are in the column upos or xpos, not in '\(name.printable())'; choose one of them"
      case .columns:
        "\(file): the labels of a table are in the column 'last' or in one with a number from 2, not in "
          + "'\(name.printable())'; choose one of them"
      case .bars, .text:
        "\(file): this form has no columns, so there is no '\(name.printable())'; leave the column out"
      }
    case .notText(let place):
      "\(place): a zero byte, so this is not a text file; save it as UTF-8 text"
    case .notUTF8(let place):
      "\(place): bytes that are not UTF-8; save the file as UTF-8"
    case .fieldCount(let place, let expected, let found):
      "\(place): \(found) \(found == 1 ? "column" : "columns") where \(expected) are expected; "
        + "check the tabs and spaces of the line, and the blank lines around it"
    case .missingColumn(let place, let column, let found):
      "\(place): the labels should be in column \(column), but there \(found == 1 ? "is 1 column" : "are \(found) columns"); "
        + "choose another column or add the labels"
    case .malformedID(let place, let id):
      "\(place): '\(id.printable())' is no ID of CoNLL-U; a line begins with a number, a range such as 3-4, an empty node "
        + "such as 3.1, or # for a comment"
    case .unexpectedID(let place, let id, let expected):
      "\(place): ID '\(id.printable())' where \(expected) is expected; number the words of a sentence 1, 2, 3 … and put a "
        + "blank line behind it"
    case .emptyWord(let place):
      "\(place): a word without characters; write the word, or _ where there is none"
    case .missingLabel(let place, let word):
      "\(place): the word '\(word.printable())' has no label; add it or leave the sentence out"
    case .sentenceTooLong(let place, let limit):
      "\(place): the sentence has more than \(limit) words; put blank lines between sentences"
    case .lineTooLong(let place, let limit):
      "\(place): the line is longer than \(limit) bytes; check that it is the right file"
    }
  }
}
