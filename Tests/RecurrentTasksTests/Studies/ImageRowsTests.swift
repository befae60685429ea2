import Foundation
import RecurrentLayers
import RecurrentTensor
import RecurrentTraining
import Testing

@testable import RecurrentTasks

@Suite struct ImageRowsTests {
  /// Pictures of 2 rows and 3 columns: pixel p of picture n is 10 n + p.
  static func images(_ count: Int, header: [UInt8] = [0, 0, 8, 3], cut: Int = 0) -> [UInt8] {
    let sizes: [UInt8] = [0, 0, 0, UInt8(count), 0, 0, 0, 2, 0, 0, 0, 3]
    let pixels = (0..<count).flatMap { n in (0..<6).map { UInt8(10 * n + $0) } }
    return header + sizes + pixels.dropLast(cut)
  }

  static func labels(_ labels: [UInt8]) -> [UInt8] { [0, 0, 8, 1, 0, 0, 0, UInt8(labels.count)] + labels }

  /// A folder with the four files, removed by the caller.
  static func folder(_ files: [String: [UInt8]]) throws -> String {
    let path = FileManager.default.temporaryDirectory.path + "/recurrent-rows-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (name, bytes) in files { try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name)) }
    return path
  }

  static let whole: [String: [UInt8]] = [
    "train-images-idx3-ubyte": images(4), "train-labels-idx1-ubyte": labels([1, 0, 2, 1]),
    "t10k-images-idx3-ubyte": images(2), "t10k-labels-idx1-ubyte": labels([0, 2]),
  ]

  @Test func rowsOfPictures() throws {
    let path = try Self.folder(Self.whole)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let problem = try ImageRowsProblem(folder: path)
    #expect(problem.inputSize == 3 && problem.outputSize == 3 && problem.lag == 2)
    let rows = problem.training.rows([2, 0])
    #expect(rows.values.shape == [2, 2, 3])
    let expected: [Float] = [20, 21, 22, 0, 1, 2, 23, 24, 25, 3, 4, 5]
    #expect(zip(rows.values.scalars, expected).allSatisfy { abs($0 - $1 / 255) < 1e-6 })
    // Two batches of two hold every picture of an epoch once.
    let seen = (0..<2).flatMap { step -> [Float] in
      let inputs = problem.trainingBatch(2, step: step, key: RandomKey(seed: 1).folding(step)).inputs
      return inputs.values[0].slice(axis: 1, 0..<1).scalars.map { ($0 * 255).rounded() }
    }
    #expect(seen.sorted() == [0, 10, 20, 30])
    // The first is named right, the second wrong.
    #expect(problem.evaluate(key: RandomKey(seed: 1)) { _ in Tensor([1, 0, 0, 0, 1, 0], shape: [2, 3]) } == 0.5)
  }

  private static let damages: [(name: String, bytes: [UInt8]?, message: String)] = [
    ("train-images-idx3-ubyte", nil, "there is no file train…images-idx3-ubyte"),
    ("train-images-idx3-ubyte", images(4, header: [0, 0, 9, 3]), "no IDX file of bytes in 3 dimensions"),
    ("train-images-idx3-ubyte", [0, 0], "no IDX file"),
    ("train-images-idx3-ubyte", images(4, cut: 1), "23 bytes after a header that names 24"),
    (
      "train-images-idx3-ubyte", [0, 0, 8, 3] + [UInt8](repeating: 255, count: 12),
      "the header names impossible sizes"
    ),
    ("train-labels-idx1-ubyte", labels([1, 2]), "2 labels for 4 pictures"),
    ("t10k-images-idx3-ubyte", [0x1F, 0x8B, 8, 0], "gzip data end too early"),
    ("t10k-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 0], "0 labels for 2 pictures"),
  ]

  @Test(arguments: damages.indices) func damagedFiles(_ number: Int) throws {
    let (name, bytes, message) = Self.damages[number]
    var files = Self.whole
    files[name] = bytes
    let path = try Self.folder(files)
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect {
      try ImageRowsProblem(folder: path)
    } throws: { error in
      let text = String(describing: error)
      return error is StudyError && text.contains(message) && text.contains(path) && !text.contains("\n")
        && ExitStatus(of: error) == .badData
    }
  }
}
