import Foundation
import Testing

@testable import RecurrentFormats

@Suite struct LineChartTests {
  /// Three years of months in three parts, as a forecast has them.
  private func sample() throws -> LineChart {
    let start = try #require(CalendarDate(year: 1958))
    let x = (0..<36).compactMap { start.adding(months: $0)?.secondsSince1970 }
    let y = (0..<36).map { Double(340 + 3 * $0 + [0, -20, 40, 30, 50, 110, 150, 160, 60, 10, -40, 0][$0 % 12]) }
    var fitted = y.map { $0 + 12 }
    fitted[5] = .nan
    return LineChart(
      title: "Passengers & <fit>", subtitle: "a \"small\" sample", xAxis: Axis(.times),
      yAxis: Axis(title: "Passengers (thousands)"),
      series: [
        .init("actual", x: x, y: y, style: .actual),
        .init("fitted", x: Array(x[..<24]), y: Array(fitted[..<24]), style: .fitted),
        .init("predicted", x: Array(x[24...]), y: y[24...].map { $0 - 15 }, style: .predicted),
      ],
      splits: [.init(at: (x[23] + x[24]) / 2, before: "training", after: "test")], width: 640, height: 400)
  }

  @Test func isWellFormedAndSaysWhatItShows() throws {
    let root = try #require(XMLTree.parse(try sample().svg()))
    #expect(root.name == "svg" && root.attributes["viewBox"] == "0 0 640 400")
    #expect(root.all("title").map(\.text) == ["Passengers & <fit>"])
    let labels = root.labels
    for label in [
      "Passengers & <fit>", "a \"small\" sample", "actual", "fitted", "predicted", "Passengers (thousands)", "training",
      "test", "1958", "1959", "1960", "300", "600",
    ] { #expect(labels.contains(label), "\(label)") }
  }

  @Test func everySeriesIsALineOfItsStyle() throws {
    let root = try #require(XMLTree.parse(try sample().svg()))
    let paths = root.all("path")
    #expect(paths.map { $0.attributes["stroke"] } == ["#2f3337", "#0072b2", "#d55e00"])
    #expect(paths.map { $0.attributes["stroke-dasharray"] } == [nil, "6 3", nil])
    let data = paths.compactMap { $0.attributes["d"] }
    #expect(data.map { $0.filter { $0 == "M" }.count } == [1, 2, 1])
    #expect(data.map { $0.filter { $0 == "L" }.count } == [35, 21, 11])
  }

  @Test func valuesStandWhereTheAxisSays() throws {
    let chart = LineChart(
      title: "", series: [.init("a", x: [0, 4, 8], y: [0, 50, 100], style: .standard(0))], width: 500, height: 300)
    let root = try #require(XMLTree.parse(chart.svg()))
    let texts = root.all("text")
    let zero = try #require(texts.first { $0.text == "0" && $0.attributes["text-anchor"] == "end" })
    let hundred = try #require(texts.first { $0.text == "100" })
    let four = try #require(texts.first { $0.text == "4" })
    let path = try #require(root.all("path").first?.attributes["d"])
    let numbers = path.split { "ML ".contains($0) }.compactMap { Double($0) }
    #expect(abs(numbers[1] - zero.number("y") + ChartStyle.labelSize * 0.36) < 0.02)
    #expect(abs(numbers[5] - hundred.number("y") + ChartStyle.labelSize * 0.36) < 0.02)
    #expect(abs(numbers[2] - four.number("x")) < 0.02)
    #expect(abs(numbers[3] * 2 - numbers[1] - numbers[5]) < 0.02)
  }

  @Test func noTextLeavesTheDrawingOrRunsIntoAnother() throws {
    var charts = [try sample()]
    charts[0].series += (0..<9).map { .init("another series \($0)", x: [0], y: [0], style: .standard($0)) }
    for days in [0.01, 0.3, 1, 3, 10, 40, 100, 400, 2000, 20_000] {
      let x = (0...50).map { 1e9 + Double($0) / 50 * days * 86_400 }
      charts.append(
        LineChart(
          title: "\(days) days", xAxis: Axis(.times, title: "Time"), yAxis: Axis(.logarithmicNumbers, title: "Loss"),
          series: [.init("a", x: x, y: x.map { 1 + ($0 - 1e9) * 30 }, style: .standard(0))],
          splits: [.init(at: x[2], before: "training", after: "validation"), .init(at: x[49], after: "test")]))
    }
    for chart in charts {
      let root = try #require(XMLTree.parse(chart.svg()))
      var boxes: [(text: String, left: Double, right: Double, baseline: Double)] = []
      for text in root.all("text") {
        let width = TextMetrics.width(text.text, size: text.number("font-size"))
        let shifts = ["middle": 0.5, "end": 1.0]
        let shift = shifts[text.attributes["text-anchor"] ?? ""] ?? 0
        let left = text.number("x") - shift * width
        #expect(left >= 0 && left + width <= chart.width, "\(text.text)")
        #expect(text.number("y") > 10 && text.number("y") < chart.height - 4, "\(text.text)")
        boxes.append((text.text, left, left + width, text.number("y")))
      }
      for (index, a) in boxes.enumerated() {
        for b in boxes[(index + 1)...] where abs(a.baseline - b.baseline) < 10 {
          #expect(a.right <= b.left || b.right <= a.left, "\(chart.title): '\(a.text)' and '\(b.text)'")
        }
      }
    }
  }

  @Test func aSectionBetweenTwoSplitsIsNamedOnce() throws {
    var chart = try sample()
    chart.yAxis.title = ""
    let x = chart.series[0].x
    chart.splits = [
      .init(at: x[12], before: "training", after: "validation"), .init(at: x[24], before: "validation", after: "test"),
    ]
    let labels = try #require(XMLTree.parse(chart.svg())).labels
    #expect(labels.suffix(3) == ["training", "validation", "test"])
  }

  @Test func manyPointsMakeASmallFile() {
    var generator = SplitMix64(seed: 9)
    let x = (0..<100_000).map { Double($0) * 3600 }
    let series = (0..<3).map { index in
      LineChart.Series(
        "series \(index)", x: x, y: x.map { _ in .random(in: 0...1, using: &generator) }, style: .standard(index))
    }
    let svg = LineChart(title: "Hours", xAxis: Axis(.times), series: series).svg()
    #expect(svg.utf8.count < 250_000)
    #expect(svg.utf8.count > 50_000)
  }

  @Test(arguments: [Axis.Values.numbers, .logarithmicNumbers, .times])
  func whatHasNoValuesIsDrawnAllTheSame(_ values: Axis.Values) throws {
    let empty: [[Double]] = [[], [.nan], [.nan, .infinity]]
    for x in empty {
      let chart = LineChart(
        title: "", xAxis: Axis(values), yAxis: Axis(values), series: [.init("a", x: x, y: x, style: .actual)])
      let root = try #require(XMLTree.parse(chart.svg()))
      #expect(root.labels == ["a", "no values"])
    }
    #expect(XMLTree.parse(LineChart(title: "", series: []).svg()) != nil)
    for y in [0.0, 1, -1, 1e300, -1e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude] {
      let chart = LineChart(
        title: "one", xAxis: Axis(values), yAxis: Axis(values), series: [.init("a", x: [y], y: [y], style: .actual)])
      let svg = chart.svg()
      #expect(XMLTree.parse(svg) != nil)
      #expect(!svg.contains("nan") && !svg.contains("inf"))
    }
  }

  @Test func aValueBetweenGapsIsADot() throws {
    let chart = LineChart(
      title: "", series: [.init("a", x: [0, 1, 2, 3, 4], y: [1, .nan, 2, .nan, 3], style: .actual)])
    let root = try #require(XMLTree.parse(chart.svg()))
    #expect(root.all("circle").count == 3 && root.all("path").isEmpty)
  }

  @Test func standardStylesAreAllDifferent() {
    let styles = (0..<18).map { LineStyle.standard($0) }
    #expect(Set(styles).count == 18)
  }

  @Test func writesTheFile() throws {
    let folder = try TemporaryFolder()
    let chart = try sample()
    try chart.write(to: folder.path("chart.svg"))
    #expect(folder.text("chart.svg") == chart.svg())
  }

  /// The file beside `make.py` was looked at by eye when it was made; a change of the drawing must be looked at again. It is written
  /// anew where `RECORD_SNAPSHOTS` is set.
  @Test func looksAsItDid() throws {
    let svg = try sample().svg()
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] != nil {
      try AtomicFile.write(svg, to: Fixture.path("chart.svg"))
    }
    #expect(String(decoding: try Fixture.bytes("chart.svg"), as: UTF8.self) == svg)
  }
}
