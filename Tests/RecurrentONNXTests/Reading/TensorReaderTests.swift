import RecurrentTensor
import RecurrentTestSupport
import Testing

@testable import RecurrentONNX

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

@Suite struct TensorReaderTests {
  private typealias DataType = ONNXTensorProto.DataType

  private func tensor(_ type: DataType, _ dims: [Int64], _ fill: (inout ONNXTensorProto) -> Void) -> ONNXTensorProto {
    var tensor = ONNXTensorProto()
    tensor.dataType = Int32(type.rawValue)
    tensor.dims = dims
    fill(&tensor)
    return tensor
  }

  private func read(_ tensor: ONNXTensorProto) throws(ONNXError) -> ONNXValue {
    try TensorReader(path: "a.onnx").value(of: tensor, place: "tensor 't'")
  }

  private func problem(_ type: DataType, _ dims: [Int64], _ fill: (inout ONNXTensorProto) -> Void) -> String {
    do throws(ONNXError) {
      _ = try read(tensor(type, dims, fill))
      return ""
    } catch {
      recordFigure("bad_files/onnx", 1)
      return error.problem
    }
  }

  @Test func readsNumbersOfAllTypes() throws {
    func scalars(_ type: DataType, _ fill: (inout ONNXTensorProto) -> Void) throws -> [Float] {
      try #require(try read(tensor(type, [2], fill)).tensor).scalars
    }
    let expected: [Float] = [1.5, -2]
    #expect(try scalars(.float) { $0.floatData = [1.5, -2] } == expected)
    #expect(try scalars(.float) { $0.rawData = Data([0, 0, 0xc0, 0x3f, 0, 0, 0, 0xc0]) } == expected)
    #expect(try scalars(.double) { $0.doubleData = [1.5, -2] } == expected)
    #expect(
      try scalars(.double) { $0.rawData = Data([0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0]) } == expected)
    #expect(try scalars(.float16) { $0.int32Data = [0x3e00, 0xc000] } == expected)
    #expect(try scalars(.float16) { $0.rawData = Data([0, 0x3e, 0, 0xc0]) } == expected)
    #expect(try scalars(.bfloat16) { $0.int32Data = [0x3fc0, 0xc000] } == expected)
    #expect(try scalars(.bfloat16) { $0.rawData = Data([0xc0, 0x3f, 0, 0xc0]) } == expected)
  }

  @Test func readsIntegersOfAllTypes() throws {
    func values(_ type: DataType, _ fill: (inout ONNXTensorProto) -> Void) throws -> ONNXIntegers {
      try #require(try read(tensor(type, [2], fill)).integers)
    }
    #expect(try values(.int64) { $0.int64Data = [1, -1] } == ONNXIntegers([1, -1]))
    #expect(
      try values(.int64) { $0.rawData = Data([1, 0, 0, 0, 0, 0, 0, 0] + Array(repeating: 255, count: 8)) }
        == ONNXIntegers([1, -1]))
    #expect(try values(.int32) { $0.int32Data = [1, -1] } == ONNXIntegers([1, -1], kind: .int32))
    #expect(
      try values(.int32) { $0.rawData = Data([1, 0, 0, 0, 255, 255, 255, 255]) } == ONNXIntegers([1, -1], kind: .int32))
    #expect(try values(.bool) { $0.int32Data = [1, 0] } == ONNXIntegers([1, 0], kind: .bool))
    #expect(try values(.bool) { $0.rawData = Data([1, 0]) } == ONNXIntegers([1, 0], kind: .bool))
  }

  @Test func scalarsAndEmptyTensors() throws {
    #expect(try read(tensor(.float, []) { $0.floatData = [4] }).tensor?.shape == [])
    #expect(try read(tensor(.float, [2, 0]) { _ in }).shape == [2, 0])
    #expect(try read(tensor(.int64, [0]) { _ in }).integers == ONNXIntegers([]))
  }

  @Test func refusesOtherCounts() {
    #expect(problem(.float, [2]) { _ in } == "has no numbers for its shape [2]")
    #expect(
      problem(.float, [2]) { $0.floatData = [1] } == "has 1 numbers, but its shape [2] of float needs 2")
    #expect(problem(.float, [2]) { $0.floatData = [1, 2, 3] }.hasPrefix("has 3 numbers"))
    #expect(problem(.float, [2]) { $0.rawData = Data([1, 2, 3]) } == "has 3 bytes, but its shape [2] of float needs 8")
    #expect(problem(.float, [0]) { $0.floatData = [1] }.hasPrefix("has 1 numbers"))
    #expect(
      problem(.float, [1]) { tensor in
        tensor.floatData = [1]
        tensor.rawData = Data([0, 0, 0, 0])
      } == "has numbers in raw_data and float_data; only one may be used")
    #expect(problem(.float, [1]) { $0.int64Data = [1] } == "has elements of type float in int64_data")
    #expect(problem(.float, [1]) { $0.stringData = [Data()] } == "has elements of type float in string_data")
  }

  @Test func refusesShapesThatNoTensorHas() {
    let sizes: [Int64] = [1 << 31, 1 << 32, 1 << 62, .max]
    for size in sizes {
      #expect(problem(.float, [size]) { $0.floatData = [1] }.hasPrefix("has an axis of size"))
      #expect(problem(.float, [0, size]) { _ in }.hasPrefix("has an axis of size"))
    }
    #expect(problem(.float, [-1]) { $0.floatData = [1] } == "has an axis of size -1")
    #expect(problem(.float, [1 << 16, 1 << 16]) { $0.floatData = [1] }.hasPrefix("has more than"))
    // A product that would wrap around to a small number.
    #expect(problem(.float, [1 << 28, 1 << 28, 1 << 8, 16]) { $0.floatData = [1] }.hasPrefix("has more than"))
    #expect(problem(.float, [1, 1, 1, 1, 1, 1, 1]) { $0.floatData = [1] } == "has 7 axes; tensors have at most 6")
  }

  @Test func refusesOtherTypes() {
    for type in [
      DataType.undefined, .uint8, .int8, .uint16, .int16, .string, .uint32, .uint64, .complex64, .complex128,
    ] {
      #expect(problem(type, [1]) { $0.rawData = Data([0]) }.hasPrefix("has elements of type \(type)"))
    }
    for number in [17, 99, -1] as [Int32] {
      #expect(problem(.float, [1]) { $0.dataType = number }.hasPrefix("has elements of type"))
    }
  }

  @Test func refusesExternalDataWithTheWayOut() {
    #expect(problem(.float, [1]) { $0.dataLocation = .external }.contains("onnx.save_model"))
    #expect(problem(.float, [1]) { $0.externalData = [.init()] }.contains("lie in another file"))
    #expect(problem(.float, [1]) { $0.dataLocation = .UNRECOGNIZED(2) }.contains("lie in another file"))
    #expect(problem(.float, [1]) { $0.segment.begin = 1 }.contains("is cut in segments"))
  }

  @Test func refusesValuesOutOfRange() {
    #expect(problem(.bool, [1]) { $0.rawData = Data([2]) } == "has the truth value 2")
    #expect(problem(.bool, [1]) { $0.int32Data = [-1] } == "has the truth value -1")
    #expect(problem(.double, [1]) { $0.doubleData = [1e300] } == "has a number beyond the range of single precision")
    #expect(problem(.double, [1]) { $0.doubleData = [.infinity] } == "")
  }

  @Test func refusesMoreIntegersThanAnyoneNeeds() {
    var maker = GraphMaker()
    maker.input("x")
    for number in 0..<5 {
      var flags = ONNXTensorProto()
      flags.name = "flags\(number)"
      flags.dataType = Int32(DataType.bool.rawValue)
      flags.dims = [1 << 20]
      flags.rawData = Data(count: 1 << 20)
      maker.model.graph.initializer.append(flags)
    }
    maker.node("Identity", ["x"], ["y"])
    maker.output("y")
    #expect(maker.problem().contains("initializer 'flags4': with it the file has more than 4194304 integers"))
  }
}
