/// The sign ▁ that byte-pair encoding puts in the place of the space before a word, as SentencePiece does (Kudo and
/// Richardson 2018), so that symbols tell whether they begin a word and a text is its symbols one after another.
enum WordMark {
  static let scalar: Unicode.Scalar = "\u{2581}"
  static let text = "\u{2581}"
}

extension Substring {
  /// Calls `body` with the words of this part of a text, each with the mark of the white space before it.
  ///
  /// White space of any length and kind is one mark. A mark that is written in the text is white space as well, but begins
  /// a word for itself. No word is empty, though it may be a mark and nothing else where white space ends the part.
  ///
  /// - Parameter isStart: Whether this is the start of the text, whose first word is marked without white space.
  func forEachMarkedWord(isStart: Bool, _ body: (String) -> Void) {
    let scalars = unicodeScalars
    var index = scalars.startIndex
    var start = index
    var isMarked = isStart && scalars.first.map { !$0.isWhiteSpace && $0 != WordMark.scalar } ?? false
    func end(at end: Index) {
      if isMarked {
        body(WordMark.text + self[start..<end])
      } else if start < end {
        body(String(self[start..<end]))
      }
    }
    while index < scalars.endIndex {
      let scalar = scalars[index]
      let next = scalars.index(after: index)
      guard scalar.isWhiteSpace || scalar == WordMark.scalar else {
        index = next
        continue
      }
      end(at: index)
      index = next
      if scalar.isWhiteSpace {
        while index < scalars.endIndex, scalars[index].isWhiteSpace { scalars.formIndex(after: &index) }
      }
      (start, isMarked) = (index, true)
    }
    end(at: index)
  }
}

extension String {
  /// This symbol as it stands in a text: spaces in the place of marks, and nothing where it is the first one.
  func replacingWordMarks(isStart: Bool) -> String {
    var text = ""
    for scalar in unicodeScalars {
      if scalar != WordMark.scalar {
        text.unicodeScalars.append(scalar)
      } else if !isStart {
        text += " "
      }
    }
    return text
  }
}
