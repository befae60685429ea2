import RecurrentLayers
@testable import RecurrentONNX
import RecurrentTensor
import RecurrentTestSupport
import SwiftProtobuf
import Testing

/// A graph that is made by hand: a recurrent layer of two units over three features, and what a test puts behind it.
private struct HandMadeGraph {
  var graph = GraphWriter(name: "graph")
  let input: String

  init() {
    input = graph.input("x", .float, [.named("time"), .named("batch"), .fixed(3)])
  }

  mutating func weight(_ name: String, _ shape: Shape) -> String {
    graph.weight(name, Tensor(uniform: shape, from: -1, key: RandomKey(seed: 1)))
  }

  /// The outputs Y and Y_h of an RNN node.
  mutating func recurrent(
    directions: Int = 1, inputs: [String] = [], bias: Shape? = nil, _ attributes: [ONNXAttributeProto] = []
  ) -> (y: String, hidden: String) {
    let w = weight("w", [directions, 2, 3])
    let r = weight("r", [directions, 2, 2])
    let b = bias.map { weight("b", $0) } ?? ""
    let (y, hidden) = (graph.unused("Y"), graph.unused("Y_h"))
    let direction = ONNXAttributeProto.string("direction", directions == 2 ? "bidirectional" : "forward")
    graph.add(
      "RNN", [input, w, r, b] + inputs, outputs: [y, hidden], named: "rnn", attributes + [direction])
    return (y, hidden)
  }

  mutating func squeezed(_ y: String) -> String { graph.node("Squeeze", [y, graph.list([1])], at: "squeeze") }

  /// What the recogniser says to the graph.
  mutating func problem(output: String) throws -> String? {
    graph.output(output, [.named("a"), .named("b"), .named("c")])
    var model = ONNXModelProto()
    model.irVersion = 8
    var operators = ONNXOperatorSetIdProto()
    operators.version = 17
    model.opsetImport = [operators]
    model.graph = graph.graph
    let file = try ONNXModel(bytes: model.serializedBytes())
    do throws(ONNXError) {
      _ = try ONNXNetwork(file)
      return nil
    } catch {
      return error.description
    }
  }
}

@Suite struct RefusedGraphTests {
  private func expect(
    _ words: String, at place: String, location: SourceLocation = #_sourceLocation,
    _ make: (inout HandMadeGraph) -> String
  ) throws {
    var graph = HandMadeGraph()
    let output = make(&graph)
    let problem = try graph.problem(output: output) ?? "recognised"
    #expect(problem.contains(words) && problem.contains(place), "\(problem)", sourceLocation: location)
  }

  @Test func aPlainLayerIsRecognised() throws {
    var graph = HandMadeGraph()
    let y = graph.recurrent()
    #expect(try graph.problem(output: graph.squeezed(y.y)) == nil)
  }

  @Test func branches() throws {
    try expect("joins two values", at: "add/Add") { graph in
      let y = graph.squeezed(graph.recurrent().y)
      let a = graph.graph.node("Tanh", [y], at: "first")
      return graph.graph.node("Add", [a, y], at: "add")
    }
    try expect("an earlier layer", at: "second/Relu") { graph in
      let y = graph.squeezed(graph.recurrent().y)
      _ = graph.graph.node("Tanh", [y], at: "first")
      return graph.graph.node("Relu", [y], at: "second")
    }
  }

  @Test func operatorsThatAreNoLayer() throws {
    try expect("no layer of this operator", at: "sine/Sin") { graph in
      let y = graph.squeezed(graph.recurrent().y)
      return graph.graph.node("Sin", [y], at: "sine")
    }
  }

  @Test func directionsThatAreNotMerged() throws {
    try expect("not merged", at: "output") { $0.recurrent(directions: 2).y }
    try expect("not merged", at: "tanh/Tanh") { graph in
      let y = graph.recurrent(directions: 2).y
      return graph.graph.node("Tanh", [y], at: "tanh")
    }
    try expect("largest of two directions", at: "max/ReduceMax") { graph in
      let y = graph.recurrent(directions: 2).y
      return graph.graph.node("ReduceMax", [y], at: "max", [.integers("axes", [1]), .integer("keepdims", 0)])
    }
  }

