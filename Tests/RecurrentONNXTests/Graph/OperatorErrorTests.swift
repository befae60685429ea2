import RecurrentTensor
import Testing

@testable import RecurrentONNX

/// What nodes refuse, when a graph is loaded and when it runs.
@Suite struct OperatorErrorTests {
  private func node(
    _ name: String, inputs: Int = 1, _ attributes: [ONNXAttributeProto] = [], opset: Int = 17
  ) -> GraphMaker {
    var maker = GraphMaker(opset: opset)
    let names = (0..<inputs).map { "x\($0)" }
    for name in names { maker.input(name) }
    maker.node(name, names, ["y"], attributes)
    maker.output("y")
    return maker
  }

  private func integers(_ maker: GraphMaker, _ positions: Int...) -> GraphMaker {
    var copy = maker
    for position in positions {
      copy.model.graph.input[position].type.tensorType.elemType = Int32(ONNXElementType.int64.dataType.rawValue)
    }
    return copy
  }

  /// What running the node says; empty if it gives a result.
  private func problem(_ maker: GraphMaker, _ values: ONNXValue...) throws -> String {
    let inputs = Dictionary(uniqueKeysWithValues: values.enumerated().map { ("x\($0)", $1) })
    let graph = try maker.graph()
    do throws(ONNXError) {
      _ = try graph(inputs)
      return ""
    } catch {
      return error.description
    }
  }

  private func real(_ sizes: Int...) -> ONNXValue { .tensor(Tensor(repeating: 1, shape: Shape(sizes))) }
  private func list(_ values: Int...) -> ONNXValue { .integers(ONNXIntegers(values)) }

