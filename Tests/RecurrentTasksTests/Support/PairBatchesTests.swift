import RecurrentTensor
import Testing

@testable import RecurrentTasks

struct PairBatchesTests {
  private let lengths = (0..<103).map { $0 * 7 % 13 + 1 }
  private let others = (0..<103).map { $0 * 5 % 17 + 1 }
  private let key = RandomKey(seed: 5)

  private func epoch(_ number: Int, of batches: LengthBatches) -> [[Int]] {
    (0..<batches.count).map { Array(batches.numbers(ofBatch: $0, inEpoch: number, key: key)) }
  }

  @Test(arguments: [nil, 60, 5] as [Int?])
  func everyPairStandsInOneBatch(limit: Int?) {
    let batches = LengthBatches(lengths: lengths, others: others, batchSize: 10, limit: limit)
    for number in 0..<3 {
      let made = epoch(number, of: batches)
      #expect(made.flatMap { $0 }.sorted() == Array(0..<103))
      for batch in made {
        #expect(!batch.isEmpty && batch.count <= 10)
        let width = batch.map { max(lengths[$0], others[$0]) }.max() ?? 0
        #expect(batch.count == 1 || batch.count * width <= limit ?? .max)
      }
    }
  }

  @Test func ordersDependOnEpochAndKeyAlone() {
    let batches = LengthBatches(lengths: lengths, others: others, batchSize: 10, limit: 100)
    let first = epoch(0, of: batches)
    #expect(epoch(1, of: batches) != first)
    #expect(epoch(0, of: batches) == first)
  }

  @Test func nothingMakesNoBatch() {
    #expect(LengthBatches(lengths: [], others: [], batchSize: 10, limit: nil).count == 0)
  }
}
