import Foundation
import Fuzzing
import RecurrentInterchange

/// Reads the bytes as an HDF5 file with all its numbers.
func readInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let file = try? HDF5File(bytes: Array(UnsafeBufferPointer(start: start, count: count))) else { return 0 }
  for dataset in file.root.datasets { _ = try? file.floats(dataset) }
  return 0
}

var (argumentCount, arguments): (CInt, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) = (
  CommandLine.argc, CommandLine.unsafeArgv
)
exit(LLVMFuzzerRunDriver(&argumentCount, &arguments) { readInput($0, $1) })
