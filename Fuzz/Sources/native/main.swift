import Foundation
import Fuzzing
import Recurrent
import RecurrentInterchange

/// A folder with the weights of a small network, whose `config.json` is replaced.
private let folder: String = {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("fuzz-\(UUID())").path
  try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  var writer = SafetensorsWriter()
  try? writer.add("layers.0.weight", shape: [1, 1], floats: [1])
  try? writer.add("layers.0.bias", shape: [1], floats: [1])
  try? writer.write(to: path + "/model.safetensors")
  return path
}()

/// Reads the bytes as the `config.json` of a network's folder.
func readInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let data = start.map { Data(bytes: $0, count: count) } ?? Data()
  guard (try? data.write(to: URL(fileURLWithPath: folder + "/config.json"))) != nil else { return 0 }
  _ = try? NativeFormat().read(folder, layout: nil)
  return 0
}

var (argumentCount, arguments): (CInt, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) = (
  CommandLine.argc, CommandLine.unsafeArgv
)
exit(LLVMFuzzerRunDriver(&argumentCount, &arguments) { readInput($0, $1) })
