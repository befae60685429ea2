import Foundation
import Fuzzing
import Recurrent
import RecurrentONNX

/// Reads the bytes as an ONNX file, makes its graph, runs that, and looks for layers in it.
func readInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let model = try? ONNXModel(bytes: Array(UnsafeBufferPointer(start: start, count: count))) else { return 0 }
  _ = try? ONNXNetwork(model)
  guard let graph = try? ONNXGraph(model) else { return 0 }
  _ = try? graph(["x": .tensor(Tensor(repeating: 0.5, shape: [5, 2, 3]))])
  return 0
}

var (argumentCount, arguments): (CInt, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) = (
  CommandLine.argc, CommandLine.unsafeArgv
)
exit(LLVMFuzzerRunDriver(&argumentCount, &arguments) { readInput($0, $1) })
