@testable import RecurrentFormats

/// Puts safetensors files together from pieces that need not fit.
enum SafetensorsSample {
  /// A file of a header, whose length is given rightly, and zeros as data.
  static func file(_ header: [UInt8], dataCount: Int = 0) -> [UInt8] {
    prefix(UInt64(header.count)) + header + [UInt8](repeating: 0, count: dataCount)
  }

  static func file(_ header: String, dataCount: Int = 0) -> [UInt8] {
    file(Array(header.utf8), dataCount: dataCount)
  }

  /// The 8 bytes of a length.
  static func prefix(_ length: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
  }

  /// An entry of a header; what is not given is right for 2 numbers of F32.
  static func entry(
    _ name: String = "a", dtype: String = "\"F32\"", shape: String = "[2]", offsets: String = "[0,8]",
    extra: String = ""
  ) -> String {
    "\"\(name)\":{\"dtype\":\(dtype),\"shape\":\(shape),\"data_offsets\":\(offsets)\(extra)}"
  }
}
