import RecurrentFormats
import Testing

@testable import RecurrentTraining

private struct Example: Settings {
  var data = "builtin:airline"
  var title = "Passengers: \"all\""
  var hidden = [64, 32]
  var names = ["yes", "b c"]
  var rate = 1e-5
  var momentum = 0.9
  var limit: Double?
  var plot = true

  static var fields: [SettingField<Self>] {
    SettingField.group(
      "Data", [SettingField("data", \.data, "table of the series"), SettingField("title", \.title, "of the picture")])
      + SettingField.group(
        "Model", [SettingField("hidden", \.hidden, "units"), SettingField("names", \.names, "of the layers")])
      + SettingField.group(
        "Training",
        [
          SettingField("learning_rate", \.rate, "size of the steps"), SettingField("momentum", \.momentum, "of sgd"),
          SettingField("limit", \.limit, "greatest gradient"), SettingField("plot", \.plot, "draw a picture"),
        ])
  }
}

@Suite struct SettingsDocumentTests {
  @Test func snapshot() {
    #expect(
      Example().yaml(title: "settings of an example") == #"""
        # settings of an example

        # Data
        data: builtin:airline             # table of the series
        title: "Passengers: \"all\""      # of the picture

        # Model
        hidden: [64, 32]                  # units
        names: ["yes", "b c"]             # of the layers

        # Training
        learning_rate: 1.0e-05            # size of the steps
        momentum: 0.9                     # of sgd
        limit: null                       # greatest gradient
        plot: true                        # draw a picture

        """#)
  }

  @Test(
    arguments: [
      ("plain", "plain"), ("runs/0001-forecast", "runs/0001-forecast"), ("./a.csv", "./a.csv"), ("a:b", "a:b"),
      ("a:", "\"a:\""), ("", "\"\""), ("true", "\"true\""), ("No", "\"No\""), ("null", "\"null\""), ("none", "none"),
      ("~", "\"~\""),
      ("12", "\"12\""), ("1958-12", "\"1958-12\""), (".5", "\".5\""), (".inf", "\".inf\""), ("-1", "\"-1\""),
      ("a b", "\"a b\""), ("a #b", "\"a #b\""), ("a\nb", "\"a\\nb\""), ("a\u{1}", "\"a\\u0001\""), ("ä", "\"ä\""),
      ("[a]", "\"[a]\""), ("a,b", "\"a,b\""), ("\\", "\"\\\\\""), ("\u{85}", "\"\\u0085\""),
    ])
  func quotes(_ text: String, _ expected: String) {
    #expect(JSONValue.string(text).yamlText == expected)
  }

  @Test(arguments: [(0.1, "0.1"), (1, "1.0"), (1e-5, "1.0e-05"), (1.5e-7, "1.5e-07"), (1e22, "1.0e+22"), (-2, "-2.0")])
  func numbers(_ value: Double, _ expected: String) {
    #expect(JSONValue.number(value).yamlText == expected)
  }

  /// Help lines stand in a comment and must stay on their line.
  @Test func helpOfAllSettingsIsOneShortLine() {
    for field in TrainingConfiguration.fields {
      #expect(!field.help.contains("\n") && field.help.count <= 80, "\(field.key)")
      #expect(!field.group.isEmpty, "\(field.key)")
    }
  }
}
