import RecurrentTensor
import RecurrentTestSupport

@testable import RecurrentONNX

/// Makes small files for tests, as Python's `onnx.helper` does.
struct GraphMaker {
  var model = ONNXModelProto()

  init(opset: Int = 17) {
    model.irVersion = 8
    model.graph.name = "test"
    var version = ONNXOperatorSetIdProto()
    version.version = Int64(opset)
    model.opsetImport = [version]
  }

  mutating func input(_ name: String, _ dimensions: [Int]? = nil, type: ONNXElementType = .float) {
    model.graph.input.append(GraphMaker.info(name, dimensions, type))
  }

  mutating func output(_ names: String...) {
    model.graph.output += names.map { GraphMaker.info($0, nil, .float) }
  }

  private static func info(_ name: String, _ dimensions: [Int]?, _ type: ONNXElementType) -> ONNXValueInfoProto {
    var info = ONNXValueInfoProto()
    info.name = name
    info.type.tensorType.elemType = Int32(type.dataType.rawValue)
    guard let dimensions else { return info }
    info.type.tensorType.shape.dim = dimensions.map { size in
      var dimension = ONNXTensorShapeProto.Dimension()
      // Below 0 they have names: -1 is "a".
      if size >= 0 { dimension.dimValue = Int64(size) } else { dimension.dimParam = "a\(-size)" }
      return dimension
    }
    return info
  }

  mutating func initializer(_ name: String, _ tensor: Tensor) {
    model.graph.initializer.append(GraphMaker.tensor(name, tensor.shape.dimensions, tensor.scalars))
  }

  mutating func initializer(_ name: String, integers: [Int], shape: [Int]? = nil) {
    var tensor = ONNXTensorProto()
    tensor.name = name
    tensor.dims = (shape ?? [integers.count]).map { Int64($0) }
    tensor.dataType = Int32(ONNXTensorProto.DataType.int64.rawValue)
    tensor.int64Data = integers.map { Int64($0) }
    model.graph.initializer.append(tensor)
  }

  static func tensor(_ name: String, _ dims: [Int], _ values: [Float]) -> ONNXTensorProto {
    var tensor = ONNXTensorProto()
    tensor.name = name
    tensor.dims = dims.map { Int64($0) }
    tensor.dataType = Int32(ONNXTensorProto.DataType.float.rawValue)
    tensor.floatData = values
    return tensor
  }

  mutating func node(
    _ operatorName: String, _ inputs: [String], _ outputs: [String], _ attributes: [ONNXAttributeProto] = []
  ) {
    var node = ONNXNodeProto()
    node.opType = operatorName
    node.input = inputs
    node.output = outputs
    node.attribute = attributes
    model.graph.node.append(node)
  }

  func bytes() throws -> [UInt8] { try model.encoded() }
  func read() throws -> ONNXModel { try ONNXModel(bytes: try bytes(), path: "test.onnx") }
  func graph() throws -> ONNXGraph { try ONNXGraph(try read()) }

  /// What the file is refused with; empty if it is not.
  func problem() -> String {
    do {
      _ = try graph()
      return ""
    } catch {
      recordFigure("bad_files/onnx", 1)
      return "\(error)"
    }
  }
}

extension GraphMaker {
  /// An LSTM over 3 features whose last state a linear layer maps to 2 numbers: `x` `[5, 2, 3]` to `y` `[2, 2]`.
  static func lstmWithHead(
    _ attributes: [ONNXAttributeProto] = [], peepholes: Bool = false, units: Int = 4
  ) -> GraphMaker {
    var maker = GraphMaker()
    let key = RandomKey(seed: 7)
    func random(_ shape: Shape, _ number: Int) -> Tensor {
      Tensor(normal: shape, deviation: 0.4, key: key.folding(number))
    }
    maker.input("x", [5, 2, 3])
    maker.initializer("W", random([1, 4 * units, 3], 0))
    maker.initializer("R", random([1, 4 * units, units], 1))
    maker.initializer("B", random([1, 8 * units], 2))
    if peepholes { maker.initializer("P", random([1, 3 * units], 3)) }
    maker.initializer("head", random([2, units], 4))
    maker.initializer("shift", random([2], 5))
    maker.node(
      "LSTM", ["x", "W", "R", "B"] + (peepholes ? ["", "", "", "P"] : []), ["", "h"],
      [ONNXAttributeProto("hidden_size", units)] + attributes)
    maker.node("Reshape", ["h", "rows"], ["s"])
    maker.initializer("rows", integers: [-1, units])
    maker.node("Gemm", ["s", "head", "shift"], ["y"], [ONNXAttributeProto("transB", 1)])
    maker.output("y")
    return maker
  }
}
