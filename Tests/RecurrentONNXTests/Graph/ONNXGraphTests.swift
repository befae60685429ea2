import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import RecurrentTraining
import Testing

@testable import RecurrentONNX

@Suite struct ONNXGraphTests {
  private static let x = Tensor(normal: [5, 2, 3], key: RandomKey(seed: 1))

  private func output(_ graph: ONNXGraph, _ x: Tensor = x) throws -> Tensor {
    try #require(try graph(["x": .tensor(x)])["y"]?.tensor)
  }

  // MARK: A module like any other

  @Test func visitsAllItsNumbers() throws {
    let graph = try GraphMaker.lstmWithHead().graph()
    #expect(checkModule(graph) == [])
    #expect(graph.parameterNames == ["W", "R", "B", "head", "shift"])
    #expect(graph.tensors.map(\.path).first == "initializers.0.value")
    #expect(graph.parameterCount == 16 * 3 + 16 * 4 + 32 + 8 + 2)
  }

  @Test func runningStatisticsAndSettingsAreNotTrained() throws {
    var maker = GraphMaker()
    maker.input("x", [2, 3, 4])
    for (name, value) in [("scale", 2), ("shift", 1), ("mean", 0.5), ("variance", 4)] as [(String, Float)] {
      maker.initializer(name, Tensor(repeating: value, shape: [3]))
    }
    maker.initializer("low", Tensor(-1))
    maker.node("BatchNormalization", ["x", "scale", "shift", "mean", "variance"], ["n"])
    maker.node("Clip", ["n", "low"], ["y"])
    maker.output("y")
    let graph = try maker.graph()
    #expect(graph.parameterNames == ["scale", "shift"])
    #expect(graph.statisticNames == ["mean", "variance"])
    #expect(checkModule(graph) == [])
    let y = try output(graph, Tensor(repeating: 1, shape: [2, 3, 4]))
    #expect(abs(y.scalars[0] - (0.5 / Float(4.00001).squareRoot() * 2 + 1)) < 1e-6)
  }

  @Test func gradientsAreSlopes() throws {
    let x = Self.x.converted(to: .float64)
    let options: [(name: String, maker: GraphMaker)] = [
      ("plain", .lstmWithHead()),
      ("reverse", .lstmWithHead([ONNXAttributeProto("direction", "reverse")])),
      (
        "all options",
        .lstmWithHead(
          [
            ONNXAttributeProto("input_forget", 1), ONNXAttributeProto("clip", Float(0.9)),
            ONNXAttributeProto("activations", ["Sigmoid", "Softsign", "ScaledTanh"]),
            ONNXAttributeProto("activation_alpha", [Float(1.2)]), ONNXAttributeProto("activation_beta", [Float(0.8)]),
          ], peepholes: true)
      ),
    ]
    for (name, maker) in options {
      let graph = try maker.graph()
      let check = checkGradient(of: graph) { graph in
        (try? output(graph, x))?.weighedSum() ?? Tensor(0)
      }
      #expect(check.agrees, "\(name): \(check)")
      #expect(check.count == graph.parameterCount)
    }
  }

  @Test func trainsFurther() throws {
    var graph = try GraphMaker.lstmWithHead().graph()
    let targets = Tensor([0.5, -0.5, 0.25, 1], shape: [2, 2])
    var optimizer = Adam(learningRate: 0.02)
    let scope = GradientScope()
    var losses: [Float] = []
    for _ in 0..<30 {
      let loss = try scope.evaluate(at: &graph) { graph in meanSquaredError(try output(graph), targets) }
      losses.append(loss)
      optimizer.update(&graph, with: scope.gradients)
    }
    #expect(losses[29] < losses[0] / 10, "\(losses)")
    #expect(zip(losses, losses.dropFirst()).allSatisfy { $0 > $1 } || losses[29] < 0.01)
  }

  @Test func runsAgainWithNewWeights() throws {
    // Arranged weights are kept between calls: a change must be seen.
    var graph = try GraphMaker.lstmWithHead().graph()
    let first = try output(graph)
    #expect(try output(graph).scalars == first.scalars)
    graph["R"]?.value = Tensor(zeros: [1, 16, 4])
    let second = try output(graph)
    #expect(second.scalars != first.scalars)
    var fresh = try GraphMaker.lstmWithHead().graph()
    fresh["R"]?.value = Tensor(zeros: [1, 16, 4])
    #expect(try output(fresh).scalars == second.scalars)
  }

