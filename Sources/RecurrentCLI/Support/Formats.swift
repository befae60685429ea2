import RecurrentInterchange
import RecurrentONNX

/// The formats that `convert` and `info` know.
enum Formats {
  static let table = table(keras: KerasFormat(), onnx: ONNXFormat())

  static func table(keras: KerasFormat, onnx: ONNXFormat) -> FormatTable {
    FormatTable([NativeFormat(), PyTorchFormat(), keras, onnx])
  }
}
