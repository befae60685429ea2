import RecurrentFormats
import RecurrentTensor

/// The checks of a decoded file, each of which takes time in proportion to what it looks at.
struct ModelCheck {
  let path: String

  private func error(_ place: String?, _ problem: String) -> ONNXError {
    ONNXError(path: path, place: place, problem: problem)
  }

  // MARK: The file

  func header(_ model: ONNXModelProto) throws(ONNXError) {
    guard model.hasGraph else { throw error(nil, "has no graph: it is no ONNX file, or damaged") }
    guard ONNXModel.versions.contains(Int(clamping: model.irVersion)) else {
      throw error(
        "ir_version",
        "is \(model.irVersion); this library reads \(ONNXModel.versions.lowerBound) to \(ONNXModel.versions.upperBound)"
      )
    }
    guard model.functions.isEmpty else {
      throw error(
        "functions", "there are \(model.functions.count) functions; export the model without them, or inline them")
    }
    guard model.trainingInfo.isEmpty else { throw error("training_info", "graphs for training are not supported") }
    guard model.graph.sparseInitializer.isEmpty else {
      throw error("sparse_initializer", "sparse tensors are not supported; make them dense")
    }
  }

  /// The version of the default operators. Others may be named, but no node may use them.
  func opset(_ model: ONNXModelProto) throws(ONNXError) -> Int {
    var domains: Set<String> = []
    var found: Int?
    for entry in model.opsetImport {
      let domain = ModelCheck.isDefault(entry.domain) ? "" : entry.domain
      guard domains.insert(domain).inserted else {
        throw error("opset_import", "the domain '\(domain.printable())' stands twice")
      }
      if domain.isEmpty { found = Int(entry.version) }
    }
    guard let found else { throw error("opset_import", "does not say which operators the graph uses") }
    guard ONNXModel.opsets.contains(found) else {
      throw error(
        "opset_import",
        "operator set \(found); this library reads \(ONNXModel.opsets.lowerBound) to \(ONNXModel.opsets.upperBound)")
    }
    return found
  }

  private static func isDefault(_ domain: String) -> Bool { domain.isEmpty || domain == "ai.onnx" }

  func metadata(_ model: ONNXModelProto) throws(ONNXError) -> [String: String] {
    var metadata: [String: String] = [:]
    for entry in model.metadataProps {
      guard metadata.updateValue(entry.value, forKey: entry.key) == nil else {
        throw error("metadata_props", "the key '\(entry.key.printable())' stands twice")
      }
    }
    return metadata
  }

  // MARK: Inputs and outputs

  func valueInfos(_ infos: [ONNXValueInfoProto], _ word: String) throws(ONNXError) -> [ONNXValueInfo] {
    var found: [ONNXValueInfo] = []
    for (number, info) in infos.enumerated() {
      guard !info.name.isEmpty else { throw error("\(word) \(number)", "has no name") }
      let place = "\(word) '\(info.name.printable())'"
      guard case .tensorType(let type)? = info.type.value else {
        throw error(place, "is no tensor; sequences, maps, optional and sparse values are not supported")
      }
      found.append(
        ONNXValueInfo(
          name: info.name, elementType: try ONNXElementType(dataType: type.elemType, place: place, path: path),
          dimensions: type.hasShape ? try dimensions(type.shape, place) : nil))
    }
    return found
  }

  private func dimensions(_ shape: ONNXTensorShapeProto, _ place: String) throws(ONNXError) -> [ONNXDimension] {
    guard shape.dim.count <= Shape.maximumRank else {
      throw error(place, "has \(shape.dim.count) axes; tensors have at most \(Shape.maximumRank)")
    }
    var dimensions: [ONNXDimension] = []
    for dimension in shape.dim {
      switch dimension.value {
      case .dimValue(let size)?:
        guard size >= 0, size <= Int32.max else { throw error(place, "has an axis of size \(size)") }
        dimensions.append(.fixed(Int(size)))
      case .dimParam(let name)? where !name.isEmpty: dimensions.append(.named(name))
      default: dimensions.append(.unknown)
      }
    }
    return dimensions
  }

  // MARK: The graph

  /// Every name is written once, and before it is read.
  func graph(_ graph: ONNXGraphProto) throws(ONNXError) {
    var names: Set<String> = []
    for input in graph.input where !names.insert(input.name).inserted {
      throw error("input '\(input.name.printable())'", "the name stands twice")
    }
    try initializers(graph.initializer)
    names.formUnion(graph.initializer.map(\.name))
    for (number, node) in graph.node.enumerated() {
      let place = ONNXNode.place(node, number: number)
      try self.node(node, place)
      for name in node.input where !name.isEmpty && !names.contains(name) {
        throw error(
          place,
          "input '\(name.printable())' is no input or initializer of the graph and no output of a node before this one")
      }
      for name in node.output where !name.isEmpty && !names.insert(name).inserted {
        throw error(place, "output '\(name.printable())' has the name of something else")
      }
    }
    guard !graph.output.isEmpty else { throw error("graph", "has no outputs") }
    var outputs: Set<String> = []
    for output in graph.output {
      let place = "output '\(output.name.printable())'"
      guard names.contains(output.name) else { throw error(place, "nothing of this name is computed") }
      guard outputs.insert(output.name).inserted else { throw error(place, "the name stands twice") }
    }
  }

  private func initializers(_ tensors: [ONNXTensorProto]) throws(ONNXError) {
    var names: Set<String> = []
    var integers = 0
    for (number, tensor) in tensors.enumerated() {
      guard !tensor.name.isEmpty else { throw error("initializer \(number)", "has no name") }
      let place = "initializer '\(tensor.name.printable())'"
      guard names.insert(tensor.name).inserted else { throw error(place, "the name stands twice") }
      let checked = try TensorReader(path: path).check(tensor, place: place)
      if checked.type.isInteger { integers += checked.shape.elementCount }
      guard integers <= ModelCheck.mostIntegers else {
        throw error(place, "with it the file has more than \(ModelCheck.mostIntegers) integers")
      }
    }
  }

  /// Indices and shapes are short; a truth value of one byte takes eight here.
  private static let mostIntegers = 1 << 22

  private func node(_ node: ONNXNodeProto, _ place: String) throws(ONNXError) {
    guard !node.opType.isEmpty else { throw error(place, "has no operator") }
    guard ModelCheck.isDefault(node.domain), node.overload.isEmpty else {
      throw error(place, "is of the domain '\(node.domain.printable())'; only ONNX's own operators are known")
    }
    guard !node.output.allSatisfy(\.isEmpty) else { throw error(place, "has no outputs") }
    var names: Set<String> = []
    for attribute in node.attribute {
      let name = "attribute '\(attribute.name.printable())'"
      guard names.insert(attribute.name).inserted else { throw error(place, "\(name) stands twice") }
      guard attribute.refAttrName.isEmpty else { throw error(place, "\(name) refers to one of a function") }
      switch attribute.type {
      case .float, .int, .string, .floats, .ints, .strings: break
      case .tensor: _ = try TensorReader(path: path).check(attribute.t, place: "\(place), \(name)")
      case .graph, .graphs:
        throw error(
          place,
          "has a subgraph; If, Loop and Scan are not supported: export one step with its states as inputs and outputs")
      default: throw error(place, "\(name) is of type \(attribute.type), which is not supported")
      }
    }
  }
}
