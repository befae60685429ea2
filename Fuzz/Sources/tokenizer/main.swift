import Foundation
import Fuzzing
import Recurrent

/// Reads the bytes as a `tokenizer.json`, and encodes a text.
func readInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let json = try? JSONValue(parsing: Array(UnsafeBufferPointer(start: start, count: count))),
    let tokenizer = try? Tokenizer(json: json), tokenizer.vocabulary.unknown != nil
  else { return 0 }
  _ = tokenizer.decode(tokenizer.encode("the cat\n<unk> é abcabc"))
  return 0
}

var (argumentCount, arguments): (CInt, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) = (
  CommandLine.argc, CommandLine.unsafeArgv
)
exit(LLVMFuzzerRunDriver(&argumentCount, &arguments) { readInput($0, $1) })