  @Test func sharedWeightsGatherAllGradients() throws {
    var maker = GraphMaker()
    maker.input("x", [2])
    maker.initializer("w", Tensor([3, 5]))
    maker.node("Mul", ["x", "w"], ["once"])
    maker.node("Mul", ["once", "w"], ["y"])
    maker.output("y")
    var graph = try maker.graph()
    let scope = GradientScope()
    _ = try scope.evaluate(at: &graph) { graph in try output(graph, Tensor([1, 2])).sum() }
    #expect(scope.gradients[0].scalars == [6, 20])
  }

  // MARK: Data

  private func problem(_ graph: ONNXGraph, _ inputs: [String: ONNXValue]) -> String {
    do throws(ONNXError) {
      _ = try graph(inputs)
      return ""
    } catch {
      return error.description
    }
  }

  @Test func refusesWhatItWasNotMadeFor() throws {
    let graph = try GraphMaker.lstmWithHead().graph()
    #expect(problem(graph, [:]).hasPrefix("test.onnx: input 'x': is missing"))
    #expect(problem(graph, ["X": .tensor(Self.x)]).contains("has no input 'X'; did you mean 'x'?"))
    #expect(problem(graph, ["x": .tensor(Tensor(zeros: [5, 2]))]).contains("shape [5, 2] where [5, 2, 3] is wanted"))
    #expect(problem(graph, ["x": .integers(ONNXIntegers([1]))]).contains("wants elements of type float"))
  }

  @Test func namedAxesHaveOneSize() throws {
    var maker = GraphMaker()
    maker.input("a", [-1, 2])
    maker.input("b", [-1, 2])
    maker.node("Add", ["a", "b"], ["y"])
    maker.output("y")
    let graph = try maker.graph()
    let (three, one) = (ONNXValue.tensor(Tensor(zeros: [3, 2])), ONNXValue.tensor(Tensor(zeros: [1, 2])))
    #expect(problem(graph, ["a": three, "b": three]) == "")
    #expect(problem(graph, ["a": three, "b": one]).contains("'a1' is 3 in input 'a'"))
  }

  @Test func wrongShapesNameTheNode() throws {
    var maker = GraphMaker.lstmWithHead()
    maker.model.graph.input = []
    maker.input("x")
    maker.input("lengths", type: .int32)
    maker.model.graph.node[0].input += ["lengths"]
    maker.model.graph.node[0].name = "encoder"
    let graph = try maker.graph()
    func lengths(_ values: Int...) -> ONNXValue { .integers(ONNXIntegers(values, kind: .int32)) }
    let x = ONNXValue.tensor(Self.x)
    let place = "test.onnx: node 'encoder' (LSTM): "
    #expect(problem(graph, ["x": x, "lengths": lengths(5, 0)]) == "")
    #expect(problem(graph, ["x": x, "lengths": lengths(5, 6)]).hasPrefix(place + "input 'lengths' has the length 6"))
    #expect(problem(graph, ["x": x, "lengths": lengths(5, -1)]).hasPrefix(place + "input 'lengths' has the length -1"))
    #expect(problem(graph, ["x": x, "lengths": lengths(5)]).contains("1 lengths for 2 rows"))
    let wide = ONNXValue.tensor(Tensor(zeros: [5, 2, 4]))
    #expect(problem(graph, ["x": wide, "lengths": lengths(5, 5)]).contains("input 'W' has the shape [1, 16, 3]"))
    let flat = ONNXValue.tensor(Tensor(zeros: [5, 2]))
    #expect(problem(graph, ["x": flat, "lengths": lengths(5, 5)]).contains("where [T, N, I] is wanted"))
    let none = ONNXValue.tensor(Tensor(zeros: [0, 2, 3]))
    #expect(problem(graph, ["x": none, "lengths": lengths(0, 0)]).contains("is empty"))
  }

  @Test func initializersThatAreInputsMayBeReplaced() throws {
    var maker = GraphMaker()
    maker.input("x", [2])
    maker.input("w", [2])
    maker.initializer("w", Tensor([3, 5]))
    maker.node("Mul", ["x", "w"], ["y"])
    maker.output("y")
    let graph = try maker.graph()
    #expect(graph.inputs.map(\.name) == ["x"])
    #expect(try output(graph, Tensor([1, 2])).scalars == [3, 10])
    let replaced = try graph(["x": .tensor(Tensor([1, 2])), "w": .tensor(Tensor([7, 7]))])
    #expect(replaced["y"]?.tensor?.scalars == [7, 14])
  }
}
