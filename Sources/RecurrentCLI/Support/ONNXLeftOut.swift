#if !ONNX
  import RecurrentFormats
  import RecurrentInterchange
  import RecurrentLayers
  import RecurrentTraining

  /// Stands in for the module `RecurrentONNX` in a tool that was built without the trait `ONNX`: knows its files by their
  /// names, and says what is missing.
  struct ONNXFormat: InterchangeFormat {
    let name = "onnx"
    let title = "ONNX (left out of this build)"
    let suffixes = [".onnx"]
    var options = ONNXWritingOptions()

    func recognizes(_ sample: FileSample) -> Bool { !sample.isFolder && sample.path.lowercased().hasSuffix(".onnx") }

    func read(_ path: String, layout: NetworkLayout?) throws -> ReadNetwork { throw ONNXLeftOut(path: path) }

    func write(_ network: ReadNetwork, to path: String) throws -> ConversionAudit { throw ONNXLeftOut(path: path) }

    func explain(_ path: String) throws -> FileExplanation { throw ONNXLeftOut(path: path) }
  }

  /// The choices of `GraphOptions`, which nothing takes here.
  struct ONNXWritingOptions: Hashable {
    enum Form: Hashable { case wholeSequence, oneStep }
    var form = Form.wholeSequence
    var isBatchMajor = false
    var takesLengths = false
    var carriesStates = false
  }

  /// A file in ONNX was met by a tool that was built without it.
  struct ONNXLeftOut: DescribedFailure {
    let path: String

    var description: String {
      "\(path.printable(limit: 400)): this tool was built without ONNX; build it with 'swift build -c release', without "
        + "--disable-default-traits"
    }
    var exitStatus: ExitStatus { .failure }
  }
#endif
