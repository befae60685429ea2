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
}
