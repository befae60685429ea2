import RecurrentFormats
import Testing

@testable import RecurrentTraining

private enum Cell: String, SettingChoice { case lstm, gru, elman }

private struct Inner: Settings {
  var rate = 0.001
  static var fields: [SettingField<Self>] { [SettingField("rate", \.rate, "size of the steps", .above(0))] }
}

private struct Example: Settings {
  var data = "builtin:airline"
  var hidden = [16]
  var cell = Cell.lstm
  var epochs = 100
  var share: Float = 0.1
  var limit: Double?
  var column: String?
  var plot = true
  var inner = Inner()

  static var fields: [SettingField<Self>] {
    SettingField.group(
      "Data",
      [
        SettingField("data", \.data, "table of the series", .notEmpty),
        SettingField("column", \.column, "what is forecast"),
      ])
      + SettingField.group(
        "Model",
        [
          SettingField("hidden", \.hidden, "units of each layer", .atLeast(1)),
          SettingField("cell", \.cell, "kind of cell"),
          SettingField("share", \.share, "share that is dropped", .within(0..<1)),
        ])
      + SettingField.group(
        "Training",
        [
          SettingField("epochs", \.epochs, "passes over the data", .within(1...1000)),
          SettingField("limit", \.limit, "greatest gradient", .above(0)),
          SettingField("plot", \.plot, "draw a picture", effect: .execution),
        ] + Inner.fields.map { $0.nested(in: \.inner) })
  }

  static var presets: [SettingPreset] {
    [SettingPreset("small", "a small one", ["hidden": [4, 2], "epochs": 5, "limit": nil])]
  }
}

@Suite struct SettingsTests {
  private func resolve(_ assignments: SettingAssignment...) throws(SettingError) -> Example {
    try Example(resolving: assignments)
  }

  private func message(_ assignments: SettingAssignment...) -> String? {
    do throws(SettingError) {
      _ = try Example(resolving: assignments)
      return nil
    } catch {
      return error.description
    }
  }

  @Test func defaults() throws {
    let example = try resolve()
    #expect(example.epochs == 100)
    #expect(example.inner.rate == 0.001)
  }

  @Test func precedence() throws {
    // In the order in which nobody would give them, so that only the rank decides.
    let sources: [(SettingSource, Int)] = [
      (.flag("--epochs"), 5), (.override, 4), (.file("c.yaml", line: 1, column: 2), 3), (.preset("small"), 2),
    ]
    for dropped in 0..<sources.count {
      let assignments = sources.dropFirst(dropped).map { SettingAssignment("epochs", .integer($0.1), from: $0.0) }
      #expect(try Example(resolving: assignments).epochs == sources[dropped].1)
      #expect(try Example(resolving: assignments.reversed()).epochs == sources[dropped].1)
    }
  }

  @Test func laterOverrideWins() throws {
    let example = try resolve(
      SettingAssignment(override: "epochs=7"), SettingAssignment(override: "epochs=8"))
    #expect(example.epochs == 8)
  }

  @Test func preset() throws {
    var assignments = try Example.preset(named: "small").assignments
    assignments.append(try SettingAssignment(override: "epochs=6"))
    let example = try Example(resolving: assignments)
    #expect(example.hidden == [4, 2])
    #expect(example.epochs == 6)
  }

  @Test func unknownPreset() {
    let error = #expect(throws: SettingError.self) { try Example.preset(named: "smal") }
    #expect(error?.description == "--preset: there is no preset 'smal'; did you mean 'small'?")
  }

  @Test(
    arguments: [
      ("hidden=64,32", "[64, 32]"), ("hidden=[64, 32]", "[64, 32]"), ("hidden=8", "[8]"), ("hidden=", "[]"),
      ("cell=gru", "'gru'"), ("limit=2", "2"), ("limit=none", "none"), ("share=0.3", "0.3"), ("rate=1e-4", "0.0001"),
      ("plot=false", "false"), ("data=a=b.csv", "'a=b.csv'"), ("epochs = 20 ", "20"), ("column=2", "'2'"),
    ])
  func overrides(_ argument: String, _ expected: String) throws {
    let assignment = try SettingAssignment(override: argument)
    let example = try resolve(assignment)
    let field = try #require(Example.fields.first { $0.key == assignment.key })
    #expect(field.value(in: example).settingText == expected)
  }

