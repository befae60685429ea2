import RecurrentFormats

extension Translator {
  /// What is to be translated: the lines of a text, or the sequences of an index of frames.
  ///
  /// - Parameters:
  ///   - path: A text or an index, plain or gzip-compressed.
  ///   - frames: The raw frames that it is an index of; nil for texts.
  /// - Throws: `TranslationError` with the first source that is longer than the model takes.
  public func readSources(_ path: String, frames: String? = nil) throws(TranslationError) -> TranslationSources {
    switch (tokenizers.source, frames) {
    case (let tokenizer?, nil): return .texts(try lines(path, tokenizer))
    case (nil, let frames?): return .frames(try series(path, frames))
    case (nil, nil):
      throw .unsupported(
        "the model reads frames of numbers", mend: "name an index with --data and its frames with --frames")
    case (_, _?): throw .unsupported("the model reads texts, and frames are named", mend: "leave --frames out")
    }
  }

  private func lines(_ path: String, _ tokenizer: Tokenizer) throws(TranslationError) -> [String] {
    let lines: [Substring]
    do throws(TextFileError) { lines = try TextFile.lines(ofFile: path) } catch { throw .text(error) }
    let limit = configuration.maximumLength
    // No symbol is shorter than a byte: only long lines need to be counted.
    for (number, line) in lines.enumerated() where line.utf8.count > limit {
      let count = tokenizer.encode(String(line)).count
      if count > limit {
        throw .tooLong(TextLocation(file: path, line: number + 1, column: 1), symbols: count, limit: limit)
      }
    }
    return lines.map(\.withoutOuterSpace)
  }

  private func series(_ path: String, _ frames: String) throws(TranslationError) -> LabelledSeries {
    let series: LabelledSeries
    do throws(LabelledSeriesError) {
      series = try FrameIndex(label: nil).read(path: path, frames: frames, configuration.frameFormat(of: frames))
    } catch {
      throw .signals(error)
    }
    let limit = configuration.maximumLength
    if let long = series.items.first(where: { $0.steps.count > limit }) {
      throw .tooLong(long.place, symbols: long.steps.count, limit: limit)
    }
    return series
  }
}
