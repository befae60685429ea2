import Foundation
import Fuzzing
import RecurrentInterchange

/// Reads the bytes as a ZIP archive with all its members.
func readInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let archive = try? ZipArchive(bytes: Array(UnsafeBufferPointer(start: start, count: count))) else { return 0 }
  for member in archive.members { _ = try? archive.bytes(member.name) }
  return 0
}

var (argumentCount, arguments): (CInt, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) = (
  CommandLine.argc, CommandLine.unsafeArgv
)
exit(LLVMFuzzerRunDriver(&argumentCount, &arguments) { readInput($0, $1) })
