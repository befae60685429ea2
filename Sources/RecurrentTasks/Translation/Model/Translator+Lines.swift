import RecurrentFormats

extension Translator {
  /// The lines of a file as sources, each of at most the length that the model was trained on.
  ///
  /// - Parameter path: A text, plain or gzip-compressed.
  /// - Throws: `TranslationError` with the first line that is too long.
  public func readSources(_ path: String) throws(TranslationError) -> [String] {
    guard let tokenizer = tokenizers.source else {
      throw .unsupported("the model reads frames of numbers, and a text is given", mend: "judge it with recurrent evaluate")
    }
    let lines: [Substring]
    do throws(TextFileError) { lines = try TextFile.lines(ofFile: path) } catch { throw .text(error) }
    let limit = configuration.maximumLength
    for (number, line) in lines.enumerated() where line.utf8.count > limit {
      let count = tokenizer.encode(String(line)).count
      if count > limit {
        throw .tooLong(TextLocation(file: path, line: number + 1, column: 1), symbols: count, limit: limit)
      }
    }
    return lines.map { String($0) }
  }
}