  @Test(
    arguments: [
      (
        "epochs=0", "--set: 'epochs' must be a whole number from 1 to 1000, not '0'"
      ),
      ("epochs=ten", "--set: 'epochs' must be a whole number from 1 to 1000, not 'ten'"),
      ("epochs=1.5", "--set: 'epochs' must be a whole number from 1 to 1000, not '1.5'"),
      (
        "epochs=99999999999999999999",
        "--set: 'epochs' must be a whole number from 1 to 1000, not '99999999999999999999'"
      ),
      ("rate=0", "--set: 'rate' must be a number above 0, not '0'"),
      ("rate=inf", "--set: 'rate' must be a number above 0, not 'inf'"),
      ("rate=nan", "--set: 'rate' must be a number above 0, not 'nan'"),
      ("limit=-1", "--set: 'limit' must be a number above 0, or none, not '-1'"),
      ("share=1", "--set: 'share' must be a number from 0 to below 1, not '1'"),
      (
        "hidden=4,0",
        "--set: 'hidden' must be a list (such as [a, b]) of which each is a whole number of at least 1, not '4,0'"
      ),
      (
        "hidden=4,,2",
        "--set: 'hidden' must be a list (such as [a, b]) of which each is a whole number of at least 1, not '4,,2'"
      ),
      ("cell=lsmt", "--set: 'cell' must be one of lstm, gru, elman, not 'lsmt'; did you mean 'lstm'?"),
      ("plot=yes", "--set: 'plot' must be true or false, not 'yes'"),
      ("data=", "--set: 'data' must be text (put it in quotes) that is not empty, not ''"),
      ("epoch=3", "--set: there is no setting 'epoch'; did you mean 'epochs'?"),
      ("zzzzzzzz=3", "--set: there is no setting 'zzzzzzzz'; remove it or correct its name"),
    ])
  func badOverrides(_ argument: String, _ expected: String) throws {
    #expect(message(try SettingAssignment(override: argument)) == expected)
  }

  @Test(arguments: ["epochs", "=3", ""])
  func malformedOverrides(_ argument: String) {
    let error = #expect(throws: SettingError.self) { try SettingAssignment(override: argument) }
    #expect(error?.description == "--set: '\(argument)' is not key=value; write for example --set epochs=20")
    #expect(error?.exitStatus == .usage)
  }

  @Test func fileNamesPlace() throws {
    let assignments = try SettingAssignment.list(
      from: ["epochs": 10, "learning_rat": 0.1], file: "c.yaml", places: ["learning_rat": (line: 3, column: 1)])
    let error = #expect(throws: SettingError.self) { try Example(resolving: assignments) }
    #expect(error?.description == "c.yaml:3:1: there is no setting 'learning_rat'; remove it or correct its name")
    #expect(error?.exitStatus == .configuration)
  }

  @Test func fileThatHoldsNoSettings() {
    let error = #expect(throws: SettingError.self) { try SettingAssignment.list(from: [1, 2], file: "c.yaml") }
    #expect(error?.description == "c.yaml: the file holds no settings; write lines of 'key: value'")
    #expect(throws: Never.self) { try SettingAssignment.list(from: nil, file: "c.yaml") }
  }

  @Test func typesOfFilesAreKept() {
    #expect(message(SettingAssignment("data", true, from: .file("c.yaml")))?.contains("not true") == true)
    #expect(message(SettingAssignment("data", 1.5, from: .file("c.yaml")))?.contains("put it in quotes") == true)
    #expect(message(SettingAssignment("epochs", ["a": 1], from: .file("c.yaml")))?.contains("not an object") == true)
    #expect(message(SettingAssignment("epochs", 20.0, from: .file("c.yaml"))) == nil)
    #expect(message(SettingAssignment("rate", 1, from: .file("c.yaml"))) == nil)
  }

  @Test func namesFromOutsideCannotMoveTheCursor() {
    #expect(message(SettingAssignment("a\u{1B}[2J", 1, from: .override))?.contains("\u{1B}") == false)
  }

  @Test func differences() throws {
    let changed = try resolve(SettingAssignment(override: "epochs=7"), SettingAssignment(override: "rate=0.5"))
    #expect(
      changed.differences(from: Example()) == [
        SettingDifference(key: "epochs", old: 100, new: 7), SettingDifference(key: "rate", old: 0.001, new: 0.5),
      ])
    #expect(Example().differences(from: Example()).isEmpty)
  }

  @Test func resumingRefusesWhatWouldChangeResults() throws {
    let saved = Example()
    let same = try saved.resumed(with: [
      SettingAssignment(override: "epochs=100"), SettingAssignment(override: "plot=false"),
    ])
    #expect(!same.plot)
    let error = #expect(throws: SettingError.self) {
      try saved.resumed(with: [
        SettingAssignment("epochs", "7", from: .flag("--epochs")), SettingAssignment(override: "rate=0.5"),
      ])
    }
    #expect(
      error?.description
        == "--resume: a resumed run keeps its settings (epochs is 100, not 7; rate is 0.001, not 0.5); "
        + "leave these options out, or train into another folder")
    #expect(error?.exitStatus == .usage)
  }

  @Test func resultSettingsLeaveExecutionOut() {
    #expect(Example().resultSettings["plot"] == nil)
    #expect(Example().resultSettings["epochs"] == 100)
    #expect(Example().resultSettings["share"] == 0.1)
    #expect(Example().resultSettings["limit"] == .null)
  }

  @Test func optimizerShowsDefaultsOfItsKind() throws {
    var configuration = TrainingConfiguration()
    #expect(configuration.resultSettings["learning_rate"] == 0.001)
    #expect(configuration.resultSettings["beta2"] == 0.999)
    #expect(configuration.resultSettings["momentum"] == .null)
    try configuration.apply([SettingAssignment(override: "optimizer=sgd")])
    #expect(configuration.resultSettings["momentum"] == 0.0)
    #expect(configuration.resultSettings["beta2"] == .null)
  }
}