  @Test func unknownOperatorsAreRefusedWithTheListOfKnownOnes() {
    let text = node("Gem").problem()
    #expect(
      text.hasPrefix("test.onnx: node 0 (Gem): there is no operator Gem here; did you mean 'Gemm'?; there are Abs, Add")
    )
    #expect(node("Resize").problem().contains("LSTM"))
  }

  @Test func operatorsBelongToOperatorSets() {
    #expect(node("LayerNormalization", inputs: 2, opset: 16).problem().contains("not in operator set 16"))
    #expect(node("LayerNormalization", inputs: 2, opset: 17).problem() == "")
    #expect(node("Clip", inputs: 2, opset: 10).problem().contains("one input before operator set 11"))
    #expect(node("Squeeze", inputs: 2, opset: 12).problem().contains("before operator set 13"))
    #expect(node("Slice", inputs: 3, opset: 9).problem().contains("attributes before operator set 10"))
    #expect(node("Slice", opset: 10).problem().contains("inputs from operator set 10 on"))
    #expect(node("ReduceMean", inputs: 2, opset: 17).problem().contains("before operator set 18"))
  }

  @Test func attributesAreKnownAndRight() {
    #expect(
      node("Relu", [ONNXAttributeProto("alpha", Float(1))]).problem().contains("attribute 'alpha' is unknown to Relu"))
    #expect(
      node("Elu", [ONNXAttributeProto("alpha", 1)]).problem().contains("attribute 'alpha' is of type int, not float"))
    #expect(node("Elu", [ONNXAttributeProto("alpha", Float.nan)]).problem().contains("not a finite number"))
    #expect(node("Concat").problem().contains("'axis' is missing"))
    #expect(node("Cast", [ONNXAttributeProto("to", 8)]).problem().contains("elements of type string"))
    #expect(node("Cast", [ONNXAttributeProto("to", 10)]).problem().contains("rounding to float16"))
    #expect(node("Gemm", inputs: 2, [ONNXAttributeProto("transA", 2)]).problem().contains("is 2, not 0 or 1"))
    #expect(node("MaxPool").problem().contains("'kernel_shape' is missing"))
    #expect(node("MaxPool", [ONNXAttributeProto("kernel_shape", [2, 2])]).problem().contains("over one axis only"))
    #expect(node("MaxPool", [ONNXAttributeProto("kernel_shape", [0])]).problem().contains("'kernel_shape' is [0]"))
    #expect(
      node("MaxPool", [ONNXAttributeProto("kernel_shape", [2]), ONNXAttributeProto("pads", [-1, 0])]).problem()
        .contains(
          "'pads' is [-1, 0]"))
    #expect(
      node("Conv", inputs: 2, [ONNXAttributeProto("auto_pad", "SAME")]).problem().contains("known are NOTSET, VALID"))
    #expect(node("Conv", inputs: 2, [ONNXAttributeProto("group", 0)]).problem().contains("'group' is 0"))
    #expect(node("Add").problem().contains("Add has 2 inputs, not 1"))
  }

  @Test func shapesThatDoNotFitAreErrors() throws {
    #expect(try problem(node("Add", inputs: 2), real(2, 3), real(2)).contains("[2, 3] and [2] do not fit together"))
    #expect(try problem(node("MatMul", inputs: 2), real(2, 3), real(2, 3)).contains("inner sizes 3"))
    #expect(try problem(node("MatMul", inputs: 2), real(2, 2, 3), real(3, 3, 2)).contains("do not fit together"))
    #expect(try problem(node("MatMul", inputs: 2), real(), real(2)).contains("single number"))
    #expect(try problem(node("Gemm", inputs: 2), real(2, 3), real(4, 3)).contains("inner sizes"))
    #expect(try problem(node("Gemm", inputs: 3), real(2, 3), real(3, 4), real(3)).contains("do not fit together"))
    #expect(try problem(node("Gemm", inputs: 2), real(2), real(3, 4)).contains("where [M, K] is wanted"))
    #expect(try problem(node("Conv", inputs: 2), real(1, 2, 5), real(3, 3, 2)).contains("the channels differ"))
    #expect(
      try problem(node("Conv", inputs: 2), real(1, 2, 1), real(3, 2, 2)).contains(
        "a window of 2 steps where there are 1"))
    #expect(try problem(node("Conv", inputs: 2), real(1, 2, 5, 5), real(3, 2, 2, 2)).contains("one axis only"))
    #expect(try problem(node("Softmax", [ONNXAttributeProto("axis", 2)]), real(2, 2)).contains("axis 2 does not exist"))
    #expect(
      try problem(node("Transpose", [ONNXAttributeProto("perm", [0, 0])]), real(2, 2)).contains("'perm' is [0, 0]"))
    #expect(
      try problem(node("Concat", inputs: 2, [ONNXAttributeProto("axis", 0)]), real(2, 2), real(2, 3)).contains(
        "behind each other"))
    #expect(try problem(node("GlobalMaxPool"), real(2, 2)).contains("where [N, C, …] is wanted"))
    #expect(try problem(node("LayerNormalization", inputs: 2), real(2, 3), real(2)).contains("do not fit together"))
    #expect(
      try problem(node("BatchNormalization", inputs: 5), real(2, 3), real(3), real(3), real(3), real(2)).contains(
        "'x4'"))
    #expect(
      try problem(node("ReduceMax", [ONNXAttributeProto("axes", [0, -2])]), real(2, 2)).contains("an axis stands twice")
    )
  }

  @Test func placesAndSizesAreChecked() throws {
    let gather = integers(node("Gather", inputs: 2), 1)
    #expect(try problem(gather, real(3, 2), list(0, 3)).contains("has the index 3 for an axis of size 3"))
    #expect(try problem(gather, real(3, 2), list(-4)).contains("the index -4"))
    #expect(try problem(gather, real(3, 2), list(-3)) == "")
    let reshape = integers(node("Reshape", inputs: 2), 1)
    #expect(try problem(reshape, real(2, 3), list(4, 2)).contains("no shape [4, 2]"))
    #expect(try problem(reshape, real(2, 3), list(-1, 4)).contains("no shape [-1, 4]"))
    #expect(try problem(reshape, real(2, 3), list(-1, -1)).contains("size -1"))
    #expect(try problem(reshape, real(2, 3), list(2, 3, 0)).contains("keeps axis 2"))
    #expect(try problem(reshape, real(2, 3), list(.max, .max)).contains("size 9223372036854775807"))
    #expect(try problem(reshape, real(1), list(1, 1, 1, 1, 1, 1, 1)).contains("7 axes"))
    #expect(try problem(integers(node("Expand", inputs: 2), 1), real(1), list(1 << 20, 1 << 20)).contains("more than"))
    #expect(try problem(integers(node("ConstantOfShape"), 0), list(1 << 27, 4)).contains("more than"))
    #expect(try problem(integers(node("ConstantOfShape"), 0), list(-1)).contains("size -1"))
    let slice = integers(node("Slice", inputs: 5), 1, 2, 3, 4)
    #expect(try problem(slice, real(4), list(0), list(4), list(0), list(0)).contains("a step of 0"))
    #expect(try problem(slice, real(4), list(0), list(4), list(1), list(1)).contains("axis 1 does not exist"))
    #expect(try problem(slice, real(4), list(0, 0), list(4), list(0), list(1)).contains("2 starts, 1 ends"))
    for extreme in [Int.min, .max] {
      #expect(try problem(slice, real(4), list(extreme), list(Int.max), list(0), list(extreme)) == "")
      #expect(try problem(slice, real(4), list(extreme), list(Int.min), list(0), list(extreme)) == "")
    }
    #expect(try problem(integers(node("Split", inputs: 2), 1), real(4), list(3)).contains("parts of the sizes [3]"))
    #expect(try problem(integers(node("Squeeze", inputs: 2), 1), real(2, 1), list(0)).contains("not all of size 1"))
    #expect(
      try problem(integers(node("Unsqueeze", inputs: 2), 1), real(2), list(0, 0)).contains("an axis stands twice"))
  }

  @Test func numbersAndIntegersAreNotMixed() throws {
    #expect(try problem(integers(node("Add", inputs: 2), 1), real(1), list(1)).contains("elements of different types"))
    #expect(try problem(integers(node("Sqrt"), 0), list(1)).contains("real numbers are wanted"))
    #expect(try problem(node("Gather", inputs: 2), real(1), real(1)).contains("integers are wanted"))
    let divide = integers(node("Div", inputs: 2), 0, 1)
    #expect(try problem(divide, list(1), list(0)).contains("no result in 64 bits"))
    #expect(try problem(divide, list(.min), list(-1)).contains("no result in 64 bits"))
    #expect(try problem(integers(node("Neg"), 0), list(.min)).contains("no result in 64 bits"))
    let cast = node("Cast", [ONNXAttributeProto("to", 6)])
    #expect(try problem(cast, .tensor(Tensor([3e9]))).contains("which is no int32"))
    #expect(try problem(cast, .tensor(Tensor([.nan]))).contains("which is no int32"))
  }

  @Test func recurrentNodesSayWhatTheyDoNotRun() {
    func lstm(_ attributes: ONNXAttributeProto...) -> String { GraphMaker.lstmWithHead(attributes).problem() }
    let three = ["Sigmoid", "Tanh", "Tanh"]
    #expect(lstm(ONNXAttributeProto("activations", ["Tanh"])).contains("1 activations where 3 are wanted"))
    #expect(lstm(ONNXAttributeProto("activations", ["Sigmoid", "Tanh", "Sin"])).contains("no activation 'Sin'"))
    #expect(
      lstm(ONNXAttributeProto("activations", three), ONNXAttributeProto("activation_alpha", [Float(1)])).contains(
        "more numbers than the activations take"))
    #expect(lstm(ONNXAttributeProto("activation_alpha", [Float(1)])).contains("no activations that take them"))
    #expect(
      lstm(
        ONNXAttributeProto("activations", ["Elu", "Tanh", "Tanh"]), ONNXAttributeProto("activation_alpha", [Float(-1)])
      )
      .contains("negative constant"))
    #expect(lstm(ONNXAttributeProto("clip", Float(0))).contains("a limit is above 0"))
    #expect(lstm(ONNXAttributeProto("direction", "sideways")).contains("known are forward, reverse, bidirectional"))
    #expect(lstm(ONNXAttributeProto("linear_before_reset", 1)).contains("unknown to LSTM"))
    #expect(lstm(ONNXAttributeProto("layout", 2)).contains("is 2, not 0 or 1"))
  }
}
