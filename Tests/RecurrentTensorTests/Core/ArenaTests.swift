import RecurrentTensor
import Testing

struct ArenaTests {
  @Test func aBlockThatNobodyHoldsIsUsedAgain() {
    var arena = Arena()
    let address = arena.block(count: 100, elementType: .float32).base
    let next = arena.block(count: 100, elementType: .float32).base
    #expect(next == address)
    #expect(arena.blockCount == 1)
  }

  @Test func aBlockThatIsHeldIsNot() {
    var arena = Arena()
    let held = (0..<50).map { _ in arena.block(count: 100, elementType: .float32) }
    #expect(Set(held.map { $0.base }).count == 50)
    #expect(arena.blockCount == 50)
    extendLifetime(held)
  }

  @Test func blocksAreLargeEnoughAndOfTheTypeAskedFor() {
    var arena = Arena()
    for count in [0, 1, 15, 16, 17, 63, 64, 65, 100, 129, 1000, 4097, 1_000_001] {
      for type in [ElementType.float32, .float64] {
        let block = arena.block(count: count, elementType: type)
        #expect(block.capacity >= count)
        #expect(block.capacity <= max(16, count + count / 8 + 16))
        #expect(block.elementType == type)
        #expect(UInt(bitPattern: block.base) % 64 == 0)
      }
    }
  }

  @Test func nearlyEqualSizesShareBlocks() {
    var arena = Arena()
    let address = arena.block(count: 1000, elementType: .float32).base
    let next = arena.block(count: 970, elementType: .float32).base
    #expect(next == address)
  }

  @Test func aReusedBlockHasNewContent() {
    var arena = Arena()
    let first = arena.block(count: 100, elementType: .float32).stamp
    let second = arena.block(count: 100, elementType: .float32).stamp
    #expect(first != second)
  }

  @Test func aStepGetsTheBlocksOfTheStepBefore() {
    var arena = Arena()
    func step() -> [UnsafeMutableRawPointer] {
      arena.beginStep()
      let held = [100, 100, 3000, 100].map { arena.block(count: $0, elementType: .float32) }
      return held.map { $0.base }
    }
    let first = step()
    #expect(Set(first).count == 4)
    for _ in 0..<3 {
      let next = step()
      #expect(next == first)
    }
    #expect(arena.blockCount == 4)
  }

  @Test func aBlockThatIsStillHeldIsReplacedInTheNextStep() {
    var arena = Arena()
    let kept = arena.block(count: 100, elementType: .float32)
    arena.beginStep()
    let second = arena.block(count: 100, elementType: .float32).base
    #expect(second != kept.base)
    arena.beginStep()
    let doubles = arena.block(count: 100, elementType: .float64)
    #expect(doubles.elementType == .float64)
    extendLifetime(kept)
  }

  @Test func allLargeBlocksAreTriedBeforeOneIsMade() {
    var arena = Arena()
    var held = (0..<40).map { _ in arena.block(count: 20_000, elementType: .float32) }
    let free = held.remove(at: 20).base
    let next = arena.block(count: 20_000, elementType: .float32).base
    #expect(next == free)
    #expect(arena.blockCount == 40)
    #expect(arena.byteCount >= 40 * 80_000 && arena.byteCount < 41 * 90_000)
    extendLifetime(held)
  }

  @Test func onlyUsers() {
    var arena = Arena()
    var block = arena.block(count: 100, elementType: .float32)
    let other = arena.block(count: 100, elementType: .float32)
    let isAlone = arena.isOnlyUser(of: &block)
    #expect(isAlone)
    let second = block
    let isStillAlone = arena.isOnlyUser(of: &block)
    #expect(!isStillAlone)
    extendLifetime((second, other))
    var foreign = Storage(capacity: 10, elementType: .float32)
    let isForeignAlone = arena.isOnlyUser(of: &foreign)
    #expect(isForeignAlone)
    #expect(arena.blockCount == 2)
  }
}
