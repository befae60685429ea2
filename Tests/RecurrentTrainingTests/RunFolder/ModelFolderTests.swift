import Foundation
import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import Testing

@testable import RecurrentTraining

@Suite struct ModelFolderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private let description = ModelDescription(
    task: "line", settings: ["epochs": 5], data: ["columns": ["x"]], training: ["steps": 12])

  private func write(_ name: String = "model") throws {
    try ModelFolder.write(Line(), description, to: folder.path(name), system: UnsynchronizedFiles())
  }

  private func reason(_ name: String = "model", task: String? = nil) -> ModelFolderError.Reason? {
    do throws(ModelFolderError) {
      var model = Line()
      try ModelFolder(folder.path(name), task: task).load(into: &model)
      return nil
    } catch {
      return error.reason
    }
  }

  /// Replaces text in `config.json` and takes the manifest away, as somebody might who edits a model.
  private func edit(_ old: String, _ new: String) throws {
    let text = try #require(folder.text("model/config.json"))
    #expect(text.contains(old))
    try folder.put(Array(text.replacing(old, with: new).utf8), in: "model/config.json")
    try FileManager.default.removeItem(atPath: folder.path("model/MANIFEST.sha256"))
  }

  @Test func snapshot() throws {
    try write()
    #expect(folder.names(in: "model") == ["MANIFEST.sha256", "config.json", "model.safetensors"])
    #expect(
      folder.text("model/config.json") == """
        {
          "format": "swift-recurrent model",
          "format_version": 1,
          "library_version": "\(LibraryVersion.current)",
          "task": "line",
          "parameters": 4,
          "settings": {
            "epochs": 5
          },
          "data": {
            "columns": ["x"]
          },
          "training": {
            "steps": 12
          }
        }

        """)
    let file = try SafetensorsFile(path: folder.path("model/model.safetensors"))
    #expect(file.metadata == ["format": "pt"])
    #expect(file.names == ["bias", "weight"])
    #expect(try file.floats("weight") == [0.1, -0.2, 0.3])
  }

  @Test func roundTrip() throws {
    try write()
    var model = Line()
    model.weight.value = Tensor(zeros: [3])
    let opened = try ModelFolder(folder.path("model"), task: "line")
    try opened.load(into: &model)
    #expect(model.weight.value.scalars == [0.1, -0.2, 0.3])
    #expect(opened.description.settings == description.settings)
    #expect(opened.description.data == description.data)
    #expect(opened.description.training == description.training)
    #expect(opened.description.parameterCount == 4)
  }

  @Test func runFolderStandsForItsModel() throws {
    try write("run/model".replacing("run/", with: "run-"))
    try FileManager.default.createDirectory(atPath: folder.path("run"), withIntermediateDirectories: false)
    #expect(reason("run") == .missing)
    try folder.put([], in: "run/config.yaml")
    #expect(reason("run") == .unfinished)
    try FileManager.default.moveItem(atPath: folder.path("run-model"), toPath: folder.path("run/model"))
    #expect(try ModelFolder(folder.path("run/")).path == folder.path("run/model"))
  }

  @Test func writingAgainReplaces() throws {
    try write()
    let first = folder.files(in: "model")
    var changed = Line()
    changed.bias.value = Tensor(1)
    try ModelFolder.write(changed, description, to: folder.path("model"))
    #expect(folder.files(in: "model") != first)
    try write()
    #expect(folder.files(in: "model") == first)
  }

  @Test func failedWriteLeavesOldModel() throws {
    try write()
    let before = folder.files(in: "model")
    for call in ["write", "sync", "create", "create folder", "exchange"] {
      var changed = Line()
      changed.bias.value = Tensor(1)
      #expect(throws: FileError.self) {
        try ModelFolder.write(
          changed, description, to: folder.path("model"), system: UnsynchronizedFiles(failing: call, code: ENOSPC))
      }
      #expect(folder.files(in: "model") == before, "after a failing \(call)")
      #expect(folder.names() == ["model"])
    }
  }

  @Test func everyChangedByteIsFound() throws {
    try write()
    for name in ["config.json", "model.safetensors", "MANIFEST.sha256"] {
      for offset in 0..<(try #require(folder.bytes("model/\(name)")).count) {
        try folder.flipBit(of: "model/\(name)", atByte: offset)
        guard case .damaged? = reason() else {
          Issue.record("byte \(offset) of \(name) was changed unnoticed")
          return
        }
        try folder.flipBit(of: "model/\(name)", atByte: offset)
      }
    }
    #expect(reason() == nil)
  }

  /// Without the manifest nothing but the files' own rules tells: no truncation may crash or load.
  @Test func everyTruncationIsFound() throws {
    try write()
    try FileManager.default.removeItem(atPath: folder.path("model/MANIFEST.sha256"))
    for name in ["config.json", "model.safetensors"] {
      let bytes = try #require(folder.bytes("model/\(name)"))
      for count in 0..<bytes.count where !(name == "config.json" && count == bytes.count - 1) {
        try folder.put(Array(bytes.prefix(count)), in: "model/\(name)")
        #expect(reason() != nil, "\(count) bytes of \(name)")
      }
      try folder.put(bytes, in: "model/\(name)")
    }
    #expect(reason() == nil)
  }

  @Test func anotherTask() throws {
    try write()
    let error = #expect(throws: ModelFolderError.self) { try ModelFolder(folder.path("model"), task: "forecast") }
    #expect(error?.exitStatus == .badData)
    #expect(
      error?.description == "\(folder.path("model"))/config.json: this model does the task 'line', not 'forecast'; "
        + "use one that was trained for it")
  }

  @Test func newerFormat() throws {
    try write()
    try edit("\"format_version\": 1", "\"format_version\": 7")
    #expect(reason() == .newerFormat(7))
  }

  @Test func missingAndWrongMembers() throws {
    for (old, new, key) in [
      ("swift-recurrent model", "another", "format"),
      ("\"format_version\": 1", "\"format_version\": 0", "format_version"),
      ("\"task\": \"line\"", "\"task\": 3", "task"), ("\"parameters\"", "\"parameter\"", "parameters"),
    ] {
      try write()
      try edit(old, new)
      #expect(reason() == .malformed(key: key))
    }
  }

  @Test func weightsOfAnotherModel() throws {
    struct Other: Module {
      var weight = Parameter(Tensor(zeros: [4]))
      mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) { visitor.visit("weight", &weight) }
    }
    try ModelFolder.write(Other(), description, to: folder.path("model"))
    guard case .parameters(let error)? = reason() else { Issue.record("it was loaded"); return }
    #expect(error.problems == [.shape("weight", expected: [3], actual: [4]), .missing("bias", expected: [])])
  }

  @Test func nothingThere() {
    #expect(reason("none") == .missing)
    #expect(ModelFolderError(path: "m", reason: .missing).exitStatus == .noInput)
  }
}
