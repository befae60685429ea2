import Foundation
import Testing

/// One way in which input can be wrong, and what the tool has to say about it.
struct BadInput: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let arguments: [String]
  let files: [String: [UInt8]]
  let status: Int32
  /// What the one line must hold: the place and the mend.
  let mentions: [String]

  init(
    _ name: String, _ arguments: [String], files: [String: String] = [:], bytes: [String: [UInt8]] = [:],
    status: Int32, mentions: String...
  ) {
    testDescription = name
    self.arguments = arguments
    self.files = files.mapValues { Array($0.utf8) }.merging(bytes) { first, _ in first }
    self.status = status
    self.mentions = mentions
  }

  /// A table that cannot be trained on.
  static func table(
    _ name: String, _ table: String, _ arguments: [String] = [], status: Int32 = 65, mentions: String...
  ) -> BadInput {
    var input = BadInput(name, ["--data", "t.csv"] + arguments, files: ["t.csv": table], status: status)
    input = BadInput(copying: input, mentions: mentions)
    return input
  }

  private init(copying other: BadInput, mentions: [String]) {
    testDescription = other.testDescription
    arguments = ["train", "forecast"] + other.arguments
    files = other.files
    status = other.status
    self.mentions = mentions
  }
}

/// Forty months of a quiet series, with some rows put in place of others.
private func months(_ changes: [Int: String] = [:], count: Int = 40) -> String {
  var lines = ["ds,y"]
  for row in 0..<count {
    let month = row % 12 + 1
    lines.append(changes[row] ?? "\(2000 + row / 12)-\(month < 10 ? "0" : "")\(month),\(100 + 7 * (row % 5))")
  }
  return lines.joined(separator: "\n") + "\n"
}

extension BadInput {
  static let data: [BadInput] = [
    BadInput(
      "missing file", ["train", "forecast", "--data", "nowhere.csv"], status: 66,
      mentions: "nowhere.csv", "check the path"),
    BadInput(
      "folder for a file", ["train", "forecast", "--data", "."], status: 66, mentions: "it is a folder", "name a file"),
    .table("empty file", "", mentions: "t.csv", "is empty"),
    .table("header only", "ds,y\n", mentions: "t.csv", "no record"),
    .table(
      "no such column", months(), ["--target", "z", "--time", "ds"], status: 64,
      mentions: "t.csv", "no column 'z'", "columns: ds, y"),
    .table(
      "mistyped column", "ds,sales\n2000-01,1\n2000-02,2\n", ["--target", "sale"], status: 64,
      mentions: "did you mean 'sales'?"),
    .table(
      "text for a number", months([3: "2000-04,many"]), mentions: "t.csv:5:9", "'many' is not a number", "mend it"),
    .table("NaN", months([3: "2000-04,NaN"]), mentions: "t.csv:5:9", "has no value", "fill it in"),
    .table("infinity", months([3: "2000-04,inf"]), mentions: "t.csv:5:9", "not a finite number"),
    .table("empty field", months([3: "2000-04,"]), mentions: "t.csv:5:9", "has no value"),
    .table("gap in time", months([3: "2000-05,3"]), mentions: "t.csv:5", "2000-04 is expected", "add the missing rows"),
    .table("time twice", months([3: "2000-03,3"]), mentions: "t.csv:5", "occurs twice", "delete one"),
    .table("times out of order", months([3: "2000-01,3"]), mentions: "t.csv:5", "sort the rows"),
    .table("no time", months([3: "April,3"]), mentions: "t.csv:5:1", "is no time"),
    .table("field too many", months([3: "2000-04,1,5"]), mentions: "t.csv:5", "3 fields where 2 are expected"),
    .table("open quote", months([3: "2000-04,\"1"]), mentions: "t.csv:5:9", "never closed"),
    .table(
      "too few rows for the look-back", months(count: 20), ["--look-back", "24"], status: 64,
      mentions: "t.csv", "needs", "shorten the look-back"),
    BadInput(
      "not UTF-8", ["train", "forecast", "--data", "t.csv"],
      bytes: ["t.csv": Array("ds,y\n2000-01,".utf8) + [0xff, 10]],
      status: 65, mentions: "t.csv:2:9", "UTF-8"),
    BadInput(
      "spreadsheet", ["train", "forecast", "--data", "t.csv"], bytes: ["t.csv": [0x50, 0x4b, 3, 4, 0, 0, 0, 0]],
      status: 65, mentions: "t.csv", "export it as CSV"),
    BadInput(
      "corrupt gzip", ["train", "forecast", "--data", "t.csv.gz"],
      bytes: ["t.csv.gz": [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff, 0xff, 0xff]], status: 65,
      mentions: "t.csv.gz", "again"),
    BadInput(
      "no such built-in data", ["train", "forecast", "--data", "builtin:airlin"], status: 65,
      mentions: "builtin:airlin", "did you mean"),
  ]

