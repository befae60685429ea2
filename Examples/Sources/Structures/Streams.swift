import Foundation
import Recurrent

/// Output feedback: trained under a teacher to give the next value of a wave, the network goes on alone.
func goOnWithAWave() {
  let wave = (0..<120).map { Float(0.6 * sin(Double($0) * 0.35) + 0.3 * sin(Double($0) * 0.7)) }
  var network = RecurrentLayer(
    OutputFeedback(
      GRUCell(inputSize: 2, hiddenSize: 24, key: key), readout: Linear(inputSize: 24, outputSize: 1, key: key)))
  let nothing = SequenceBatch(Tensor(zeros: [80, 1, 1]))
  let targets = Tensor(Array(wave[..<80]), shape: [80, 1, 1])
  train(&network, steps: 400) { network, key in
    // A little noise on what is fed back teaches the network to come back to the wave.
    let fed = targets + Tensor(normal: targets.shape, deviation: 0.03, key: key)
    return meanSquaredError(network(nothing, teacher: fed).outputs.values, targets)
  }
  let (_, state) = network(nothing, teacher: targets)
  let alone = network(SequenceBatch(Tensor(zeros: [40, 1, 1])), from: state).outputs.values.scalars
  for step in stride(from: 0, to: 40, by: 8) {
    print("\(step + 1) steps on: \(alone[step]), the wave is at \(wave[80 + step])")
  }
}

/// A stack of different layers whose stream stops, is kept as JSON, and goes on to the same bits; and two documents behind
/// each other in one row that know nothing of each other.
func keepAStream() throws {
  let stack = RecurrentStack(
    LSTM(inputSize: 3, hiddenSize: 8, key: key), Residual(GRU(inputSize: 8, hiddenSize: 8, key: key)),
    Highway(LSTM(inputSize: 8, hiddenSize: 8, key: key), key: key))
  let steps = Tensor(normal: [12, 1, 3], key: key)
  let whole = stack(SequenceBatch(steps))

  let first = stack(SequenceBatch(steps.slice(axis: 0, 0..<7)))
  let file = try JSONEncoder().encode(first.finalState)
  let state = try stack.validated(JSONDecoder().decode(StackState<AnyState>.self, from: file))
  let second = stack(SequenceBatch(steps.slice(axis: 0, 7..<12)), from: state)
  let isSame = second.finalState.hidden.scalars == whole.finalState.hidden.scalars
  print("a stream kept in \(file.count) bytes goes on to the same bits: \(isSame)")

  let borders = StepFlags(stepCount: 12, batchSize: 1) { step, _ in step == 7 }
  let packed = stack(SequenceBatch(steps), resets: borders).outputs.values
  let alone = stack(SequenceBatch(steps.slice(axis: 0, 7..<12))).outputs.values
  let distance = zip(packed.slice(axis: 0, 7..<12).scalars, alone.scalars).map { abs($0 - $1) }.max() ?? 0
  print("the second document in a row differs from itself alone by \(distance)")
}
