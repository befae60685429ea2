import Foundation
import RecurrentTensor
import Testing

struct TensorCodingTests {
  static let odd: [Float] = [
    0, -0.0, 1, -1.5, .pi, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .infinity, -.infinity, .nan,
    Float(bitPattern: 0x7fc0_1234),
  ]

  @Test func bitsSurviveJSON() throws {
    let tensor = Tensor(Self.odd, shape: [1, 11])
    let read = try JSONDecoder().decode(Tensor.self, from: JSONEncoder().encode(tensor))
    #expect(read.shape == [1, 11])
    #expect(read.scalars.map(\.bitPattern) == Self.odd.map(\.bitPattern))
    let double = Tensor(doubles: [0.1, -0.0, .nan], shape: [3])
    let again = try JSONDecoder().decode(Tensor.self, from: JSONEncoder().encode(double))
    #expect(again.doubles.map(\.bitPattern) == double.doubles.map(\.bitPattern))
  }

  @Test func theFormIsPlain() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = try String(decoding: encoder.encode(Tensor([1, 0])), as: UTF8.self)
    #expect(text == #"{"float32":[1065353216,0],"shape":[2]}"#)
  }

  @Test(arguments: [
    #"{"float32":[1],"shape":[2]}"#, #"{"float32":[1],"shape":[-1]}"#, #"{"float32":[],"shape":[4294967296,0]}"#,
    #"{"float32":[1],"shape":[1,1,1,1,1,1,1]}"#, #"{"float32":[1],"shape":[4000000000000000000,4]}"#,
    #"{"float32":[-1],"shape":[1]}"#, #"{"shape":[1]}"#, #"{"float64":[1,2],"shape":[1]}"#, "[]",
  ])
  func whatIsNoTensorIsRefused(_ text: String) {
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(Tensor.self, from: Data(text.utf8)) }
  }
}
