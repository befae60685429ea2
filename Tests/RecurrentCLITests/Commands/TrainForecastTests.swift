import RecurrentFormats
import Testing

struct TrainForecastTests {
  @Test func runFolderHoldsEverything() throws {
    let trained = try TrainedModel.shared.get()
    #expect(trained.result.status == 0, "\(trained.result.errors)")
    let names = Set(trained.folder.files(in: "run").keys)
    for name in [
      "config.yaml", "environment.json", "metrics.csv", "forecast.svg", "checkpoints/last", "model/config.json",
      "model/model.safetensors",
    ] {
      #expect(names.contains(name))
    }
    #expect(try trained.folder.text("run/config.yaml").contains("\nlook_back: 12 "))
    #expect(try trained.folder.text("run/metrics.csv").split(separator: "\n").count == 3)
    #expect(try trained.folder.text("run/forecast.svg").hasPrefix("<svg"))
  }

  @Test func jsonIsTheOnlyOutput() throws {
    let result = try TrainedModel.shared.get().result
    #expect(result.output.split(separator: "\n").count == 1)
    let json = try #require(result.json)
    #expect(json["task"] as? String == "forecast")
    #expect(json["model"] as? String == "run/model")
    #expect(json["epochs"] as? Int == 2)
    #expect((json["parameters"] as? Int ?? 0) > 0)
    #expect((json["seconds"] as? Double ?? -1) >= 0)
    let metrics = try #require(json["metrics"] as? [String: [String: Double]])
    #expect(Set(metrics.keys) == ["train", "validation", "test"])
    for part in metrics.values { #expect(Set(part.keys).isSuperset(of: ["rmse", "mae", "mape", "mase"])) }
    let baselines = try #require(json["baselines"] as? [String: [String: Double]])
    #expect(Set(baselines.keys) == ["naive", "seasonal_naive", "seasonal_drift"])
    // The rest is for people: the table, the places, the next commands.
    #expect(result.errors.contains("seasonal drift"))
    #expect(result.errors.contains("info run\n"))
  }

  @Test func nextCommandsCanBeTyped() throws {
    let folder = try TrainedModel.copy()
    let errors = try TrainedModel.shared.get().result.errors
    let commands = errors.split(separator: "\n").drop { $0 != "next:" }.dropFirst()
    #expect(commands.count == 3)
    for command in commands {
      // The tool may be called by any path: its arguments are what counts.
      let words = command.split(separator: " ").map(String.init).drop { !$0.hasSuffix("/recurrent") }.dropFirst()
      let result = try recurrent(Array(words), in: folder)
      #expect(result.status == 0, "\(command): \(result.errors)")
      #expect(!result.output.isEmpty)
    }
    #expect(folder.exists("forecast.svg"))
  }

  @Test func forecastThatNeedsTheFutureIsNotPromised() throws {
    let folder = try TemporaryFolder()
    let rows = (0..<60).map { "\($0),\($0 % 7),\($0 % 5)\n" }.joined()
    try folder.write("ds,y,price\n" + rows, to: "t.csv")
    let result = try recurrent(
      "train", "forecast", "--data", "t.csv", "--target", "y", "--future-covariates", "price", "--look-back", "7",
      "--hidden", "3", "--epochs", "1", "--output", "run", "--quiet", in: folder)
    #expect(result.status == 0, "\(result.errors)")
    #expect(!result.output.contains("--horizon 24"))
    #expect(result.output.contains("forecast run --data FILE, a table with price past its last value"))
    try folder.write("ds,y,price\n" + rows + "60,,2\n61,,3\n", to: "longer.csv")
    let forecast = try recurrent("forecast", "run", "--data", "longer.csv", "--horizon", "2", in: folder)
    #expect(forecast.status == 0, "\(forecast.errors)")
    #expect(forecast.output.split(separator: "\n").count == 3)
  }

  @Test func withoutArgumentsThePassengersAreForecastAndTheBaselinesBeaten() throws {
    let folder = try TemporaryFolder()
    let result = try recurrent("train", "forecast", "--json", in: folder)
    #expect(result.status == 0)
    #expect(result.errorLines.first?.contains("--preset airline") == true)
    let metrics = try #require(result.json?["metrics"] as? [String: [String: Double]])
    let baselines = try #require(result.json?["baselines"] as? [String: [String: Double]])
    let best = try #require(baselines.values.compactMap { $0["rmse"] }.min())
    #expect(try #require(metrics["test"]?["rmse"]) < best)
    // Facts about the data: the last 48 months from the month or the year before.
    #expect(abs(try #require(baselines["naive"]?["rmse"]) - 48.04) < 0.005)
    #expect(abs(try #require(baselines["seasonal_naive"]?["rmse"]) - 41.85) < 0.005)
    #expect(abs(try #require(baselines["seasonal_drift"]?["rmse"]) - 15.62) < 0.005)
  }

  @Test func resultsForPeopleOnStandardOutput() throws {
    let folder = try TemporaryFolder()
    let result = try recurrent(["train", "forecast", "--quiet"] + TrainedModel.settings, in: folder)
    #expect(result.status == 0)
    #expect(result.errors.isEmpty)
    #expect(result.output.hasPrefix("  "))
    #expect(result.output.contains("RMSE"))
    // No terminal, no escape sequences.
    #expect(!result.output.contains("\u{1B}"))
  }

  @Test func flagWinsOverSetOverFileOverPreset() throws {
    let folder = try TemporaryFolder()
    try folder.write("epochs: 4\nhidden: [5]\nlook_back: 6\nseed: 9\n", to: "c.yaml")
    let result = try recurrent(
      "train", "forecast", "--preset", "airline-lstm", "--config", "c.yaml", "--set", "epochs=2", "--set", "hidden=4",
      "--hidden", "2,3", "--output", "run", "--quiet", in: folder)
    #expect(result.status == 0, "\(result.errors)")
    let file = try folder.text("run/config.yaml")
    for line in ["epochs: 2 ", "hidden: [2, 3] ", "look_back: 6 ", "seed: 9 ", "scaler: min-max ", "layers: 2 "] {
      #expect(file.contains("\n" + line), "\(line)")
    }
  }

  @Test func settingsOfARunMakeTheSameModelAgain() throws {
    let folder = try TrainedModel.copy()
    let result = try recurrent(
      "train", "forecast", "--config", "-", "--output", "again", in: folder, input: try folder.text("run/config.yaml"))
    #expect(result.status == 0, "\(result.errors)")
    #expect(folder.files(in: "again/model") == folder.files(in: "run/model"))
    #expect(try folder.text("again/config.yaml") == folder.text("run/config.yaml"))
  }

  @Test func configurationAsJSON() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      {
        "data": "builtin:airline", "hidden": [3], "look_back": 12,
        "epochs": 1, "train": 0.5, "validation": null, "cell": "rnn"
      }
      """, to: "c.json")
    let result = try recurrent("train", "forecast", "--config", "c.json", "--output", "run", "--quiet", in: folder)
    #expect(result.status == 0, "\(result.errors)")
    let file = try folder.text("run/config.yaml")
    for line in ["cell: elman ", "train: \"0.5\" ", "validation: null "] { #expect(file.contains("\n" + line)) }
  }

  @Test func leakIsCalledOne() throws {
    let folder = try TemporaryFolder()
    let result = try recurrent(
      ["train", "forecast", "--fit-scaler-on", "all", "--json"] + TrainedModel.settings, in: folder)
    #expect(result.status == 0)
    #expect(result.errors.contains("a leak"))
    #expect((result.json?["notes"] as? [String])?.first?.contains("a leak") == true)
  }

  @Test func divergenceHasItsOwnExitCode() throws {
    let folder = try TemporaryFolder()
    let result = try recurrent(
      ["train", "forecast", "--quiet", "--optimizer", "sgd", "--learning-rate", "1e30", "--clip-norm", "none"]
        + TrainedModel.settings, in: folder)
    #expect(result.status == 3)
    expectOneLine(result, mentioning: ["diverged at step", "lower learning_rate"])
  }
}
