// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Examples",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "swift-recurrent", path: "..")],
  targets: [
    .executableTarget(
      name: "TrainYourOwn", dependencies: [.product(name: "Recurrent", package: "swift-recurrent")]),
    .executableTarget(
      name: "WriteYourOwnCell", dependencies: [.product(name: "Recurrent", package: "swift-recurrent")]),
    .executableTarget(
      name: "CellByEquations", dependencies: [.product(name: "Recurrent", package: "swift-recurrent")]),
    .executableTarget(
      name: "Structures", dependencies: [.product(name: "Recurrent", package: "swift-recurrent")]),
    .executableTarget(
      name: "AnswerFromPassage", dependencies: [.product(name: "Recurrent", package: "swift-recurrent")]),
    .executableTarget(
      name: "TranscribeWithoutAlignment", dependencies: [.product(name: "Recurrent", package: "swift-recurrent")]),
    .executableTarget(
      name: "UseModelFolder", dependencies: [.product(name: "Recurrent", package: "swift-recurrent")]),
    .executableTarget(
      name: "EchoStateNetwork", dependencies: [.product(name: "Recurrent", package: "swift-recurrent")]),
  ]
)
