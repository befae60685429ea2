import RecurrentInterchange
import RecurrentTasks

#if ONNX
  import RecurrentONNX
#endif

/// The formats that `convert` and `info` know.
enum Formats {
  static let table = table(keras: KerasFormat(), onnx: ONNXFormat())

  static func table(keras: KerasFormat, onnx: ONNXFormat) -> FormatTable {
    let native = NativeFormat(
      taskNetwork: { folder in
        let exchanged = try TaskModels.exchanged(try TaskModels.load(folder))
        return .init(network: exchanged.network, sources: exchanged.sources, notes: exchanged.notes)
      },
      files: { [ModelCard($0).file] })
    return FormatTable([native, PyTorchFormat(), keras, onnx])
  }
}
