import RecurrentTensor
import RecurrentTestSupport
import Testing

@testable import RecurrentONNX

/// Damaged files are read or refused; nothing else happens.
@Suite struct DamagedFileTests {
  /// A graph of most kinds of fields, attributes and tensors.
  private static func sample() throws -> [UInt8] {
    try GraphMaker.lstmWithHead(
      [
        ONNXAttributeProto("activations", ["Sigmoid", "Elu", "Tanh"]),
        ONNXAttributeProto("activation_alpha", [Float(0.5)]), ONNXAttributeProto("clip", Float(2)),
      ], units: 1
    ).bytes()
  }

  /// Files are read, made graphs and networks, and run.
  @Test func survivesDamage() async {
    await #expect(processExitsWith: .success) {
      let files = DamagedFiles("onnx", [ByteMutations(try Self.sample())])
      let problems = files.problems(isTyped: { $0 is ONNXError }) { bytes in
        let model = try ONNXModel(bytes: bytes)
        let graph = try ONNXGraph(model)
        // What attributes of nodes say is checked by nobody else when it has changed.
        do { _ = try graph(["x": .tensor(Tensor(repeating: 0.5, shape: [5, 2, 3]))]) } catch let error as ONNXError {
          _ = error.description
        }
        do { _ = try ONNXNetwork(model) } catch let error as ONNXError { _ = error.description }
      }
      #expect(problems == [])
    }
  }

  /// Whole networks, as other programs and this one write them, in which layers are looked for.
  @Test func survivesDamageOfNetworks() async {
    await #expect(processExitsWith: .success) {
      let exported = try ExportedModelTests.names.map { try ExportedModelTests.bytes($0) }
      let written = try WrittenCase.all.map { try $0.network().onnx($0.options).bytes }
      let recognised = written.filter { (try? ONNXNetwork(ONNXModel(bytes: $0))) != nil }
      #expect(recognised.count > 40)
      var files = DamagedFiles("onnx_network", (exported + recognised).map { ByteMutations($0) })
      files.changesEveryByte = false
      let problems = files.problems(isTyped: { $0 is ONNXError }) { _ = try ONNXNetwork(ONNXModel(bytes: $0)) }
      #expect(problems == [])
    }
  }

  /// Graphs of all kinds, a few mutants each, with the inputs that the graphs were made for.
  @Test func randomChangesOfOtherGraphs() async {
    await #expect(processExitsWith: .success) {
      var (read, refused) = (0, 0)
      for fixture in [try ONNXFixture("ONNXRandom/random"), try ONNXFixture("ONNXNodes/supporting")] {
        for (number, name) in fixture.cases.enumerated() {
          let (sample, inputs) = (try fixture.model(name), try fixture.inputs(name))
          for bytes in ByteMutations(sample).mutants(4, seed: UInt64(number)) {
            guard let graph = try? ONNXGraph(ONNXModel(bytes: bytes)) else {
              refused += 1
              continue
            }
            read += 1
            _ = try? graph(inputs)
          }
        }
      }
      #expect(read > 20 && refused > 1000)
    }
  }

  @Test func smallPartsDoNotFillTheMemory() {
    // A graph of 300,000 nodes without a byte, and one of integers of a byte each.
    let nodes = (0..<600_000).map { $0 % 2 == 0 ? 0x0a : 0 as UInt8 }
    let graph = Self.field(7, nodes)
    #expect(Self.problem(graph).contains("so many small parts"))
    let integers = Self.field(7, Self.field(5, Self.field(7, Array(repeating: 1, count: 6_000_000))))
    #expect(Self.problem(integers).contains("so many small parts"))
  }

  @Test func deepMessagesAreNotFollowed() {
    // A graph in an attribute of a node of a graph in an attribute, ten thousand times.
    var bytes: [UInt8] = []
    for _ in 0..<10_000 { bytes = Self.field(1, Self.field(5, Self.field(6, bytes))) }
    #expect(Self.problem(Self.field(7, bytes)) != "")
    // Groups of groups, which have no length.
    #expect(Self.problem(Array(repeating: 0x0b, count: 100_000)).contains("wire type 3"))
  }

  @Test func numbersThatNeverEnd() {
    #expect(Self.problem(Array(repeating: 0xff, count: 100)).contains("more than 64 bits"))
    #expect(Self.problem([0x08]).contains("cut short"))
    #expect(Self.problem([0x00, 0x00]).contains("there is no field 0"))
    #expect(Self.problem([0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]).contains("are left"))
    #expect(Self.problem([0x12, 0x02, 0xff, 0xfe]).contains("is no ONNX file"))
  }

  private static func problem(_ bytes: [UInt8]) -> String {
    recordFigure("bad_files/onnx", 1)
    do throws(ONNXError) {
      _ = try ONNXModel(bytes: bytes)
      return ""
    } catch {
      return error.description
    }
  }

  /// A field of bytes.
  private static func field(_ number: Int, _ content: [UInt8]) -> [UInt8] {
    var bytes = [UInt8(number << 3 | 2)]
    var length = content.count
    repeat {
      bytes.append(UInt8(length & 0x7f) | (length > 0x7f ? 0x80 : 0))
      length >>= 7
    } while length > 0
    return bytes + content
  }
}
