import RecurrentTensor
import Testing

struct RandomKeyTests {
  let key = RandomKey(seed: 42)

  @Test func theSameKeyGivesTheSameNumbers() {
    #expect(RandomKey(seed: 42).bits(at: 7) == key.bits(at: 7))
    #expect(Tensor(normal: [10], key: key).scalars == Tensor(normal: [10], key: key).scalars)
    #expect(key.folding(3).folding(.dropout) == RandomKey(seed: 42).folding(3).folding(.dropout))
  }

  @Test func foldedKeysNeverMeet() {
    var keys: Set<RandomKey> = [key]
    let purposes: [RandomKey.Purpose] = [.initialization, .dropout, .shuffle, .sampling, .data]
    for purpose in purposes {
      for step in 0..<200 {
        for layer in 0..<5 { keys.insert(key.folding(purpose).folding(step).folding(layer)) }
      }
    }
    #expect(keys.count == 5001)
    #expect(key.folding(1).folding(2) != key.folding(2).folding(1))
    #expect(RandomKey(seed: 43).folding(1) != key.folding(1))
    #expect(Set((0..<1000).map { key.bits(at: $0) }).count == 1000)
  }

  @Test func elementsDoNotDependOnHowManyAreDrawn() {
    let many = Tensor(normal: [1001], key: key).scalars
    #expect(Tensor(normal: [7], key: key).scalars == Array(many.prefix(7)))
    let even = Tensor(uniform: [1001], key: key).scalars
    #expect(Tensor(uniform: [10], key: key).scalars == Array(even.prefix(10)))
  }

  @Test func uniformNumbersAreEven() {
    let numbers = Tensor(uniform: [40_000], from: -1, to: 3, key: key).scalars.map { Double($0) }
    #expect(numbers.allSatisfy { $0 >= -1 && $0 <= 3 })
    let mean = numbers.reduce(0, +) / 40_000
    let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 40_000
    // Four standard errors: 4 sqrt(4/3 / 40000) = 0.023, and of the variance about 0.025.
    #expect(abs(mean - 1) < 0.024)
    #expect(abs(variance - 4.0 / 3) < 0.025)
  }

  @Test func normalNumbersAreNormal() {
    let numbers = Tensor(normal: [40_000], mean: 2, deviation: 3, key: key).scalars.map { (Double($0) - 2) / 3 }
    let mean = numbers.reduce(0, +) / 40_000
    let variance = numbers.reduce(0) { $0 + $1 * $1 } / 40_000
    let fourth = numbers.reduce(0) { $0 + $1 * $1 * $1 * $1 } / 40_000
    // Four standard errors: 4 / 200, 4 sqrt(2) / 200, 4 sqrt(96) / 200.
    #expect(abs(mean) < 0.02)
    #expect(abs(variance - 1) < 0.029)
    #expect(abs(fourth - 3) < 0.2)
  }

  @Test func aPermutationHoldsEveryNumberOnce() {
    let order = key.permutation(of: 1000)
    #expect(order.sorted() == Array(0..<1000))
    #expect(order != Array(0..<1000))
    #expect(order != key.folding(1).permutation(of: 1000))
    #expect(key.permutation(of: 0) == [])
    #expect(key.permutation(of: 1) == [0])
  }

  @Test func everyOrderIsEquallyLikely() {
    var counts: [[Int]: Int] = [:]
    for number in 0..<6000 { counts[key.folding(number).permutation(of: 3), default: 0] += 1 }
    #expect(counts.count == 6)
    // Four standard deviations of a count: 4 sqrt(6000 · 1/6 · 5/6) = 115.
    #expect(counts.values.allSatisfy { abs($0 - 1000) < 116 })
  }

  @Test func wholeNumbersStayBelowTheirBound() {
    for bound in [1, 2, 3, 10, 1 << 40] {
      #expect((0..<100).allSatisfy { (0..<bound).contains(key.integer(at: $0, below: bound)) })
    }
    #expect((0..<100).allSatisfy { (0..<1).contains(key.unit(at: $0)) })
  }

  @Test func misuseTraps() async {
    await #expect(processExitsWith: .failure) { _ = RandomKey(seed: 1).folding(-1) }
    await #expect(processExitsWith: .failure) { _ = RandomKey(seed: 1).integer(at: 0, below: 0) }
  }
}
