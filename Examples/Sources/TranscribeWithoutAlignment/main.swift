import Recurrent

// A bidirectional LSTM learns to read strings of digits from noisy frames. It is shown the frames of an utterance and the
// digits that were said, and never which frames belong to which digit: that is what connectionist temporal classification
// is for (CTC: Graves et al., 2006). The utterances are drawn in Utterances.swift.

let key = RandomKey(seed: 5)
let speaker = Speaker(key: key.folding(0))

// Symbols 0...9 are the digits and 10 is the blank, which is said where no digit is, and between two equal ones.
let encoder = BidirectionalLayer(
  forward: LSTMCell(inputSize: Speaker.frameSize, hiddenSize: 32, key: key.folding(1)),
  backward: LSTMCell(inputSize: Speaker.frameSize, hiddenSize: 32, key: key.folding(2)))
var model = Transcriber(encoder, head: Linear(inputSize: 64, outputSize: 11, key: key.folding(3)), blank: 10)

var optimizer = Adam(learningRate: 0.01)
let scope = GradientScope()
for step in 1...600 {
  let (frames, digits) = speaker.utterances(32, key: key.folding(1000 + step))
  let loss = scope.evaluate(at: &model) { ctcLoss($0(frames), digits, blank: 10) }
  scope.gradients.clip(toGlobalNorm: 1)
  optimizer.update(&model, with: scope.gradients)
  if step % 150 == 0 { print("step \(step): \(loss) nats a digit") }
}

// New utterances. Greedy reading takes the likeliest symbol of each frame; a beam adds up all ways to say the same.
let (frames, digits) = speaker.utterances(500, key: key.folding(1))
let right = digits.rows
let (greedy, searched) = (model.decode(frames), model.decode(frames, beamSize: 8, count: 3))
for row in 0..<5 { print("said \(text(right[row])), read \(text(greedy[row]))") }
let symbols = right.reduce(0) { $0 + $1.count }
for (name, found) in [("greedy", greedy), ("beam of 8", searched.map { $0.first?.symbols ?? [] })] {
  let errors = zip(right, found).reduce(0) { $0 + editDistance($1.0, $1.1) }
  print("\(name): \(Float(10_000 * errors / symbols) / 100) % of \(symbols) digits wrong")
}

// What the first utterance may have been, and which of its frames say which digit.
for guess in searched[0] { print("log probability \(Float(guess.logProbability)): \(text(guess.symbols))") }
if let alignment = model.align(frames, to: digits)[0] {
  var line = [String](repeating: "·", count: frames.lengths.map { Int($0[0]) } ?? frames.stepCount)
  for span in alignment.spans { for step in span.steps { line[step] = String(span.symbol) } }
  print("read  " + line.joined())
  print("said  " + speaker.timing(of: 0, key: key.folding(1)))
}
