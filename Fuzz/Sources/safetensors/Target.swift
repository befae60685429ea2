import Recurrent

/// Reads the bytes as a safetensors file with all its tensors.
@_cdecl("LLVMFuzzerTestOneInput")
public func readInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let file = try? SafetensorsFile(bytes: Array(UnsafeBufferPointer(start: start, count: count))) else { return 0 }
  for name in file.names { _ = try? file.bytes(name) }
  return 0
}
