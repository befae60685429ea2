import RecurrentFormats
import RecurrentTraining

/// Lines that are to be judged, with the right answers to each.
struct ScoredTexts {
  /// What is judged.
  let hypotheses: [String]
  /// The right answers to each.
  let references: [[String]]

  /// Reads the lines of a file, or of standard input, and those of the files of references, whose names have commas between
  /// them.
  init(_ path: String?, references names: String) throws {
    let paths = names.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard paths.allSatisfy({ !$0.isEmpty }) else {
      throw UsageError(
        "--references '\(names.printable(limit: 200))' names no file before or behind a comma; write FILE,FILE")
    }
    let source = path ?? "/dev/stdin"
    let hypotheses = try Self.lines(of: source)
    guard !hypotheses.isEmpty else {
      throw ScoredTextsError("\(source.printable(limit: 400)): there are no lines to score; give at least one")
    }
    var references = [[String]](repeating: [], count: hypotheses.count)
    for path in paths {
      let lines = try Self.lines(of: path)
      guard lines.count == hypotheses.count else {
        let found = "\(lines.count) \(lines.count == 1 ? "line" : "lines")"
        throw ScoredTextsError(
          "\(path.printable(limit: 400)): \(found), and \(source.printable(limit: 400)) has \(hypotheses.count); give one "
            + "line for each, an empty one where there is nothing")
      }
      for (index, line) in lines.enumerated() { references[index].append(line) }
    }
    self.hypotheses = hypotheses
    self.references = references
  }

  private static func lines(of path: String) throws -> [String] {
    do throws(TextFileError) {
      return try TextFile.lines(ofFile: path).map(String.init)
    } catch {
      if case .input(.file(let error)) = error { throw error }
      throw ScoredTextsError(error.description)
    }
  }
}

/// Texts that cannot be compared.
struct ScoredTextsError: DescribedFailure {
  let description: String
  var exitStatus: ExitStatus { .badData }

  init(_ description: String) { self.description = description }
}
