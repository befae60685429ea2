import Foundation
import Fuzzing
import Recurrent

/// Reads the bytes as JSON; what is read survives writing.
func readInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let value = try? JSONValue(parsing: Array(UnsafeBufferPointer(start: start, count: count))) else { return 0 }
  guard let text = try? value.text(.pretty), let again = try? JSONValue(parsing: text), again == value else {
    fatalError("JSON that was read cannot be written and read again")
  }
  return 0
}

var (argumentCount, arguments): (CInt, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) = (
  CommandLine.argc, CommandLine.unsafeArgv
)
exit(LLVMFuzzerRunDriver(&argumentCount, &arguments) { readInput($0, $1) })