  static let usage: [BadInput] = [
    BadInput("unknown command", ["trian"], status: 64, mentions: "'trian'", "did you mean 'train'?"),
    BadInput("unknown task", ["train", "forcast"], status: 64, mentions: "'forcast'", "did you mean 'forecast'?"),
    BadInput("task that is none", ["train", "sing"], status: 64, mentions: "no task 'sing'", "choose one of forecast"),
    BadInput("unknown flag", ["train", "forecast", "--epoch", "3"], status: 64, mentions: "'--epoch'", "'--epochs'?"),
    BadInput(
      "flag unlike any", ["info", "--frobnicate"], status: 64, mentions: "'--frobnicate'", "see 'recurrent info --help'"
    ),
    BadInput("flag without a value", ["train", "forecast", "--epochs"], status: 64, mentions: "'--epochs <number>'"),
    BadInput("no model named", ["forecast"], status: 64, mentions: "<model>", "see 'recurrent forecast --help'"),
    BadInput(
      "unknown setting", ["train", "forecast", "--set", "epoch=3"], status: 64,
      mentions: "--set: there is no setting 'epoch'", "did you mean 'epochs'?"),
    BadInput("setting without a value", ["train", "forecast", "--set", "epochs"], status: 64, mentions: "key=value"),
    BadInput(
      "horizon 0", ["train", "forecast", "--horizon", "0"], status: 64,
      mentions: "--horizon: 'horizon' must be a whole number of at least 1"),
    BadInput(
      "word that is none", ["train", "forecast", "--cell", "lstn"], status: 64,
      mentions: "--cell", "lstm, gru, elman", "did you mean 'lstm'?"),
    BadInput(
      "text for a number", ["train", "forecast", "--learning-rate", "fast"], status: 64, mentions: "--learning-rate",
      "a number above 0"),
    BadInput(
      "number not finite", ["train", "forecast", "--learning-rate", "nan"], status: 64, mentions: "--learning-rate",
      "a number above 0"),
    BadInput(
      "number too large", ["train", "forecast", "--epochs", "99999999999999999999"], status: 64, mentions: "--epochs"),
    BadInput(
      "unknown preset", ["train", "forecast", "--preset", "airlin"], status: 64, mentions: "did you mean 'airline'?"),
    BadInput(
      "size of a part", ["train", "forecast", "--data", "builtin:airline", "--test", "1.5"], status: 64,
      mentions: "test", "1.5"),
    BadInput(
      "no rows left to train", ["train", "forecast", "--data", "builtin:airline", "--test", "143"], status: 64,
      mentions: "builtin:airline", "make them smaller"),
    BadInput(
      "settings that do not go together",
      ["train", "forecast", "--data", "builtin:airline", "--scaler", "instance", "--arrangement", "sequence"],
      status: 64,
      mentions: "instance", "choose"),
    BadInput("no run to resume", ["train", "forecast", "--resume"], status: 64, mentions: "--resume", "--output"),
    BadInput(
      "run to resume is missing", ["train", "forecast", "--resume", "--output", "gone"], status: 66,
      mentions: "gone", "check --output"),
  ]

  static let configuration: [BadInput] =
    [
      ("unknown key", "seed: 1\nepoch: 3\n", "c.yaml:2:1: there is no setting 'epoch'; did you mean 'epochs'?"),
      ("wrong value", "seed: 1\nepochs: none\n", "c.yaml:2:1: 'epochs' must be a whole number"),
      ("key twice", "epochs: 1\nseed: 1\nepochs: 2\n", "'epochs' stands more than once"),
      ("keys within a key", "training:\n  epochs: 1\n", "c.yaml:2:3: 'training' holds keys of its own"),
      ("list within a list", "target: [a, [b]]\n", "c.yaml:1:13: 'target' holds a list"),
      ("anchor", "epochs: &n 3\n", "anchors and aliases"),
      ("alias", "epochs: &n 3\nseed: *n\n", "anchors and aliases"),
      ("no mapping", "- epochs\n", "c.yaml:1:1: the file holds no settings"),
      ("no YAML", "epochs: [1\n", "c.yaml:2:1:"),
      ("tabulator", "epochs:\n\t- 3\n", "c.yaml:2:1:"),
    ].map { name, text, mention in
      BadInput(
        "configuration: " + name, ["train", "forecast", "--config", "c.yaml"], files: ["c.yaml": text], status: 78,
        mentions: "c.yaml", mention)
    } + [
      BadInput(
        "configuration is missing", ["train", "forecast", "--config", "c.yaml"], status: 66,
        mentions: "c.yaml", "check the path"),
      BadInput(
        "configuration is not UTF-8", ["train", "forecast", "--config", "c.yaml"], bytes: ["c.yaml": [0x61, 0xff]],
        status: 78, mentions: "c.yaml", "UTF-8"),
      BadInput(
        "configuration is too large", ["train", "forecast", "--config", "c.yaml"],
        bytes: ["c.yaml": [UInt8](repeating: 0x23, count: (1 << 20) + 1)], status: 65, mentions: "c.yaml"),
    ]
}

struct BadInputTests {
  @Test(arguments: BadInput.data + BadInput.usage + BadInput.configuration)
  func oneLineTellsPlaceAndMend(_ input: BadInput) throws {
    let folder = try TemporaryFolder()
    for (name, bytes) in input.files { try folder.write(bytes, to: name) }
    let before = folder.files()
    let result = try recurrent(input.arguments, in: folder)
    #expect(result.status == input.status)
    expectOneLine(result, mentioning: input.mentions)
    #expect(folder.files() == before)
  }
}

/// Expects nothing on standard output, and one line on standard error that any reader understands.
func expectOneLine(
  _ result: ToolProcess.Result, mentioning mentions: [String], sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(result.output.isEmpty, sourceLocation: sourceLocation)
  #expect(result.errorLines.count == 1, "\(result.errors)", sourceLocation: sourceLocation)
  let line = result.errorLines.first ?? ""
  #expect(line.hasPrefix("error: "), "\(line)", sourceLocation: sourceLocation)
  for mention in mentions { #expect(line.contains(mention), "\(line)", sourceLocation: sourceLocation) }
  // Names of Swift types and their cases are no language for users.
  for word in ["Error(", "Optional(", "RecurrentCLI", "Recurrent.", "the program itself"] {
    #expect(!line.contains(word), "\(line)", sourceLocation: sourceLocation)
  }
}
