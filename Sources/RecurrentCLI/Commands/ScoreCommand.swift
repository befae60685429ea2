import ArgumentParser
import RecurrentFormats
import RecurrentTasks
import RecurrentTraining

/// `recurrent score`.
struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Compares texts with references: BLEU, chrF, exact match, token error rate.",
    discussion: """
      Each line of the input is compared with the same line of every file of references; an empty line is a line. BLEU, chrF \
      and chrF++ are those of sacreBLEU with the same signature, 0 to 100; the others are shares.

      EXAMPLES:
        recurrent score --references test.en < translations.en
        recurrent score translations.en --references test.en --tokenize none --metric bleu,chrf++
        recurrent score dates.txt --references iso.txt --metric exact_match,token_error_rate
        recurrent score translations.zh --references first.zh,second.zh --tokenize zh --json
      """)

  @Argument(help: ArgumentHelp("what is judged, a text a line (default: standard input)", valueName: "file"))
  var file: String?

  @Option(
    help: ArgumentHelp("right answers, a line for each line; several files with commas", valueName: "file,…"))
  var references: String

  @Option(
    help: ArgumentHelp(
      "what is computed: bleu, chrf, chrf++, exact_match, token_error_rate, with commas", valueName: "name,…"))
  var metric = "bleu,chrf"

  @Option(
    help: ArgumentHelp(
      "how lines are cut into tokens: none (at white space), 13a, zh or char (default: 13a for bleu, none for "
        + "token_error_rate)", valueName: "name"), transform: tokenization)
  var tokenize: BLEU.Tokenization?

  @Option(
    help: ArgumentHelp("what bleu does with a precision of 0", valueName: "name"))
  var smooth = SmoothingName.exp

  @Option(help: ArgumentHelp("of floor (default: 0.1) or add-k (default: 1)", valueName: "number"))
  var smoothValue: Double?

  @Flag(help: "the figures of each line, with tabs between them, in place of those of all")
  var sentences = false

  @OptionGroup var ranks: RankOptions
  @OptionGroup var outputOptions: OutputOptions

  func validate() throws {
    guard let smoothValue else { return }
    guard smooth.takesValue else { throw ValidationError("--smooth-value belongs to --smooth floor or add-k") }
    guard smoothValue > 0, smoothValue <= 1000 else {
      throw ValidationError("--smooth-value is above 0 and at most 1000")
    }
  }

  func run() throws {
    let console = outputOptions.console
    try RankSession.runOnFirst(ranks, console, "scoring") { try score(on: console) }
  }

  private func score(on console: Console) throws {
    let metrics = try ScoredMetric.list(metric)
    let texts = try ScoredTexts(file.flatMap { $0 == "-" ? nil : $0 }, references: references)
    let bleu = BLEU(tokenization: tokenize ?? .mteval, smoothing: smooth.smoothing(smoothValue))
    let findings = metrics.map { $0.findings(of: texts, bleu, tokenize ?? .none) }
    if sentences {
      for line in texts.hypotheses.indices {
        let figures = findings.map { NumberText.significant($0.sentences[line], digits: 6) }
        try console.result(figures.joined(separator: "\t") + "\n")
      }
    } else {
      let width = findings.map(\.name.count).max() ?? 0
      for finding in findings {
        let value = NumberText.significant(finding.value, digits: 5)
        try console.result("\(finding.name.padded(to: width))  \(value.padded(to: 8))  \(finding.summary)\n")
      }
    }
    guard console.isJSON else { return }
    try console.json(.object(json(findings, count: texts.hypotheses.count)))
  }

  private static func tokenization(_ name: String) throws -> BLEU.Tokenization {
    guard let tokenization = BLEU.Tokenization(rawValue: name) else {
      let names = BLEU.Tokenization.allCases.map(\.rawValue)
      throw ValidationError("choose one of \(names.joined(separator: ", "))")
    }
    return tokenization
  }

  private func json(_ findings: [ScoreFinding], count: Int) -> JSONObject {
    var object: JSONObject = ["sentence_count": .integer(count)]
    var metrics = JSONObject()
    for finding in findings { metrics[finding.name] = .number(finding.value) }
    object["metrics"] = .object(metrics)
    for finding in findings { object[finding.name] = .object(finding.details) }
    guard sentences else { return object }
    object["sentences"] = .array(
      (0..<count).map { line in
        var members = JSONObject()
        for finding in findings { members[finding.name] = .number(finding.sentences[line]) }
        return .object(members)
      })
    return object
  }
}

/// The names of smoothings, as sacreBLEU has them.
enum SmoothingName: String, ExpressibleByArgument, CaseIterable {
  case exp
  case floor
  case addK = "add-k"
  case none

  /// Whether there is a number to it.
  var takesValue: Bool { self == .floor || self == .addK }

  /// The smoothing with a number, or with the usual one.
  func smoothing(_ value: Double?) -> BLEU.Smoothing {
    switch self {
    case .exp: .exponential
    case .floor: value.map { .floor($0) } ?? .floor()
    case .addK: value.map { .addition($0) } ?? .addition()
    case .none: .none
    }
  }
}
