import RecurrentTensor
import Testing

@testable import RecurrentFormats

@Suite struct SafetensorsTensorTests {
  @Test func tensorsSurvive() throws {
    let weight = Tensor([1, -2, 3.5, .infinity, -0.0, .leastNonzeroMagnitude], shape: [2, 3])
    let precise = Tensor(doubles: [1.0 / 3, 1e-300], shape: [2])
    var writer = SafetensorsWriter()
    try writer.add("weight", weight)
    try writer.add("part", weight.view([2], from: 2))
    try writer.add("scalar", Tensor(7))
    try writer.add("empty", Tensor(zeros: [0, 4]))
    try writer.add("precise", precise)
    #expect(throws: SafetensorsError(.duplicateName, entry: "weight")) { try writer.add("weight", weight) }
    let folder = try TemporaryFolder()
    let path = folder.path("model.safetensors")
    try writer.write(to: path)
    for file in [try SafetensorsFile(path: path), try SafetensorsFile(bytes: writer.bytes())] {
      let read = try file.tensor("weight")
      #expect(read.shape == [2, 3] && read.scalars.map(\.bitPattern) == weight.scalars.map(\.bitPattern))
      #expect(try file.tensor("part").scalars == [3.5, .infinity])
      #expect(try file.tensor("scalar").shape == [] && file.tensor("scalar").scalar == 7)
      #expect(try file.tensor("empty").shape == [0, 4])
      #expect(try file.tensor("precise").scalars == [Float(1.0 / 3), 0])
      #expect(try file.tensorAsStored("precise").doubles == [1.0 / 3, 1e-300])
      #expect(try file.tensorAsStored("weight").elementType == .float32)
    }
  }

  @Test func readsWhatTheReferenceWrote() throws {
    let file = try SafetensorsFile(path: Fixture.path("dtypes.safetensors"))
    #expect(try file.tensor("weight_ih_l0").shape == [8, 3])
    #expect(try file.tensor("weight_ih_l0").scalars == (0..<24).map { Float($0) })
    #expect(try file.tensor("half").shape == [3, 1])
    #expect(throws: SafetensorsError.self) { try file.tensor("double") }
    #expect(try file.tensorAsStored("double").doubles == [1.0 / 3, -1e300, .leastNonzeroMagnitude])
  }

  @Test(arguments: [[1, 1, 1, 1, 1, 1, 1], [0, 1 << 31], [0, 1 << 40]])
  func shapesThatTensorsCannotHave(_ shape: [Int]) throws {
    let count = shape.reduce(1, *)
    var writer = SafetensorsWriter()
    try writer.add("t", shape: shape, floats: [Float](repeating: 0, count: count))
    try writer.add("d", shape: shape, doubles: [Double](repeating: 0, count: count))
    let file = try SafetensorsFile(bytes: writer.bytes())
    #expect(throws: SafetensorsError(.unsupportedShape(shape), entry: "t")) { try file.tensor("t") }
    #expect(throws: SafetensorsError(.unsupportedShape(shape), entry: "d")) { try file.tensorAsStored("d") }
    #expect(try file.floats("t").count == count)
  }
}
