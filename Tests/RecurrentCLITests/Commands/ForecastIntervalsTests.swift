import Testing

struct ForecastIntervalsTests {
  private static let wave: String = {
    let rows = (0..<160).map { String([10, 14, 18, 12][$0 % 4] + $0 * 7 % 5) }
    return "A,\(rows.joined(separator: ","))\nB,\(rows.reversed().joined(separator: ","))\n"
  }()

  private func train(_ folder: TemporaryFolder, _ arguments: String...) throws -> ToolProcess.Result {
    try recurrent(
      [
        "train", "forecast", "--data", "wide.csv", "--season", "4", "--look-back", "8", "--hidden", "4", "--epochs",
        "2",
      ]
        + ["--output", "run", "--json", "--quiet"] + arguments, in: folder)
  }

  /// From a table with a series a line, and one of what came after, to measured intervals, CSV and picture.
  @Test func intervalsFromEndToEnd() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.wave, to: "wide.csv")
    try folder.write("B,11,12,13,14\nA,15,16,17,18\n", to: "later.csv")
    let trained = try train(
      folder, "--test-data", "later.csv", "--validation", "40", "--levels", "50,80", "--horizon", "4")
    #expect(trained.status == 0, "\(trained.errors)")
    let test = try #require((trained.json?["metrics"] as? [String: Any])?["test"] as? [String: Any])
    #expect(test["coverage_80"] is Double && test["width_50"] is Double)
    #expect(try folder.text("run/forecast.svg").contains("80 % interval"))

    let forecast = try recurrent("forecast", "run", "--plot", "f.svg", in: folder)
    let lines = forecast.output.split(separator: "\n")
    #expect(lines[0] == "unique_id,ds,yhat,yhat-lo-80,yhat-lo-50,yhat-hi-50,yhat-hi-80")
    // The rows of the test data are known now.
    #expect(lines.dropFirst().map { $0.split(separator: ",").prefix(2).joined(separator: ",") }.first == "A,165")
    for line in lines.dropFirst() {
      let numbers = line.split(separator: ",").dropFirst(2).compactMap { Double($0) }
      #expect(numbers.count == 5 && Array(numbers.dropFirst()) == numbers.dropFirst().sorted())
    }
    #expect(try folder.text("f.svg").contains("50 % interval"))
    let judged = try recurrent("evaluate", "run", "--levels", "90", "--windows", "3", "--json", in: folder)
    #expect(judged.output.contains("coverage_90"))
  }

  @Test func pathsOfADistribution() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.wave, to: "wide.csv")
    let trained = try train(folder, "--output-distribution", "gaussian", "--share-variables", "--no-plot")
    #expect(trained.status == 0, "\(trained.errors)")
    let one = try recurrent("forecast", "run", "--samples", "2", "--seed", "5", in: folder)
    #expect(one.output.hasPrefix("unique_id,ds,yhat,yhat-sample-1,yhat-sample-2\n"))
    #expect(try recurrent("forecast", "run", "--samples", "2", "--seed", "5", in: folder).output == one.output)
    #expect(try recurrent("forecast", "run", "--samples", "2", "--seed", "6", in: folder).output != one.output)
  }

  @Test(arguments: [
    (["--levels", "0"], "--levels '0'"), (["--levels", "80,x"], "--levels '80,x'"),
    (["--samples", "0"], "--samples takes"),
    (["--seed", "1"], "--samples"), (["--samples", "2", "--seed", "-1"], "--seed"),
    (["--levels", "80"], "validation part"),
    (["--samples", "2"], "no paths to draw"),
  ])
  func whatCannotBe(_ arguments: [String], _ mention: String) throws {
    let folder = try TemporaryFolder()
    let trained = try recurrent(
      ["train", "forecast", "--output", "run", "--quiet", "--validation", "none"] + TrainedModel.settings, in: folder)
    #expect(trained.status == 0, "\(trained.errors)")
    let result = try recurrent(["forecast", "run"] + arguments, in: folder)
    #expect(result.status == 64, "\(result.errors)")
    #expect(result.errors.contains(mention), "\(result.errors)")
    #expect(result.output.isEmpty)
  }
}
