public import RecurrentInterchange
import RecurrentFormats
public import RecurrentTraining

/// How a network is written as an ONNX graph.
public struct ONNXWritingOptions: Hashable, Sendable {
  /// What one run of the graph computes.
  public enum Form: String, Hashable, Sendable, CaseIterable {
    /// All steps of a batch of sequences.
    case wholeSequence
    /// One step of a batch of streams, `[N, C]` or tokens `[N]`, with the states of all recurrent layers as inputs and outputs.
    case oneStep
  }

  /// What one run of the graph computes.
  public var form = Form.wholeSequence
  /// Whether the batch is the first axis of sequences that go in and come out: `[N, T, C]` instead of `[T, N, C]`.
  public var isBatchMajor = false
  /// Whether there is an input `sequence_lens`, int32 `[N]`, the real steps of each row.
  public var takesLengths = false
  /// Whether a graph over whole sequences has the first and last states of its recurrent layers as inputs and outputs. One over
  /// a step always has.
  public var carriesStates = false
  /// The name of the graph.
  public var graphName = "network"
  /// The version of this library that the file names as its producer's.
  public var producerVersion = LibraryVersion.current

  /// Time-major sequences from the zero state.
  public init() {}
}

/// A network in the ONNX format.
public struct ONNXFile: Hashable, Sendable {
  /// The contents of the file.
  public let bytes: [UInt8]
  /// What became of each tensor of the network.
  public let audit: ConversionAudit
}

/// A network that ONNX, or the form that was asked for, has no words for.
public struct ONNXWritingError: DescribedFailure, Hashable {
  /// The name of the layer; nil for the whole network.
  public let layer: String?
  /// What cannot be written, and what to do instead.
  public let problem: String

  /// Makes the error from its parts.
  public init(layer: String?, problem: String) {
    self.layer = layer
    self.problem = problem
  }

  /// One line: where, and why not.
  public var description: String { (layer.map { "layer '\($0.printable())': " } ?? "") + problem }

  /// Bad data.
  public var exitStatus: ExitStatus { .badData }
}
