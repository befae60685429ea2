import Foundation
import Fuzzing
import RecurrentInterchange

/// Reads the bytes as a file of Keras, and makes its network.
func readInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  _ = try? KerasFile(bytes: Array(UnsafeBufferPointer(start: start, count: count))).model()
  return 0
}

var (argumentCount, arguments): (CInt, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) = (
  CommandLine.argc, CommandLine.unsafeArgv
)
exit(LLVMFuzzerRunDriver(&argumentCount, &arguments) { readInput($0, $1) })
