// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
]

let package = Package(
  name: "swift-recurrent",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Recurrent", targets: ["Recurrent"]),
    .library(name: "RecurrentInterchange", targets: ["RecurrentInterchange", "RecurrentONNX"]),
    .executable(name: "recurrent", targets: ["RecurrentCLI"]),
  ],
  traits: [
    .trait(name: "ONNX", description: "The tool reads and writes ONNX; without it a clean build is a quarter shorter."),
    .default(enabledTraits: ["ONNX"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
  ],
  targets: [
    // The modules, each depending only on those above it.
    .target(
      name: "CRecurrentKernels",
      cSettings: [
        // Kernels at -O0 would be some 70 times slower and make debug test runs crawl.
        .unsafeFlags(["-O2"], .when(configuration: .debug))
      ],
      linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    .target(
      name: "RecurrentTensor", dependencies: ["CRecurrentKernels"], swiftSettings: strict),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "RecurrentFormats", dependencies: ["RecurrentTensor", "CZlib"], swiftSettings: strict),
    .target(
      name: "RecurrentLayers", dependencies: ["RecurrentTensor", "RecurrentFormats"],
      swiftSettings: strict),
    // Many processes as one. The MPI library of a launcher is opened at run time; nothing of it is needed to build.
    .target(
      name: "CMPIRuntime", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    .target(
      name: "RecurrentDistribution", dependencies: ["CMPIRuntime", "RecurrentTensor", "RecurrentFormats"],
      swiftSettings: strict),
    .target(
      name: "RecurrentTraining",
      dependencies: ["RecurrentTensor", "RecurrentFormats", "RecurrentLayers", "RecurrentDistribution"],
      swiftSettings: strict),
    .target(
      name: "RecurrentTasks",
      dependencies: [
        "RecurrentTensor", "RecurrentFormats", "RecurrentLayers", "RecurrentDistribution", "RecurrentTraining",
      ],
      swiftSettings: strict),
    .target(
      name: "Recurrent",
      dependencies: [
        "RecurrentTensor", "RecurrentFormats", "RecurrentLayers", "RecurrentDistribution", "RecurrentTraining",
        "RecurrentTasks",
      ],
      swiftSettings: strict),
    // Models of other systems; outside the umbrella, so that whoever embeds the library builds none of it.
    .target(
      name: "RecurrentInterchange",
      dependencies: [
        "RecurrentTensor", "RecurrentFormats", "RecurrentLayers", "RecurrentTraining", "CZlib",
      ],
      swiftSettings: strict),
    .target(
      name: "RecurrentONNX",
      dependencies: [
        "RecurrentTensor", "RecurrentFormats", "RecurrentLayers", "RecurrentTraining", "RecurrentInterchange",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      exclude: ["Schema/onnx.proto"], swiftSettings: strict),
    .executableTarget(
      name: "RecurrentCLI",
      dependencies: [
        "Recurrent", "RecurrentDistribution", "RecurrentInterchange",
        .target(name: "RecurrentONNX", condition: .when(traits: ["ONNX"])),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: strict),

    // Tests mirror sources.
    .target(
      name: "RecurrentTestSupport",
      dependencies: ["RecurrentTensor", "RecurrentFormats", "RecurrentLayers"],
      path: "Tests/RecurrentTestSupport", swiftSettings: strict),
    .testTarget(
      name: "CRecurrentKernelsTests", dependencies: ["CRecurrentKernels"], swiftSettings: strict),
    .testTarget(
      name: "RecurrentTensorTests", dependencies: ["RecurrentTensor", "RecurrentTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "RecurrentFormatsTests", dependencies: ["RecurrentFormats", "RecurrentTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "RecurrentDistributionTests",
      dependencies: ["RecurrentDistribution", "CMPIRuntime", "RecurrentTensor", "RecurrentTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "RecurrentLayersTests", dependencies: ["RecurrentLayers", "RecurrentTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "RecurrentTrainingTests",
      dependencies: ["RecurrentTraining", "RecurrentDistribution", "RecurrentTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "RecurrentTasksTests", dependencies: ["RecurrentTasks", "RecurrentTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "RecurrentInterchangeTests",
      dependencies: ["Recurrent", "RecurrentInterchange", "RecurrentTestSupport"], swiftSettings: strict),
    .testTarget(
      name: "RecurrentONNXTests", dependencies: ["Recurrent", "RecurrentONNX", "RecurrentTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "RecurrentCLITests", dependencies: ["RecurrentCLI", "RecurrentTestSupport"],
      swiftSettings: strict),
  ]
)
