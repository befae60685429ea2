import Foundation
import Recurrent

// An echo state network on the Mackey-Glass series: fitted on 4000 steps, it predicts the next value of the others, and
// runs freely for 84 steps from several places.
//
//   EchoStateNetwork                 random matrices of our own
//   EchoStateNetwork FILE [TIMES]    the matrices, series and settings of a safetensors file, on one thread, timed
//
// The last line is one JSON object.

struct Problem {
  var network: EchoStateNetwork
  var series: [Float]
  var fitted = 4000
  var washout = 100
  var ridge = 1e-6

  static func random() throws -> Problem {
    let key = RandomKey(seed: 7)
    let settings = ReservoirConfiguration(units: 500, spectralRadius: 1.25, leakRate: 0.3)
    let network = try EchoStateNetwork(
      inputSize: 1, outputSize: 1, configuration: EchoStateConfiguration(reservoirs: [settings]), key: key)
    return Problem(network: network, series: MackeyGlass().series(6000, key: key).map { Float(2.5 * ($0 - 0.9)) })
  }

  static func read(_ path: String) throws -> Problem {
    let file = try SafetensorsFile(path: path)
    let reservoir = Reservoir(
      inputWeights: try file.tensor("Win"), recurrentWeights: try file.tensor("W"), leakRates: try file.tensor("lr"))
    let settings = try file.tensor("settings").scalars
    return Problem(
      network: EchoStateNetwork(reservoirs: [reservoir], inputSize: 1, outputSize: 1),
      series: try file.tensor("series").scalars, fitted: Int(settings[0]), washout: Int(settings[1]),
      ridge: pow(10, Double(settings[2])))
  }

  func part(_ range: Range<Int>) -> Tensor { Tensor(Array(series[range]), shape: [range.count, 1, 1]) }

  /// Fits the readout and predicts each value of the rest from those before it; what is timed.
  mutating func fitAndPredict() throws -> (predictions: Tensor, state: EchoStateNetwork.State) {
    let state = try network.fit(
      SequenceBatch(part(0..<fitted)), targets: part(1..<fitted + 1), ridge: ridge, washout: washout)
    let rest = SequenceBatch(part(fitted..<series.count - 1))
    return (network.predict(rest, from: state).0.values, state)
  }

  /// The error as a share of the range of the values that were to be predicted.
  func normalizedError(_ predictions: [Float], _ targets: [Float]) -> Double {
    let squares = zip(predictions, targets).map { pow(Double($0) - Double($1), 2) }
    let range = Double((series[fitted...].max() ?? 1) - (series[fitted...].min() ?? 0))
    return (squares.reduce(0, +) / Double(squares.count)).squareRoot() / range
  }

  /// The error of the last of 84 steps that the network ran freely, from every 100th step on.
  func freeRunningError(from state: EchoStateNetwork.State) -> Double {
    let horizon = 84
    var (predictions, targets): ([Float], [Float]) = ([], [])
    var (state, time) = (state, fitted)
    while time + horizon < series.count {
      let (outputs, _) = network.generate(horizon, from: state, first: Tensor([series[time]], shape: [1, 1]))
      predictions.append(outputs[horizon - 1].scalar)
      targets.append(series[time + horizon])
      state = network.predict(SequenceBatch(part(time..<min(time + 100, series.count))), from: state).1
      time += 100
    }
    return normalizedError(predictions, targets)
  }
}

let arguments = CommandLine.arguments.dropFirst()
if !arguments.isEmpty { ComputeEnvironment.threads = 1 }
var problem = try arguments.first.map(Problem.read) ?? Problem.random()
let times = max(1, arguments.dropFirst().first.flatMap { Int($0) } ?? 1)

var seconds: [Double] = []
var result = try problem.fitAndPredict()
for _ in 0..<times {
  let start = ContinuousClock.now
  result = try problem.fitAndPredict()
  let elapsed = start.duration(to: .now).components
  seconds.append(Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18)
}
let report: JSONValue = [
  "units": .integer(problem.network.featureCount),
  "nrmse": .number(
    problem.normalizedError(result.predictions.scalars, Array(problem.series[(problem.fitted + 1)...]))),
  "nrmse_84": .number(problem.freeRunningError(from: result.state)),
  "seconds": .array(seconds.map { .number($0) }),
]
print(try report.text(.oneLine))
