import Foundation
import Testing

@testable import RecurrentFormats

@Suite struct AtomicFolderTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func write(_ version: String, replacing: Bool = false, system: any FileSystem = FaultyFileSystem()) throws {
    try AtomicFolder.write(to: folder.path("step"), replacing: replacing, system: system) { writer in
      try writer.writeFile("model.bin", String(repeating: version, count: 3_000))
      try writer.writeFile("state.json") { file in try file.write("{\"version\": \"\(version)\"}") }
    }
  }

  /// Whether the folder is complete and of that version.
  private func holds(_ version: String, at name: String = "step") -> Bool {
    (try? FolderManifest.verify(folder.path(name))) != nil
      && folder.text("\(name)/model.bin") == String(repeating: version, count: 3_000)
      && folder.text("\(name)/state.json") == "{\"version\": \"\(version)\"}"
  }

  private let names = ["step", "step/MANIFEST.sha256", "step/model.bin", "step/state.json"]

  @Test func writesReplacesAndRefuses() throws {
    try write("1")
    #expect(holds("1"))
    #expect(folder.contents == names)
    #expect(throws: FileError(path: folder.path("step"), operation: .write, reason: .alreadyExists)) { try write("2") }
    #expect(holds("1"))
    try write("2", replacing: true, system: OperatingSystem())
    #expect(holds("2"))
    #expect(folder.contents == names)
  }

  @Test func synchronizesBeforeItRenames() throws {
    let system = FaultyFileSystem()
    try write("1", system: system)
    let file = ["create", "write", "sync", "close"]
    #expect(system.calls == ["create folder"] + file + file + file + ["sync folder", "rename", "sync folder"])
  }

  @Test(arguments: FaultyFileSystem.Fault.allCases)
  func aFaultAtAnyCallOfTheFirstWriteLeavesNothingOrAll(_ fault: FaultyFileSystem.Fault) throws {
    for call in 0... {
      let system = FaultyFileSystem(fault, atCall: call)
      let failed = (try? write("1", system: system)) == nil
      guard system.didReachFault else {
        #expect(!failed && call > 15)
        break
      }
      #expect(failed == (fault != .partialWrite), "call \(call)")
      if fault == .death {
        try AtomicFolder.recover(in: folder.path)
        #expect(folder.contents == (holds("1") ? names : []), "call \(call)")
      } else {
        #expect(failed ? folder.contents == [] : holds("1"), "call \(call)")
      }
      try? FileManager.default.removeItem(atPath: folder.path("step"))
    }
  }

  @Test(arguments: FaultyFileSystem.Fault.allCases, [true, false])
  func aFaultAtAnyCallOfAReplacementLeavesOldOrNew(_ fault: FaultyFileSystem.Fault, canExchange: Bool) throws {
    for call in 0... {
      try? FileManager.default.removeItem(atPath: folder.path("step"))
      try write("1")
      let system = FaultyFileSystem(fault, atCall: call, canExchange: canExchange)
      let failed = (try? write("2", replacing: true, system: system)) == nil
      guard system.didReachFault else {
        #expect(!failed && call > 16)
        break
      }
      if fault == .death {
        // Before anything is put right, one complete folder is there, in place or aside.
        #expect(holds("1") || holds("2") || holds("1", at: ".old-step"), "call \(call)")
        try AtomicFolder.recover(in: folder.path)
        #expect(holds("1") || holds("2"), "call \(call)")
      } else {
        #expect(holds(failed ? "1" : "2"), "call \(call)")
        try AtomicFolder.recover(in: folder.path)
      }
      #expect(folder.contents == names, "call \(call)")
    }
  }

  @Test func anErrorOfTheBodyLeavesTheOldFolder() throws {
    struct Stop: Error {}
    try write("1")
    #expect(throws: Stop.self) {
      try AtomicFolder.write(to: folder.path("step"), replacing: true) { writer in
        try writer.writeFile("model.bin", "new")
        throw Stop()
      }
    }
    #expect(holds("1"))
    #expect(folder.contents == names)
  }

  @Test func refusesWhatIsNoFolder() throws {
    try folder.put("text", in: "file")
    #expect(throws: FileError(path: folder.path("file"), operation: .write, reason: .notFolder)) {
      try AtomicFolder.write(to: folder.path("file"), replacing: true) { _ in }
    }
    #expect(throws: FileError(path: folder.path("none/step"), operation: .write, reason: .notFound)) {
      try AtomicFolder.write(to: folder.path("none/step")) { _ in }
    }
    #expect(folder.contents == ["file"])
  }

  @Test func recoverRemovesOnlyWhatWasNotComplete() throws {
    try write("1")
    try folder.put("x", in: ".tmp-1-1")
    try FileManager.default.createDirectory(
      atPath: folder.path(".tmp-2-2/sub"), withIntermediateDirectories: true)
    try folder.put("x", in: ".tmp-2-2/sub/file")
    try folder.put("keep", in: "other.tmp-")
    try AtomicFolder.recover(in: folder.path)
    #expect(folder.contents == ["other.tmp-"] + names)
  }

  @Test func namesWithSpacesAndOtherLetters() throws {
    try AtomicFolder.write(to: folder.path("mappe ü/"), replacing: true) { writer in
      try writer.writeFile("a file é 水.txt", "x")
    }
    let manifest = try FolderManifest.verify(folder.path("mappe ü"))
    #expect(manifest.names == ["a file é 水.txt"])
  }
}
