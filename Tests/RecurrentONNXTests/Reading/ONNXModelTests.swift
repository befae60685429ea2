import RecurrentFormats
import RecurrentTensor
import Testing

@testable import RecurrentONNX

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What the reader takes, and what it refuses.
@Suite struct ONNXModelTests {
  private static func sample() -> GraphMaker {
    var maker = GraphMaker()
    maker.input("x", [2])
    maker.initializer("w", Tensor([3, 5]))
    maker.node("Mul", ["x", "w"], ["y"])
    maker.output("y")
    return maker
  }

  /// What a changed sample is refused with; empty if it is not.
  private func problem(_ change: (inout ONNXModelProto) -> Void) -> String {
    var maker = Self.sample()
    change(&maker.model)
    return maker.problem()
  }

  @Test func readsTheSample() throws {
    let model = try Self.sample().read()
    #expect(model.opset == 17 && model.version == 8 && model.name == "test")
    #expect(model.inputs == [ONNXValueInfo(name: "x", elementType: .float, dimensions: [.fixed(2)])])
    #expect(model.outputs.map(\.name) == ["y"] && model.outputs[0].dimensions == nil)
    #expect(problem { _ in } == "")
  }

  @Test func namesTheFile() {
    #expect(throws: FileError.self) { try ONNXModel(path: "/nowhere/model.onnx") }
    #expect(throws: ONNXError(path: "a.onnx", place: nil, problem: "the file is empty")) {
      try ONNXModel(bytes: [], path: "a.onnx")
    }
  }

  @Test func refusesOtherVersions() {
    #expect(problem { $0.irVersion = 2 }.contains("ir_version: is 2; this library reads 3 to 14"))
    #expect(problem { $0.irVersion = .max }.contains("ir_version"))
    #expect(problem { $0.opsetImport = [] }.contains("does not say which operators"))
    #expect(problem { $0.opsetImport[0].version = 6 }.contains("operator set 6; this library reads 7 to 27"))
    #expect(problem { $0.opsetImport[0].version = 28 }.contains("operator set 28"))
    #expect(problem { $0.opsetImport[0].version = .min }.contains("operator set -9223372036854775808"))
    #expect(problem { $0.opsetImport.append($0.opsetImport[0]) }.contains("stands twice"))
    #expect(
      problem { model in
        model.opsetImport.append(model.opsetImport[0])
        model.opsetImport[1].domain = "ai.onnx"
      }.contains("stands twice"))
  }

  @Test func otherOperatorSetsMayBeNamedButNotUsed() {
    func other(_ model: inout ONNXModelProto) {
      model.opsetImport.append(model.opsetImport[0])
      model.opsetImport[1].domain = "com.microsoft"
    }
    #expect(problem(other) == "")
    #expect(problem { $0.graph.node[0].domain = "com.microsoft" }.contains("of the domain 'com.microsoft'"))
    #expect(problem { $0.graph.node[0].domain = "ai.onnx" } == "")
    #expect(problem { $0.graph.node[0].overload = "x" }.contains("only ONNX's own operators"))
  }

  @Test func refusesWhatIsNotRead() {
    #expect(problem { $0.functions = [.init()] }.contains("there are 1 functions"))
    #expect(problem { $0.trainingInfo = [.init()] }.contains("graphs for training"))
    #expect(problem { $0.graph.sparseInitializer = [.init()] }.contains("sparse tensors are not supported"))
    #expect(problem { $0.clearGraph() }.contains("has no graph"))
    for type in [ONNXAttributeProto.AttributeType.graph, .graphs] {
      let text = problem { model in
        model.graph.node[0].opType = "Loop"
        var body = ONNXAttributeProto("body", 0)
        body.type = type
        model.graph.node[0].attribute = [body]
      }
      #expect(text.contains("node 0 (Loop): has a subgraph; If, Loop and Scan are not supported"))
    }
    for type in [ONNXAttributeProto.AttributeType.sparseTensor, .typeProto, .tensors, .undefined, .UNRECOGNIZED(99)] {
      let text = problem { model in
        var other = ONNXAttributeProto("other", 0)
        other.type = type
        model.graph.node[0].attribute = [other]
      }
      #expect(text.contains("attribute 'other' is of type"))
    }
  }

  @Test func namesAreWrittenOnceAndBeforeTheyAreRead() {
    #expect(problem { $0.graph.node[0].input[0] = "z" }.contains("node 0 (Mul): input 'z' is no input or initializer"))
    #expect(problem { $0.graph.node[0].output[0] = "x" }.contains("output 'x' has the name of something else"))
    #expect(problem { $0.graph.node[0].output[0] = "w" }.contains("output 'w' has the name of something else"))
    #expect(problem { $0.graph.node.append($0.graph.node[0]) }.contains("node 1 (Mul): output 'y' has the name"))
    #expect(
      problem { $0.graph.initializer.append($0.graph.initializer[0]) }.contains(
        "initializer 'w': the name stands twice"))
    #expect(problem { $0.graph.input.append($0.graph.input[0]) }.contains("input 'x': the name stands twice"))
    #expect(problem { $0.graph.output.append($0.graph.output[0]) }.contains("output 'y': the name stands twice"))
    #expect(problem { $0.graph.output[0].name = "z" }.contains("nothing of this name is computed"))
    #expect(problem { $0.graph.output = [] }.contains("graph: has no outputs"))
    #expect(problem { $0.graph.node[0].output = [] }.contains("has no outputs"))
    #expect(problem { $0.graph.node[0].output = [""] }.contains("has no outputs"))
    #expect(problem { $0.graph.node[0].opType = "" }.contains("has no operator"))
    #expect(problem { $0.graph.initializer[0].name = "" }.contains("initializer 0: has no name"))
    #expect(problem { $0.graph.input[0].name = "" }.contains("input 0: has no name"))
    #expect(
      problem { $0.graph.node[0].attribute = [.init("a", 1), .init("a", 1)] }.contains("attribute 'a' stands twice"))
    #expect(
      problem { model in
        var entry = ONNXStringStringEntryProto()
        entry.key = "k"
        model.metadataProps = [entry, entry]
      }.contains("the key 'k' stands twice"))
    let later = problem { model in
      var node = model.graph.node[0]
      (node.input, node.output) = (["x", "y"], ["v"])
      model.graph.node.insert(node, at: 0)
    }
    #expect(later.contains("no output of a node before this one"))
  }

  @Test func inputsAreTensors() {
    #expect(problem { $0.graph.input[0].clearType() }.contains("input 'x': is no tensor"))
    #expect(problem { $0.graph.input[0].type.value = .sequenceType(.init()) }.contains("is no tensor"))
    #expect(problem { $0.graph.input[0].type.tensorType.elemType = 8 }.contains("elements of type string"))
    #expect(problem { $0.graph.input[0].type.tensorType.elemType = 77 }.contains("elements of type"))
    #expect(problem { $0.graph.input[0].type.tensorType.shape.dim[0].dimValue = -2 }.contains("an axis of size -2"))
    #expect(problem { $0.graph.input[0].type.tensorType.shape.dim[0].dimValue = .max }.contains("an axis of size"))
    #expect(
      problem { $0.graph.input[0].type.tensorType.shape.dim = Array(repeating: .init(), count: 7) }.contains("7 axes"))
  }

  @Test func textInMessagesIsPrintable() {
    let text = problem { $0.graph.node[0].input[0] = "a\u{1b}[2J\n" }
    #expect(text.contains("'a\\u{1b}[2J\\u{a}'") && !text.contains("\n"))
  }
}
