import RecurrentInterchange

/// Reads the bytes as a ZIP archive with all its members.
@_cdecl("LLVMFuzzerTestOneInput")
public func readInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let archive = try? ZipArchive(bytes: Array(UnsafeBufferPointer(start: start, count: count))) else { return 0 }
  for member in archive.members { _ = try? archive.bytes(member.name) }
  return 0
}
