import Recurrent

/// Says digits as frames of 8 numbers.
///
/// There are five sounds, each a fixed vector under noise. Every digit is two of them, one after the other, so that no frame
/// alone tells the digit; each sound lasts one to four frames, and between digits nothing but noise is heard for one to five.
struct Speaker {
  static let frameSize = 8
  private static let noise: Float = 0.4
  /// `[5, 8]`
  private let sounds: [[Float]]

  init(key: RandomKey) {
    sounds = (0..<5).map { Tensor(normal: [Speaker.frameSize], key: key.folding($0)).scalars }
  }

  /// Utterances of 3 to 7 digits: their frames, `[T, N, 8]`, and the digits.
  func utterances(_ count: Int, key: RandomKey) -> (frames: SequenceBatch, digits: TokenBatch) {
    let plans = (0..<count).map { Plan(key: key.folding($0)) }
    let lengths = plans.map(\.frames.count)
    let steps = lengths.max() ?? 0
    var values = Tensor(normal: [steps, count, Speaker.frameSize], deviation: Speaker.noise, key: key).scalars
    for (row, plan) in plans.enumerated() {
      for (step, frame) in plan.frames.enumerated() {
        guard let sound = frame?.sound else { continue }
        let start = (step * count + row) * Speaker.frameSize
        for feature in 0..<Speaker.frameSize { values[start + feature] += sounds[sound][feature] }
      }
    }
    let frames = Tensor(values, shape: [steps, count, Speaker.frameSize])
    return (SequenceBatch(frames, lengths: lengths), TokenBatch(plans.map(\.digits)))
  }

  /// The digit of each frame of an utterance, a point where none is said.
  func timing(of number: Int, key: RandomKey) -> String {
    Plan(key: key.folding(number)).frames.map { $0.map { String($0.digit) } ?? "·" }.joined()
  }
}

/// What is said in each frame of an utterance.
private struct Plan {
  struct Frame {
    let digit: Int32
    let sound: Int
  }

  var digits: [Int32] = []
  /// Nil for nothing.
  var frames: [Frame?] = []

  init(key: RandomKey) {
    for place in 0..<3 + key.integer(at: 0, below: 5) {
      let draws = key.folding(place)
      let digit = draws.integer(at: 0, below: 10)
      let sounds = [digit % 5, (digit % 5 + 1 + digit / 5) % 5]
      frames += [Frame?](repeating: nil, count: 1 + draws.integer(at: 1, below: 5))
      for (index, sound) in sounds.enumerated() {
        let frame = Frame(digit: Int32(digit), sound: sound)
        frames += [Frame?](repeating: frame, count: 1 + draws.integer(at: 2 + index, below: 4))
      }
      digits.append(Int32(digit))
    }
  }
}

extension TokenBatch {
  /// The symbols of each row.
  var rows: [[Int32]] {
    (0..<batchSize).map { row in
      (0..<(lengths.map { Int($0[row]) } ?? stepCount)).map { tokens[$0 * batchSize + row] }
    }
  }
}

func text(_ digits: [Int32]) -> String { digits.map(String.init).joined(separator: " ") }

/// The fewest symbols to put in, leave out or exchange to make one sequence of the other (Levenshtein, 1966).
func editDistance(_ a: [Int32], _ b: [Int32]) -> Int {
  var costs = Array(0...b.count)
  for (i, symbol) in a.enumerated() {
    var diagonal = costs[0]
    costs[0] = i + 1
    for j in b.indices {
      let replaced = diagonal + (symbol == b[j] ? 0 : 1)
      diagonal = costs[j + 1]
      costs[j + 1] = min(replaced, diagonal + 1, costs[j] + 1)
    }
  }
  return costs[b.count]
}
