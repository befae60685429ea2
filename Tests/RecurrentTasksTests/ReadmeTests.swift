import Foundation
import Testing

/// The programs on the README are those of the folder Examples, which the checks build and run.
@Suite struct ReadmeTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  @Test(arguments: ["TrainYourOwn", "WriteYourOwnCell"]) func showsExample(name: String) throws {
    let program = try text("Examples/Sources/\(name)/main.swift")
    #expect(try text("README.md").contains(program.trimmingCharacters(in: .newlines)))
  }

  @Test func showsHowToLoadAModel() throws {
    let lines = try text("Examples/Sources/UseModelFolder/main.swift").split(separator: "\n").filter {
      $0.hasPrefix("let")
    }
    #expect(lines.count == 3)
    #expect(try text("README.md").contains(lines.joined(separator: "\n")))
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
  }
}
