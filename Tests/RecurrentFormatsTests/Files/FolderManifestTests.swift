import Foundation
import Testing

@testable import RecurrentFormats

@Suite struct FolderManifestTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try AtomicFolder.write(to: folder.path("step")) { writer in
      try writer.writeFile("b", "abc")
      try writer.writeFile("a", "")
    }
  }

  private var step: String { folder.path("step") }

  private func reason() -> FolderError.Reason? {
    do throws(FolderError) {
      try FolderManifest.verify(step)
      return nil
    } catch {
      #expect(!error.description.contains("\n"))
      return error.reason
    }
  }

  @Test func isWhatSha256sumWrites() {
    #expect(
      folder.text("step/MANIFEST.sha256") == """
        e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a
        ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  b

        """)
    #expect(reason() == nil)
  }

  @Test func everyFlippedBitIsFound() throws {
    try AtomicFolder.write(to: step, replacing: true) { writer in
      try writer.writeFile("weights", (0..<64).map { UInt8($0) })
    }
    let url = URL(fileURLWithPath: step + "/weights")
    let original = try Data(contentsOf: url)
    for bit in 0..<8 * original.count {
      var damaged = original
      damaged[bit / 8] ^= 1 << (bit % 8)
      try damaged.write(to: url)
      #expect(reason() == .fileChanged("weights"), "bit \(bit)")
    }
    try original.write(to: url)
    #expect(reason() == nil)
  }

  @Test func missingAndExtraFiles() throws {
    try folder.put("more", in: "step/extra")
    #expect(reason() == nil)
    try FileManager.default.removeItem(atPath: step + "/b")
    #expect(reason() == .fileMissing("b"))
    try FileManager.default.createDirectory(atPath: step + "/b", withIntermediateDirectories: false)
    #expect(reason() == .unreadable(FileError(path: step + "/b", operation: .read, reason: .isFolder)))
    try FileManager.default.removeItem(atPath: step + "/MANIFEST.sha256")
    #expect(reason() == .manifestMissing)
  }

  @Test(arguments: [
    ("", 1),
    ("\n", 1),
    ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad b\n", 1),
    ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad *b\n", 1),
    ("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD  b\n", 1),
    ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015  b\n", 1),
    ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  \n", 1),
    ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  ../b\n", 1),
    ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  ..\n", 1),
    (
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  b\n"
        + "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  b\n", 2
    ),
    ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  b\n\n", 2),
  ])
  func malformedLines(_ text: String, line: Int) throws {
    try folder.put(text, in: "step/MANIFEST.sha256")
    #expect(reason() == .manifestMalformed(line: line))
  }
}
