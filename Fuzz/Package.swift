// swift-tools-version: 6.2
import PackageDescription

// A libFuzzer program for each parser; `Scripts/fuzz` builds and runs them. They stand in a package of their own because nothing may
// depend on a package whose targets have unsafe flags.
let parsers = ["safetensors", "json", "tokenizer", "zip", "hdf5", "keras", "onnx", "pytorch", "native"]

let package = Package(
  name: "fuzz",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "swift-recurrent", path: "..")],
  // libFuzzer's own main function would need a program without one, which the package manager does not link.
  targets: [.target(name: "Fuzzing")]
    + parsers.map { parser in
      .executableTarget(
        name: "fuzz-\(parser)",
        dependencies: [
          "Fuzzing",
          .product(name: "Recurrent", package: "swift-recurrent"),
          .product(name: "RecurrentInterchange", package: "swift-recurrent"),
        ],
        path: "Sources/\(parser)",
        swiftSettings: [.unsafeFlags(["-sanitize=fuzzer,address"])],
        linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])])
    }
)
