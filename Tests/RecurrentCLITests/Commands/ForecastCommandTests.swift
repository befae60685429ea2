import RecurrentFormats
import Testing

struct ForecastCommandTests {
  private func folder() throws -> TemporaryFolder { try TrainedModel.copy() }

  @Test func csvOnStandardOutput() throws {
    let result = try recurrent("forecast", "run", "--horizon", "3", in: folder())
    #expect(result.status == 0)
    #expect(result.errors.isEmpty)
    let lines = result.output.split(separator: "\n")
    #expect(lines.map { $0.split(separator: ",")[0] } == ["ds", "1961-01", "1961-02", "1961-03"])
    for line in lines.dropFirst() { #expect(Double(line.split(separator: ",")[1])?.isFinite == true) }
  }

  @Test func fileAndPictureAndJSONHoldTheSame() throws {
    let folder = try folder()
    let plain = try recurrent("forecast", "run", "--horizon", "2", in: folder)
    let result = try recurrent(
      "forecast", "run/model", "--horizon", "2", "--output", "f.csv", "--plot", "f.svg", "--json", in: folder)
    #expect(result.status == 0)
    #expect(try folder.text("f.csv") == plain.output)
    #expect(try folder.text("f.svg").hasPrefix("<svg"))
    let json = try #require(result.json)
    #expect(json["horizon"] as? Int == 2)
    // Read by our own reader, which keeps every digit.
    let rows = try #require(JSONValue(parsing: result.output)["forecast"]?.array)
    let lines = rows.map { row in "\(row["ds"]?.string ?? ""),\(row["yhat"]?.number ?? 0)" }
    #expect((["ds,yhat"] + lines).joined(separator: "\n") + "\n" == plain.output)
  }

  @Test func readerThatGoesAwayIsNoError() throws {
    let folder = try folder()
    // Far more than a pipe holds.
    let result = try recurrent(
      "forecast", "run", "--horizon", "5000", in: folder,
      script: #"{ "$0" "$@"; echo $? >status; } | head -n 1"#)
    #expect(result.output == "ds,yhat\n")
    #expect(result.errors.isEmpty)
    #expect(try folder.text("status") == "0\n")
  }

  @Test func newerDataAndSeveralSeries() throws {
    let folder = try TemporaryFolder()
    var table = "unique_id,ds,y\n"
    for series in ["a", "b"] {
      for row in 0..<60 { table += "\(series),\(row),\(10 + row % 7 + (series == "a" ? 0 : 50))\n" }
    }
    try folder.write(table, to: "t.csv")
    let trained = try recurrent(
      "train", "forecast", "--data", "t.csv", "--hidden", "3", "--look-back", "7", "--horizon", "2", "--epochs", "1",
      "--output", "run", "--quiet", in: folder)
    #expect(trained.status == 0, "\(trained.errors)")
    try folder.write(table.replacing("b,59,", with: "b,59,1"), to: "newer.csv")
    let old = try recurrent("forecast", "run", in: folder)
    let new = try recurrent("forecast", "run", "--data", "newer.csv", in: folder)
    let lines = [old, new].map { $0.output.split(separator: "\n") }
    #expect(
      lines[0].map { $0.split(separator: ",").prefix(2).joined(separator: ",") } == [
        "unique_id,ds", "a,60", "a,61", "b,60", "b,61",
      ])
    // Only series b has other values.
    #expect(lines[0][1...2] == lines[1][1...2])
    #expect(lines[0][3...4] != lines[1][3...4])
  }
}
