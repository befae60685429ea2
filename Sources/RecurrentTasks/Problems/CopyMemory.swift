import Foundation
public import RecurrentLayers
public import RecurrentTensor

/// The copy memory problem (Hochreiter and Schmidhuber, 1997; in the form of Arjovsky, Shah and Bengio, "Unitary evolution
/// recurrent neural networks", 2016): ten symbols of eight, then a blank of T steps, of which the last is a delimiter, then
/// ten more steps in which the symbols have to be said again. Until then the answer is the blank.
///
/// Sequences have T + 20 steps. Symbols are 0...7, the blank is 8 and the delimiter 9. Who remembers nothing but the form
/// has a mean cross-entropy of 10 ln 8 / (T + 20).
public struct CopyMemory: Hashable, Sendable {
  /// The number of symbols that are to be copied.
  public var length: Int
  /// The number of different symbols.
  public var alphabetSize: Int
  /// The steps between the symbols and their recall, T.
  public var delay: Int

  /// Ten symbols of eight unless told otherwise.
  public init(delay: Int, length: Int = 10, alphabetSize: Int = 8) {
    precondition(delay >= 1 && length >= 1 && alphabetSize >= 1, "a copy problem needs symbols, a delimiter and a delay")
    self.delay = delay
    self.length = length
    self.alphabetSize = alphabetSize
  }

  /// What stands where there is no symbol.
  public var blank: Int32 { Int32(alphabetSize) }
  /// What asks for the symbols.
  public var delimiter: Int32 { Int32(alphabetSize + 1) }
  /// The number of different inputs: symbols, blank and delimiter. Answers are symbols and blank.
  public var vocabularySize: Int { alphabetSize + 2 }
  /// The number of steps of a sequence.
  public var stepCount: Int { delay + 2 * length }
  /// The mean cross-entropy over all steps of whoever knows the form and remembers no symbol.
  public var baseline: Double { Double(length) * log(Double(alphabetSize)) / Double(stepCount) }

  /// Some sequences.
  ///
  /// - Parameters:
  ///   - batchSize: How many, N.
  ///   - key: What they are drawn from.
  /// - Returns: The inputs, `[T + 20, N]`, and the answer to every step, the N of the first step first.
  public func batch(_ batchSize: Int, key: RandomKey) -> (inputs: TokenBatch, targets: [Int32]) {
    let key = key.folding(.data)
    let rows = (0..<batchSize).map { row in
      (0..<length).map { Int32(key.integer(at: row * length + $0, below: alphabetSize)) }
    }
    let pause = [Int32](repeating: blank, count: delay - 1)
    let recall = [Int32](repeating: blank, count: length)
    let answers = rows.map { [Int32](repeating: blank, count: length + delay) + $0 }
    return (
      TokenBatch(rows.map { $0 + pause + [delimiter] + recall }),
      (0..<stepCount).flatMap { step in answers.map { $0[step] } }
    )
  }
}
