import RecurrentLayers
import RecurrentTensor

extension Module {
  /// A number that almost surely differs where any bit of a parameter or running statistic does: fast, but no protection
  /// against intent.
  mutating func digest() -> UInt64 {
    var digest = ParameterDigest()
    visit(&digest)
    // 0 stands for no digest.
    return max(digest.value, 1)
  }
}

private struct ParameterDigest: ModuleVisitor {
  private(set) var value: UInt64 = 0x9e37_79b9_7f4a_7c15

  mutating func visit(_ name: StaticString, _ parameter: inout Parameter) { add(parameter.value) }
  mutating func visit(_ name: StaticString, _ statistic: inout RunningStatistic) { add(statistic.value) }

  private mutating func add(_ tensor: Tensor) {
    let bytes = UnsafeRawBufferPointer(start: tensor.pointer, count: tensor.count * tensor.elementType.stride)
    var sum = value
    for start in stride(from: 0, to: bytes.count, by: 4) {
      sum = (sum ^ UInt64(bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self))) &* 0x0000_0100_0000_01b3
      sum ^= sum >> 29
    }
    value = sum
  }
}
