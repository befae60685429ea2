import RecurrentONNX
import Testing

@Suite struct ONNXErrorTests {
  @Test func isOneLineWhateverTheFileHolds() {
    let error = ONNXError(path: "a.onnx", place: "node 'x\ny'", problem: "no such operator")
    #expect(error.description.hasPrefix("a.onnx: node 'x"))
    #expect(error.description.hasSuffix(": no such operator"))
    #expect(!error.description.contains("\n"))
  }
}
