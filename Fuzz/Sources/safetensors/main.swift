import Foundation
import Fuzzing
import Recurrent

/// Reads the bytes as a safetensors file with all its tensors.
func readInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let file = try? SafetensorsFile(bytes: Array(UnsafeBufferPointer(start: start, count: count))) else { return 0 }
  for name in file.names { _ = try? file.bytes(name) }
  return 0
}

var (argumentCount, arguments): (CInt, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) = (
  CommandLine.argc, CommandLine.unsafeArgv
)
exit(LLVMFuzzerRunDriver(&argumentCount, &arguments) { readInput($0, $1) })
