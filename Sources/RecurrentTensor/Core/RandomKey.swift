import CRecurrentKernels

/// Names a stream of random numbers.
///
/// There is no generator with a state that moves on: element `i` of the stream of a key is a pure function of the key and
/// `i` (Philox 4x32-10; Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011). To resume a run, or to draw
/// the same dropout mask again on the way back, only integers are needed.
public struct RandomKey: Hashable, Sendable, Codable {
  /// What the numbers are for. Streams of different purposes never meet.
  public enum Purpose: UInt64, Sendable {
    /// First values of weights.
    case initialization = 1
    /// Masks of dropout and its relatives.
    case dropout = 2
    /// The order of examples.
    case shuffle = 3
    /// Choices of generated output.
    case sampling = 4
    /// Synthetic data.
    case data = 5
  }

  /// The seed of the run.
  public let seed: UInt64
  /// The stream within the seed.
  public let stream: UInt64

  /// The root key of a seed.
  public init(seed: UInt64) {
    self.init(seed: seed, stream: 0)
  }

  private init(seed: UInt64, stream: UInt64) {
    self.seed = seed
    self.stream = stream
  }

  /// A key of its own for each `number` (a step, a layer, an epoch).
  public func folding(_ number: UInt64) -> RandomKey {
    RandomKey(seed: seed, stream: words(at: number, in: ~stream).0)
  }

  /// A key of its own for each non-negative `number`.
  public func folding(_ number: Int) -> RandomKey {
    folding(UInt64(number))
  }

  /// A key of its own for each purpose.
  public func folding(_ purpose: Purpose) -> RandomKey {
    folding(purpose.rawValue &<< 56)
  }

  private func words(at counter: UInt64, in stream: UInt64) -> (UInt64, UInt64) {
    var words: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
    withUnsafeMutableBytes(of: &words) { bytes in
      if let start = bytes.baseAddress {
        rk_philox(seed, stream, counter, start.assumingMemoryBound(to: UInt32.self))
      }
    }
    return (UInt64(words.0) | UInt64(words.1) << 32, UInt64(words.2) | UInt64(words.3) << 32)
  }

  /// The 64 random bits number `index` of the stream.
  public func bits(at index: Int) -> UInt64 {
    let pair = words(at: UInt64(index / 2), in: stream)
    return index % 2 == 0 ? pair.0 : pair.1
  }

  /// A whole number below `bound`, without bias worth speaking of (Lemire's multiplication; the error is below 2^-32 for
  /// bounds below 2^32).
  public func integer(at index: Int, below bound: Int) -> Int {
    precondition(bound > 0, "there is no whole number from 0 that is below \(bound)")
    return Int(bits(at: index).multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A number in `[0, 1)`.
  public func unit(at index: Int) -> Double {
    Double(bits(at: index) >> 11) * 0x1p-53
  }

  /// `0..<count` in random order (Fisher and Yates).
  public func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, integer(at: last, below: last + 1))
    }
    return order
  }
}

extension Tensor {
  /// Numbers drawn evenly from `[low, high)`.
  public init(uniform shape: Shape, from low: Float = 0, to high: Float = 1, key: RandomKey) {
    self.init(uninitialized: shape)
    kernels.pointee.random_uniform(key.seed, key.stream, Double(low), Double(high), Int64(count), mutablePointer)
  }

  /// Numbers drawn from the normal distribution.
  public init(normal shape: Shape, mean: Float = 0, deviation: Float = 1, key: RandomKey) {
    self.init(uninitialized: shape)
    kernels.pointee.random_normal(key.seed, key.stream, Double(mean), Double(deviation), Int64(count), mutablePointer)
  }
}

extension Tensor {
  /// 0 at a share `rate` of the elements, 1 / (1 - rate) at the others.
  package init(dropoutMask shape: Shape, rate: Float, elementType: ElementType, key: RandomKey, on tape: Tape?) {
    self.init(uninitialized: shape, elementType: elementType, on: tape)
    let kept = 1 - Double(rate)
    kernels.pointee.random_choice(key.seed, key.stream, kept, kept > 0 ? 1 / kept : 0, 0, Int64(count), mutablePointer)
  }

  /// 1 at a share `rate` of the elements, 0 at the others.
  package init(chosen shape: Shape, rate: Float, elementType: ElementType, key: RandomKey, on tape: Tape?) {
    self.init(uninitialized: shape, elementType: elementType, on: tape)
    kernels.pointee.random_choice(key.seed, key.stream, Double(rate), 1, 0, Int64(count), mutablePointer)
  }
}
