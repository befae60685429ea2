import Testing

@testable import RecurrentFormats

@Suite struct ChartBandTests {
  private func chart(_ bands: [LineChart.Band]) -> LineChart {
    LineChart(
      title: "", series: [.init("line", x: [0, 1, 2, 3], y: [1, 2, 3, 4], style: .predicted)], bands: bands,
      width: 400, height: 300)
  }

  /// A band is one closed area under the lines, and a gap cuts it in two.
  @Test func bandsLieUnderLines() throws {
    let whole = LineChart.Band("80 %", x: [0, 1, 2, 3], lower: [0, 1, 2, 3], upper: [2, 3, 4, 5], color: "#d55e00")
    var broken = whole
    broken.lower[2] = .nan
    broken.name = ""
    let root = try #require(XMLTree.parse(chart([whole, broken]).svg()))
    let paths = root.all("path")
    #expect(paths.map { $0.attributes["fill"] } == ["#d55e00", "#d55e00", nil])
    let outlines = paths.prefix(2).map { $0.attributes["d"]?.split(separator: "Z").count }
    #expect(outlines == [1, 2])
    #expect(root.labels.contains("80 %"))
  }

  /// The axis reaches to the edges of bands, and the second of two of one colour is shown as dark as it lies over the first.
  @Test func scaleAndLegend() throws {
    let wide = LineChart.Band("95 %", x: [0, 3], lower: [-8, -8], upper: [12, 12], color: "#d55e00", opacity: 0.2)
    let narrow = LineChart.Band("80 %", x: [0, 3], lower: [0, 0], upper: [5, 5], color: "#d55e00", opacity: 0.2)
    let root = try #require(XMLTree.parse(chart([wide, narrow]).svg()))
    #expect(root.labels.contains("\u{2212}10") || root.labels.contains("-10") || root.labels.contains("−5"))
    let swatches = root.all("rect").compactMap { $0.attributes["fill-opacity"] }
    #expect(swatches == ["0.2", "0.36"])
  }

  @Test func outlineGoesThereAndBack() {
    let scale = Scale(.linear, domain: 0...10, from: 0, to: 10)
    let band = LineChart.Band("", x: [1, 2, 3], lower: [1, 1, 1], upper: [4, 5, 6], color: "#000000")
    let outline = BandOutline.outlines(of: band, xScale: scale, yScale: scale)
    #expect(outline.count == 1)
    #expect(outline[0].map(\.x) == [1, 2, 3, 3, 2, 1])
    #expect(outline[0].map(\.y) == [4, 5, 6, 1, 1, 1])
  }
}
