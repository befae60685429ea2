import Foundation
import Fuzzing
import RecurrentInterchange

private let path = FileManager.default.temporaryDirectory.appendingPathComponent("fuzz-\(UUID()).safetensors").path

/// Reads the bytes as a state dict of PyTorch, or an index of several.
func readInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let data = start.map { Data(bytes: $0, count: count) } ?? Data()
  guard (try? data.write(to: URL(fileURLWithPath: path))) != nil else { return 0 }
  _ = try? PyTorchFormat().read(path, layout: nil)
  return 0
}

var (argumentCount, arguments): (CInt, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) = (
  CommandLine.argc, CommandLine.unsafeArgv
)
exit(LLVMFuzzerRunDriver(&argumentCount, &arguments) { readInput($0, $1) })
