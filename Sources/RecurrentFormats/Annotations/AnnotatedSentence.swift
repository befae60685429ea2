/// A sentence with a label for each word, and the bytes that it was read from.
///
/// What is no word (comments, ranges, empty nodes, blank lines, `-DOCSTART-`) belongs to the bytes of the sentence that it
/// stands before or in, so that a text is the bytes of its sentences one after another.
public struct AnnotatedSentence: Hashable, Sendable {
  /// The words; none for comments and blank lines that no word follows.
  public internal(set) var words: [String] = []
  /// The label of each word; empty where there is none.
  public internal(set) var labels: [String] = []
  /// The line of each word, from 1.
  public internal(set) var lines: [Int] = []
  /// What the sentence was read from, blank lines before and the one behind it included.
  public internal(set) var bytes: [UInt8] = []
  /// Where in `bytes` the label of each word stands, or is to be written.
  var slots: [LabelSlot] = []

  /// A sentence without bytes.
  init() {}

  /// The bytes of the sentence with other labels in place of those it was read with; all else is as it was.
  ///
  /// - Parameter newLabels: One for each word.
  public func bytes(withLabels newLabels: [String]) -> [UInt8] {
    precondition(newLabels.count == words.count, "\(newLabels.count) labels for \(words.count) words")
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + 8 * words.count)
    var position = 0
    for (slot, label) in zip(slots, newLabels) {
      result += bytes[position..<slot.range.lowerBound]
      if let divider = slot.divider { result.append(divider) }
      result += label.utf8
      position = slot.range.upperBound
    }
    return result + bytes[position...]
  }
}

/// Where the label of a word is written.
struct LabelSlot: Hashable, Sendable {
  /// The bytes that it replaces.
  let range: Range<Int>
  /// What goes before a label where none was.
  var divider: UInt8?
}
