import RecurrentTensor
import Testing

struct PackedWeightsTests {
  /// Packs by adding up, and counts how often it did.
  final class Summing {
    let packed = PackedWeights()
    var count = 0

    func sum(_ a: Tensor, _ b: Tensor? = nil, kind: UInt32 = 0, form: PackedWeights.Form = .forward) -> Float {
      let source =
        b.map { PackedWeights.Source(a, $0, .absent, .absent, kind: kind) } ?? PackedWeights.Source(a, kind: kind)
      let block = packed.block(form, of: source, size: 1, elementType: .float32) { target in
        self.count += 1
        let total = a.scalars.reduce(0, +) + (b?.scalars.reduce(0, +) ?? 0)
        target.assumingMemoryBound(to: Float.self).pointee = total
      }
      defer { extendLifetime(block) }
      return block.base.assumingMemoryBound(to: Float.self).pointee
    }
  }

  @Test func packsOnceWhileTheWeightsStay() {
    let summing = Summing()
    let a = Tensor([1, 2])
    let copy = a
    #expect(summing.sum(a) == 3)
    #expect(summing.sum(copy) == 3)
    #expect(summing.count == 1)
  }

  @Test func aChangeInPlaceIsSeen() {
    let summing = Summing()
    var a = Tensor([1, 2])
    var b = Tensor([3, 4])
    #expect(summing.sum(a, b) == 10)
    let address = a.pointer
    a.withMutableScalars { $0[0] = 10 }
    #expect(a.pointer == address)
    #expect(summing.sum(a, b) == 19)
    b.makeUnique()
    b.mutablePointer.assumingMemoryBound(to: Float.self)[0] = 0
    #expect(summing.sum(a, b) == 16)
    #expect(summing.count == 3)
  }

  @Test func copiesWithOtherWeightsDoNotMixThemUp() {
    let summing = Summing()
    let a = Tensor([1, 2])
    var b = a
    b.withMutableScalars { $0[0] = 5 }
    for _ in 0..<3 {
      #expect(summing.sum(a) == 3)
      #expect(summing.sum(b) == 7)
    }
  }

  @Test func partsOfOneBlockAndAbsentOnesDiffer() {
    let summing = Summing()
    let whole = Tensor([1, 2, 3, 4], shape: [2, 2])
    #expect(summing.sum(whole[0]) == 3)
    #expect(summing.sum(whole[1]) == 7)
    #expect(summing.sum(whole[0], whole[1]) == 10)
    #expect(summing.sum(whole[0]) == 3)
  }

  @Test func formsOfTheSameWeightsDiffer() {
    let summing = Summing()
    let a = Tensor([1, 2])
    _ = summing.sum(a, kind: 1)
    _ = summing.sum(a, kind: 2)
    #expect(summing.count == 2)
  }

  @Test func bothFormsTakeTurnsInOneBlockWhileWeightsChange() {
    let packed = PackedWeights()
    var addresses: Set<UnsafeMutableRawPointer> = []
    for step in 0..<5 {
      let weights = Tensor(Float(step))
      for form in [PackedWeights.Form.forward, .backward] {
        addresses.insert(packed.block(form, of: .init(weights), size: 8, elementType: .float32) { _ in }.base)
      }
    }
    #expect(addresses.count == 1)
  }

  @Test func aFormThatIsAskedForAgainGetsABlockOfItsOwn() {
    let summing = Summing()
    let weights = Tensor([1, 2])
    for _ in 0..<10 {
      #expect(summing.sum(weights, form: .forward) == 3)
      #expect(summing.sum(weights, form: .backward) == 3)
    }
    #expect(summing.count == 3)  // The first of each, and the forward one again.
  }

  @Test func aFormThatIsInUseIsNotWrittenOver() {
    let packed = PackedWeights()
    func pack(_ value: Float) -> Storage {
      packed.block(.forward, of: .init(Tensor(value)), size: 1, elementType: .float32) { target in
        target.assumingMemoryBound(to: Float.self).pointee = value
      }
    }
    let first = pack(1)
    let second = pack(2)
    #expect(first.base.assumingMemoryBound(to: Float.self).pointee == 1)
    #expect(second.base.assumingMemoryBound(to: Float.self).pointee == 2)
    extendLifetime((first, second))
  }

  @Test func aFormThatIsFreeIsWrittenOver() {
    let packed = PackedWeights()
    func address(_ size: Int, _ type: ElementType = .float32) -> UnsafeMutableRawPointer {
      packed.block(.forward, of: .init(Tensor(0)), size: size, elementType: type) { _ in }.base
    }
    let first = address(100)
    #expect(address(100) == first)
    #expect(address(50) == first)
    let block = packed.block(.forward, of: .init(Tensor(0)), size: 200, elementType: .float32) { _ in }
    #expect(block.capacity >= 200)
    let doubles = packed.block(.forward, of: .init(Tensor(0)), size: 10, elementType: .float64) { _ in }
    #expect(doubles.elementType == .float64)
  }

  @Test func manyThreadsMayUseOne() async {
    let packed = PackedWeights()
    let tensors = (0..<4).map { Tensor(repeating: Float($0), shape: [1000]) }
    let wrong = await withTaskGroup(of: Int.self) { group in
      for worker in 0..<4 {
        group.addTask {
          (0..<500).count { round in
            let tensor = tensors[(worker + round) % 4]
            let block = packed.block(.forward, of: .init(tensor), size: 1000, elementType: .float32) { target in
              target.copyMemory(from: tensor.pointer, byteCount: 4000)
            }
            let numbers = UnsafeBufferPointer(start: block.base.assumingMemoryBound(to: Float.self), count: 1000)
            defer { extendLifetime(block) }
            return !numbers.allSatisfy { $0 == Float((worker + round) % 4) }
          }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(wrong == 0)
  }
}