  @Test func functionsThatDiffer() throws {
    try expect("other functions in one direction", at: "rnn") { graph in
      graph.recurrent(directions: 2, [.strings("activations", ["Tanh", "Relu"])]).y
    }
    try expect("which no RNN here does", at: "rnn") { $0.recurrent([.float("clip", 1)]).y }
  }

  @Test func firstStatesThatStandInTheFile() throws {
    try expect("neither zeros nor an input", at: "rnn") { graph in
      let state = graph.weight("state", [1, 2, 2])
      return graph.squeezed(graph.recurrent(inputs: ["", state]).y)
    }
    var graph = HandMadeGraph()
    let zeros = graph.graph.weight("state", Tensor(zeros: [1, 2, 2]))
    let y = graph.recurrent(inputs: ["", zeros]).y
    #expect(try graph.problem(output: graph.squeezed(y)) == nil)
  }

  @Test func lengthsThatOnlySomeNodesFollow() throws {
    try expect("takes all rows for whole", at: "last/Gather") { graph in
      let lengths = graph.graph.input("lengths", .int32, [.named("batch")])
      let y = graph.squeezed(graph.recurrent(inputs: [lengths]).y)
      let last = graph.graph.integer(-1, named: "minus_one")
      return graph.graph.node("Gather", [y, last], at: "last", [.integer("axis", 0)])
    }
  }

  @Test func stepsOtherThanTheLast() throws {
    try expect("other than the last", at: "first/Gather") { graph in
      let y = graph.squeezed(graph.recurrent().y)
      let first = graph.graph.integer(0, named: "zero")
      return graph.graph.node("Gather", [y, first], at: "first", [.integer("axis", 0)])
    }
  }

  @Test func statesOfOtherLayers() throws {
    try expect("other states than the hidden ones", at: "map/Gemm") { graph in
      let hidden = graph.recurrent(directions: 2).hidden
      let first = graph.graph.integer(0, named: "zero")
      let one = graph.graph.node("Gather", [hidden, first], at: "first", [.integer("axis", 0)])
      return graph.graph.node("Gemm", [one, graph.weight("m", [2, 5])], at: "map")
    }
  }

  @Test func weightsOfOtherShapes() throws {
    try expect("has the shape [1, 3] where [1, 4] is wanted", at: "rnn") { $0.recurrent(bias: [1, 3]).y }
    try expect("do not fit together", at: "ONNX data") { graph in
      let y = graph.squeezed(graph.recurrent().y)
      return graph.graph.node("MatMul", [y, graph.weight("m", [5, 2])], at: "map")
    }
  }

  @Test func shapesThatMixAxes() throws {
    try expect("another shape", at: "mix/Reshape") { graph in
      let y = graph.recurrent(directions: 2).y
      // Without the transpose before it, directions would be mixed with rows.
      return graph.graph.node("Reshape", [y, graph.graph.list([0, -1, 4])], at: "mix")
    }
  }

  /// A list of no sizes beside one size.
  @Test func sizesOfNoAxes() throws {
    var graph = HandMadeGraph()
    let y = graph.squeezed(graph.recurrent().y)
    let sizes = graph.graph.node("Shape", [graph.input], at: "sizes")
    let (zero, one) = (graph.graph.list([0]), graph.graph.list([1]))
    let none = graph.graph.node("Slice", [sizes, zero, zero, zero], at: "none")
    let first = graph.graph.node("Slice", [sizes, zero, one, zero], at: "first")
    _ = graph.graph.node("Mul", [none, first], at: "product")
    #expect(try graph.problem(output: y) == nil)
  }

  /// Whatever a file holds, it is recognised or refused.
  @Test(arguments: ["final", "lengths-max", "flatten", "tokens", "lstm-coupled-peepholes-both"])
  func mutants(_ name: String) throws {
    let written = try #require(WrittenCase.all.first { $0.name == name })
    let bytes = try written.network().onnx(written.options).bytes
    var counts = (recognised: 0, refused: 0)
    for mutant in ByteMutations(bytes).mutants(400, seed: 11) {
      do throws(ONNXError) {
        _ = try ONNXNetwork(ONNXModel(bytes: mutant))
        counts.recognised += 1
      } catch {
        #expect(!error.description.contains("\n"))
        counts.refused += 1
      }
    }
    #expect(counts.recognised > 0 && counts.refused > 0)
  }
}
