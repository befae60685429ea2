import Testing

@testable import RecurrentFormats

@Suite struct LineThinningTests {
  private let scale = Scale(.linear, domain: 0...128, from: 0, to: 128)

  @Test func gapsBreakTheLine() {
    let lines = LineThinning.lines(
      x: [0, 1, 2, 3, 4, 5, .nan, 7], y: [1, 2, .nan, 3, .infinity, 5, 6, 7], xScale: scale, yScale: scale)
    #expect(lines.map { $0.map(\.x) } == [[0, 1], [3], [5], [7]])
    #expect(LineThinning.lines(x: [], y: [], xScale: scale, yScale: scale) == [])
    let logarithmic = Scale(.logarithmic, domain: 1...10, from: 0, to: 100)
    #expect(LineThinning.lines(x: [1, 2, 3], y: [1, 0, 2], xScale: scale, yScale: logarithmic).count == 2)
  }

  @Test func fewPointsStayAsTheyAre() {
    let line = (0..<100).map { ChartPoint(x: Double($0) / 2, y: Double($0 * 7 % 13)) }
    #expect(LineThinning.thinned(line) == line)
  }

  @Test func everyColumnKeepsItsExtremesAndEnds() {
    var generator = SplitMix64(seed: 5)
    let line = (0..<50_000).map { ChartPoint(x: Double($0) / 500, y: .random(in: 0...1, using: &generator)) }
    let thinned = LineThinning.thinned(line)
    #expect(thinned.count <= 400 && thinned.count > 300)
    #expect(thinned.first == line.first && thinned.last == line.last)
    #expect(zip(thinned, thinned.dropFirst()).allSatisfy { $0.x < $1.x })
    let columns = Dictionary(grouping: line) { Int($0.x) }
    let kept = Dictionary(grouping: thinned) { Int($0.x) }
    for (number, column) in columns {
      #expect(kept[number]?.map(\.y).max() == column.map(\.y).max())
      #expect(kept[number]?.map(\.y).min() == column.map(\.y).min())
      #expect(kept[number]?.first == column.first && kept[number]?.last == column.last)
    }
  }

  @Test func densityIsCountedByPixels() {
    func line(_ count: Int, _ width: Double) -> [ChartPoint] {
      (0..<count).map { ChartPoint(x: Double($0) / Double(count) * width, y: 0) }
    }
    #expect(LineThinning.isDense([line(2000, 900)]))
    #expect(!LineThinning.isDense([line(900, 900)]))
    #expect(!LineThinning.isDense([line(50, 10)]))
    #expect(LineThinning.isDense([line(500, 200), line(500, 200)]))
    #expect(!LineThinning.isDense([]))
  }
}
