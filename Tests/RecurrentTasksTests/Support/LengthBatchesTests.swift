import RecurrentTensor
import Testing

@testable import RecurrentTasks

@Suite struct LengthBatchesTests {
  private let lengths = (0..<103).map { $0 * 7 % 13 + 1 }
  private let key = RandomKey(seed: 5)

  private func epoch(_ number: Int, of batches: LengthBatches) -> [[Int]] {
    (0..<batches.count).map { batches.numbers(ofBatch: $0, inEpoch: number, key: key) }
  }

  @Test func everySequenceStandsInOneBatchOfEachEpoch() {
    let batches = LengthBatches(lengths: lengths, batchSize: 10)
    #expect(batches.count == 11)
    for number in 0..<3 {
      #expect(epoch(number, of: batches).flatMap { $0 }.sorted() == Array(0..<103))
    }
    #expect(batches.inOrder.flatMap { $0 }.sorted() == Array(0..<103))
  }

  @Test func batchesHoldNeighboursInLength() {
    let batches = LengthBatches(lengths: lengths, batchSize: 10)
    for batch in epoch(0, of: batches) + batches.inOrder {
      let shortest = batch.map { lengths[$0] }.min() ?? 0
      let longest = batch.map { lengths[$0] }.max() ?? 0
      // Between the shortest and the longest of a batch no other sequence has its place.
      let between = lengths.indices.filter { !batch.contains($0) }.count {
        (shortest + 1..<max(longest, shortest + 1)).contains(lengths[$0])
      }
      #expect(between == 0)
    }
  }

  @Test func ordersDependOnEpochAndKeyAlone() {
    let batches = LengthBatches(lengths: lengths, batchSize: 10)
    let first = epoch(0, of: batches)
    #expect(epoch(1, of: batches) != first)
    #expect(epoch(0, of: batches) == first)
    #expect(epoch(0, of: LengthBatches(lengths: lengths, batchSize: 10)) == first)
    let other = (0..<batches.count).map { batches.numbers(ofBatch: $0, inEpoch: 0, key: RandomKey(seed: 6)) }
    #expect(other != first)
  }

  @Test func batchesForUseHoldAllButTheEmpty() {
    let lengths = [0, 3, 0, 9, 1, 3, 40]
    let batches = LengthBatches(lengths: lengths, batchSize: .max, limit: 12).inOrderWithoutEmpty
    #expect(batches.flatMap { $0 }.sorted() == [1, 3, 4, 5, 6])
    #expect(
      batches.allSatisfy { batch in batch.count == 1 || batch.count * (batch.map { lengths[$0] }.max() ?? 0) <= 12 })
  }
}
