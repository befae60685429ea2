import RecurrentInterchange

/// Reads the bytes as a file of Keras, and makes its network.
@_cdecl("LLVMFuzzerTestOneInput")
public func readInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  _ = try? KerasFile(bytes: Array(UnsafeBufferPointer(start: start, count: count))).model()
  return 0
}
