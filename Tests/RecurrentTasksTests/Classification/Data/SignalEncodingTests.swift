import Foundation
import RecurrentLayers
import RecurrentTensor
import Testing

@testable import RecurrentTasks

@Suite struct SignalEncodingTests {
  private static let examples = ExampleSet(
    values: [1, 10, 3, 10, 5, 10, 7, 10], channelCount: 2, steps: [0..<2, 1..<4])

  /// Mean and deviation are over the steps of all sequences, overlapping ones as often as they occur.
  @Test func channelsGetMean0AndDeviation1() throws {
    let encoding = SignalEncoding(fitting: Self.examples, channels: ["a", "b"], fineScale: nil)
    let batch = try #require(Self.examples.signalBatch([1, 0], encoding))
    #expect(batch.values.shape == [3, 2, 2])
    #expect(batch.lengths == [3, 2])
    // 1 3 3 5 7: mean 3.8, variance 4.16.
    let deviation = 4.16.squareRoot()
    let expected = [3, 1, 5, 3, 7].map { Float((Double($0) - 3.8) / deviation) }
    let first = stride(from: 0, to: 10, by: 2).map { batch.values.scalars[$0] }
    for (found, wanted) in zip(first, expected) { #expect(abs(found - wanted) < 1e-6) }
    // A channel that does not change is shifted and keeps its size.
    #expect(batch.values.scalars[1] == 0)
  }

  @Test func fineChannelsMagnifySmallDistances() throws {
    let plain = SignalEncoding(channels: ["a", "b"], fineScale: 0.5)
    #expect(plain.featureCount == 4)
    let batch = try #require(Self.examples.signalBatch([0], plain))
    let expected = [Float(1), 10, Float(asinh(-2.0)), 0, 3, 10, Float(asinh(2.0)), 0]
    for (found, wanted) in zip(batch.values.scalars, expected) { #expect(abs(found - wanted) < 1e-6) }
    let fitted = SignalEncoding(fitting: Self.examples, channels: ["a", "b"], fineScale: 0.5)
    #expect(fitted.isValid)
    let decoded = try JSONDecoder().decode(SignalEncoding.self, from: JSONEncoder().encode(fitted))
    #expect(decoded == fitted)
  }

  /// Scaling and noise have the size that was asked for, and the same key gives the same bits.
  @Test func noiseIsAFunctionOfTheKey() throws {
    let encoding = SignalEncoding(channels: ["a"], fineScale: nil)
    let flat = ExampleSet(values: [Float](repeating: 1, count: 4000), channelCount: 1, steps: [0..<2000, 2000..<4000])
    var settings = AugmentationConfiguration()
    settings.inputNoise = 0.5
    func values(_ seed: UInt64) throws -> [Float] {
      let noise = SignalNoise(settings: settings, key: RandomKey(seed: seed))
      return try #require(flat.signalBatch([0, 1], encoding, noise: noise)).values.scalars
    }
    let first = try values(1)
    #expect(try values(1) == first)
    #expect(try values(2) != first)
    let deviation = (first.reduce(0) { $0 + ($1 - 1) * ($1 - 1) } / 4000).squareRoot()
    #expect(abs(deviation - 0.5) < 0.03)
    settings.inputNoise = 0
    settings.channelScaling = 0.1
    let scaled = try values(1)
    #expect(Set(scaled).count == 2)
  }

  @Test func wordsBecomeUnknownAsOftenAsAsked() {
    let dropout = WordDropout(rate: 0.3, unknown: 0, key: RandomKey(seed: 1))
    let words = [[Int32]](repeating: [Int32](repeating: 7, count: 100), count: 50)
    let changed = dropout.applied(to: words)
    #expect(dropout.applied(to: words) == changed)
    let share = Double(changed.joined().count { $0 == 0 }) / 5000
    #expect(abs(share - 0.3) < 0.03)
    #expect(changed.joined().allSatisfy { $0 == 0 || $0 == 7 })
  }
}
