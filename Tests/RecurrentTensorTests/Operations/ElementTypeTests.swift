import RecurrentTensor
import Testing

/// Floats read as doubles would be read beyond their end.
struct ElementTypeTests {
  static let float = Tensor([1, 2, 3, 4], shape: [2, 2])
  static let double = float.converted(to: .float64)

  @Test func mixedTypesTrap() async {
    await #expect(processExitsWith: .failure) { _ = Self.float * Self.double }
    await #expect(processExitsWith: .failure) { _ = matmul(Self.float, Self.double) }
    await #expect(processExitsWith: .failure) { _ = Self.float.linear(weight: Self.double) }
    await #expect(processExitsWith: .failure) { _ = select(Self.float, Self.double, Self.double) }
    await #expect(processExitsWith: .failure) { _ = Tensor(concatenating: [Self.float, Self.double], axis: 0) }
    await #expect(processExitsWith: .failure) { _ = Self.double.layerNormalized(gain: Tensor([1, 1])) }
  }
}
