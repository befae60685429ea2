import RecurrentFormats
import SwiftProtobuf

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What an ONNX file says, read and checked: the sizes of its tensors, the names of its values, the order of its nodes.
///
/// ```swift
/// let graph = try ONNXGraph(ONNXModel(path: "model.onnx"))
/// let outputs = try graph(["x": .tensor(x)])
/// ```
///
/// Files with external data, sparse tensors, functions or subgraphs (If, Loop, Scan) are refused.
public struct ONNXModel: Sendable {
  /// The versions of the operator set that are read.
  public static let opsets = 7...27
  /// The versions of the format that are read.
  public static let versions = 3...14

  /// The file, as messages name it.
  public let path: String
  /// The version of the format.
  public let version: Int
  /// The version of the operators.
  public let opset: Int
  /// The name and version of the program that wrote the file; may be empty.
  public let producer: String
  /// What the file says of itself beside the graph.
  public let metadata: [String: String]
  /// The name of the graph; may be empty.
  public let name: String
  /// What must be given, and initialisers that may be replaced, in the order of the file.
  public let inputs: [ONNXValueInfo]
  /// What comes out, in the order of the file.
  public let outputs: [ONNXValueInfo]

  let graph: ONNXGraphProto

  /// Reads a file.
  ///
  /// - Throws: `FileError` where it cannot be read; `ONNXError` that names byte, node or tensor where it is damaged or holds what
  ///   this library does not read.
  public init(path: String) throws {
    // Larger messages do not exist.
    try self.init(bytes: ReadableFile.bytes(ofFile: path, limit: Int(Int32.max)), path: path)
  }

  /// Reads a file that is in memory.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - path: How messages name it.
  public init(bytes: [UInt8], path: String = "ONNX data") throws(ONNXError) {
    try self.init(ONNXModel.decoded(bytes, path), path: path)
  }

  private static func decoded(_ bytes: [UInt8], _ path: String) throws(ONNXError) -> ONNXModelProto {
    guard !bytes.isEmpty else { throw ONNXError(path: path, place: nil, problem: "the file is empty") }
    try WireSurvey.check(bytes, path: path)
    var options = BinaryDecodingOptions()
    options.messageDepthLimit = 16
    options.discardUnknownFields = true
    do {
      return try ONNXModelProto(serializedBytes: bytes, options: options)
    } catch {
      throw ONNXError(
        path: path, place: nil, problem: "is no ONNX file, or damaged (\(error)); check that it was copied whole")
    }
  }

  /// Checks a decoded file.
  init(_ proto: ONNXModelProto, path: String) throws(ONNXError) {
    let check = ModelCheck(path: path)
    try check.header(proto)
    self.path = path
    version = Int(proto.irVersion)
    opset = try check.opset(proto)
    producer = [proto.producerName, proto.producerVersion].filter { !$0.isEmpty }.joined(separator: " ")
    metadata = try check.metadata(proto)
    graph = proto.graph
    name = graph.name
    inputs = try check.valueInfos(graph.input, "input")
    outputs = try check.valueInfos(graph.output, "output")
    try check.graph(graph)
  }
}
