import Foundation
import Testing

@testable import RecurrentFormats

@Suite struct AttentionChartTests {
  private static let chart = AttentionChart(
    title: "Ein <Hund>", subtitle: "two & three", source: ["ein", "\"Hund\"", "läuft"], target: ["a", "dog"],
    weights: [[1, 0, 0.25], [0.001, 0.5, 0.5]])

  @Test func isWellFormedXMLWithTheWordsAndASquareForEachWeight() throws {
    let tree = try #require(XMLTree.parse(Self.chart.svg()))
    let texts = tree.labels
    for wanted in ["Ein <Hund>", "two & three", "ein", "\"Hund\"", "läuft", "a", "dog", "source", "target"] {
      #expect(texts.contains(wanted), "\(wanted)")
    }
    // Weights that are seen are written into large squares.
    #expect(texts.filter { $0.contains(".") } == ["1.00", "0.25", "0.50", "0.50"])
    #expect(["0", "weight", "1"].allSatisfy(texts.contains))
    // Page, ground, four squares, and the legend.
    #expect(tree.all("rect").count == 2 + 4 + 36)
  }

  private func fills(_ chart: AttentionChart) throws -> [[Int]] {
    try #require(XMLTree.parse(chart.svg())).all("rect").compactMap { $0.attributes["fill"] }.map { color in
      stride(from: 1, to: 7, by: 2).map { Int(color.dropFirst($0).prefix(2), radix: 16) ?? -1 }
    }
  }

  @Test func moreWeightIsDarkerAndTheLegendSaysHow() throws {
    let weights: [Float] = [0.1, 0.3, 0.6, 0.9, 1]
    let chart = AttentionChart(source: weights.map { "\($0)" }, target: ["x"], weights: [weights])
    let all = try fills(chart)
    let squares = all[2..<7].map { $0.reduce(0, +) }
    #expect(squares == squares.sorted(by: >) && Set(squares).count == 5)
    #expect(all[6] == [0, 0x72, 0xb2])
    let legend = all[7...].map { $0.reduce(0, +) }
    #expect(legend == legend.sorted(by: >))
  }

  @Test func whatIsNoWeightLooksLikeNone() throws {
    let chart = AttentionChart(source: ["a", "b", "c", "d"], target: ["x"], weights: [[.nan, -.infinity, -3, 7]])
    let all = try fills(chart)
    #expect(all.count == 2 + 1 + 36 && all[2] == [0, 0x72, 0xb2])
  }

  /// However many words and however long, in whatever script, everything lies inside the drawing.
  @Test(arguments: [(0, 0), (1, 1), (7, 6), (40, 45), (150, 3), (2, 200)]) func everythingLiesInside(
    _ source: Int, _ target: Int
  ) throws {
    let words = ["我", "Donaudampfschifffahrtsgesellschaftskapitän", "کتاب‌ها", "▁un", "</s>", "", " ", "क्षत्रिय", "👩‍👩‍👧"]
    let chart = AttentionChart(
      source: (0..<source).map { words[$0 % words.count] }, target: (0..<target).map { words[$0 % words.count] },
      weights: (0..<target).map { row in (0..<source).map { Float(($0 * row) % 7) / 7 } })
    let tree = try #require(XMLTree.parse(chart.svg()))
    let (width, height) = (tree.number("width"), tree.number("height"))
    for rectangle in tree.all("rect") {
      #expect(rectangle.number("x") >= 0 && rectangle.number("x") + rectangle.number("width") <= width + 0.01)
      #expect(rectangle.number("y") >= 0 && rectangle.number("y") + rectangle.number("height") <= height + 0.01)
    }
    for text in tree.all("text") {
      #expect(text.number("x") >= 0 && text.number("x") <= width)
      #expect(text.number("y") >= 0 && text.number("y") <= height)
      let room = TextMetrics.width(text.text, size: text.number("font-size"))
      if text.attributes["transform"] != nil, text.attributes["text-anchor"] != "middle" {
        #expect(text.number("y") - room >= 0, "\(text.text)")
      } else if text.attributes["text-anchor"] == "end" {
        #expect(text.number("x") - room >= 0, "\(text.text)")
      }
    }
  }

  @Test func wordsAreShownInOneLineAndCutWhereTheyAreLong() {
    #expect(ChartWord.shown("") == "—" && ChartWord.shown("\t ") == "␣")
    #expect(ChartWord.shown("a\nb") == "a b")
    // What turns the direction of a whole line is left out, what parts letters stays.
    #expect(ChartWord.shown("\u{202e}ab") == "ab" && ChartWord.shown("کتاب\u{200c}ها") == "کتاب\u{200c}ها")
    #expect(ChartWord.shown(String(repeating: "ä", count: 60)) == String(repeating: "ä", count: 23) + "…")
    #expect(ChartWord.shown(String(repeating: "字", count: 24)).count == 24)
  }

  @Test func theSameWeightsGiveTheSameText() {
    #expect(Self.chart.svg() == Self.chart.svg())
  }
}
