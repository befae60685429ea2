import Testing

@testable import RecurrentFormats

/// Vectors of FIPS 180-4's examples and of NIST's "Secure Hash Algorithm Validation System" short messages.
@Suite struct SHA256Tests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ])
  func standardMessages(_ message: String, digest: String) {
    #expect(SHA256.hexadecimalDigest(of: Array(message.utf8)) == digest)
  }

  @Test func aMillionLetters() {
    var hash = SHA256()
    let piece = [UInt8](repeating: UInt8(ascii: "a"), count: 1000)
    for _ in 0..<1000 { hash.update(piece) }
    #expect(hash.hexadecimalDigest() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func oneByte() {
    #expect(
      SHA256.hexadecimalDigest(of: [0xd3]) == "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1")
  }

  @Test func piecesOfAnySizeGiveTheSameDigest() {
    let message = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    for count in 0...300 {
      let prefix = Array(message[..<count])
      let whole = SHA256.hexadecimalDigest(of: prefix)
      var hash = SHA256()
      for start in stride(from: 0, to: count, by: 37) {
        hash.update(Array(prefix[start..<min(start + 37, count)]))
        _ = hash.digest()
      }
      #expect(hash.hexadecimalDigest() == whole)
    }
  }
}
