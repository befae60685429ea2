import Foundation
import Testing

@testable import RecurrentFormats

@Suite struct ConfusionMatrixChartTests {
  private static let chart = ConfusionMatrixChart(
    title: "A <title>", subtitle: "3 examples", classes: ["yes", "no & more"], counts: [[2, 1], [0, 0]])

  @Test func isWellFormedXMLWithOneSquareForEachPair() throws {
    let tree = try #require(XMLTree.parse(Self.chart.svg()))
    let rectangles = tree.all("rect")
    #expect(rectangles.count == 1 + 4)
    let texts = tree.labels
    for wanted in ["A <title>", "3 examples", "yes", "no & more", "predicted", "true", "2", "67 %", "1", "33 %"] {
      #expect(texts.contains(wanted), "\(wanted)")
    }
    // Counts of nothing are not written.
    #expect(!texts.contains("0"))
  }

  @Test func rightAnswersAreBlueAndWrongOnesVermilion() throws {
    let fills = try #require(XMLTree.parse(Self.chart.svg())).all("rect").dropFirst().compactMap {
      $0.attributes["fill"]
    }
    #expect(fills.count == 4)
    func parts(_ color: String) -> [Int] {
      stride(from: 1, to: 7, by: 2).map { Int(color.dropFirst($0).prefix(2), radix: 16) ?? -1 }
    }
    let (right, wrong) = (parts(fills[0]), parts(fills[1]))
    #expect(right[2] > right[0])
    #expect(wrong[0] > wrong[2])
    #expect(fills[2] == fills[3])
  }

  /// However many classes and however long their names, everything lies inside the drawing.
  @Test(arguments: [1, 2, 12, 40, 100]) func everythingLiesInside(count: Int) throws {
    let classes = (0..<count).map { "class number \($0) with a very long name that has to be cut" }
    let counts = (0..<count).map { row in (0..<count).map { ($0 * row) % 7 * 1_000_000 } }
    let tree = try #require(
      XMLTree.parse(ConfusionMatrixChart(title: "T", classes: classes, counts: counts).svg()))
    let (width, height) = (tree.number("width"), tree.number("height"))
    for rectangle in tree.all("rect") {
      #expect(rectangle.number("x") >= 0 && rectangle.number("x") + rectangle.number("width") <= width)
      #expect(rectangle.number("y") >= 0 && rectangle.number("y") + rectangle.number("height") <= height)
    }
    for text in tree.all("text") {
      #expect(text.number("x") >= 0 && text.number("y") >= 0)
    }
  }

  @Test func theSameMatrixGivesTheSameText() {
    #expect(Self.chart.svg() == Self.chart.svg())
  }
}
