import Testing

@testable import RecurrentFormats

@Suite struct SVGCanvasTests {
  @Test(arguments: [
    (0.0, "0"), (-0.0, "0"), (1, "1"), (1.5, "1.5"), (1.25, "1.25"), (1.05, "1.05"), (-2.5, "-2.5"), (-0.004, "0"),
    (-0.25, "-0.25"), (1.999, "2"), (123.456, "123.46"), (.nan, "0"), (.infinity, "0"), (1e300, "1000000000"),
  ])
  func coordinates(_ value: Double, _ text: String) {
    #expect(SVGCanvas.number(value) == text)
  }

  @Test func escapesAllThatXMLCannotHold() throws {
    let text = "a<b>&\"c\"' \u{0}\u{8}\u{1b}\u{ffff}\n]]> é水"
    #expect(SVGCanvas.escaped(text) == "a&lt;b&gt;&amp;&quot;c&quot;' \u{fffd}\u{fffd}\u{fffd}\u{fffd} ]]&gt; é水")
    var canvas = SVGCanvas(width: 10, height: 20)
    canvas.text(text, x: 1, y: 2, size: 3)
    canvas.add("path", [("d", text)])
    let root = try #require(XMLTree.parse(canvas.svg(title: text, description: text)))
    #expect(root.labels == ["a<b>&\"c\"' \u{fffd}\u{fffd}\u{fffd}\u{fffd} ]]> é水"])
    #expect(root.all("path").first?.attributes["d"] == root.labels.first)
    #expect(root.all("title").first?.text == root.labels.first)
  }

  @Test func groupsHoldWhatIsAddedUntilTheyAreClosed() throws {
    var canvas = SVGCanvas(width: 10, height: 20)
    canvas.open("g", [("id", "a")])
    canvas.open("g", [("id", "b")])
    canvas.rectangle(x: 0, y: 1, width: 2, height: 3, fill: "red")
    canvas.close()
    canvas.line(from: (0, 0), to: (1, 1), stroke: "blue", width: 2, dash: "1 2")
    canvas.close()
    canvas.close()
    let root = try #require(XMLTree.parse(canvas.svg(title: "t", description: "d")))
    #expect(root.attributes["viewBox"] == "0 0 10 20")
    let outer = try #require(root.children.last)
    #expect(outer.children.map(\.name) == ["g", "line"])
    #expect(outer.children.first?.children.map(\.name) == ["rect"])
    #expect(outer.children.last?.attributes["stroke-dasharray"] == "1 2")
  }
}
