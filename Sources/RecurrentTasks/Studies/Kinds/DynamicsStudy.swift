import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
public import RecurrentTraining

/// How far cells and an echo state network foresee a chaotic series when they run by themselves, and what training does
/// to the Jacobians of the cells (Jaeger and Haas, "Harnessing nonlinearity", Science, 2004).
public struct DynamicsStudy: Sendable {
  /// What is compared.
  public enum Subject: String, Hashable, Sendable, CaseIterable {
    /// Long short-term memory.
    case lstm = "LSTM"
    /// Gated recurrent units.
    case gru = "GRU"
    /// Simple recurrent units with tanh.
    case rnn = "RNN"
    /// An echo state network: a random reservoir with a readout by ridge regression.
    case esn = "ESN"
  }

  /// The networks.
  public var subjects = Subject.allCases
  /// The series.
  public var series = ChaoticSeries.lorenz
  /// The points to learn from.
  public var trainingCount = 4000
  /// How far ahead to forecast; nil for what suits the series.
  public var horizon: Int?
  /// The number of units of the cells, H.
  public var hiddenSize = 48
  /// The number of units of the echo state network.
  public var reservoirSize = 400
  /// The steps of training of the cells.
  public var stepLimit = 4000
  /// Where weights and data are drawn from.
  public var seed: UInt64 = 1

  /// The steps of the windows that cells are trained on.
  static let windowLength = 50
  /// The windows of a training step, N.
  static let batchSize = 32
  /// The points that are read before a forecast.
  static let warmUp = 100
  /// The forecasts over which errors are averaged.
  static let forecastCount = 50
  /// The steps of which Jacobians are made.
  static let jacobianSteps = 200

  /// All networks on the Lorenz attractor.
  public init() {}

  /// Trains, measures and draws.
  ///
  /// - Parameters:
  ///   - stop: Asks for an end after the running step.
  ///   - observe: Called when a training begins, and while it goes on.
  public func run(
    stop: StopRequest = StopRequest(), observe: (StudyEvent) -> Void = { _ in }
  ) throws(StudyError) -> StudyReport {
    let key = RandomKey(seed: seed)
    let horizon = horizon ?? series.usualHorizon
    let testCount = Self.warmUp + horizon + Self.forecastCount * Self.originDistance
    // One run of the series, standardised as a whole: training points first.
    let points = series.points(trainingCount + testCount, key: key.folding(0))
    let trainer = DynamicsTrainer(study: self, points: points, horizon: horizon, key: key)
    var outcomes: [DynamicsOutcome] = []
    for subject in subjects where stop.reason == nil {
      observe(.began("\(subject.rawValue) on \(series.title)"))
      outcomes.append(try trainer.train(subject, stop: stop, observe: observe))
    }
    return DynamicsReport(study: self, horizon: horizon).report(outcomes, stopReason: stop.reason)
  }

  /// The points from the origin of one forecast to the next.
  static let originDistance = 20
}

/// What `DynamicsStudy` finds out about one network.
struct DynamicsOutcome {
  let subject: DynamicsStudy.Subject
  /// The error of free forecasts, in deviations of the series, for every step ahead from 1 on.
  let errors: [Double]
  /// The training of the weights, in seconds.
  let seconds: Double
  /// The Jacobians along the test series, before and after training; nil where there are none.
  let dynamics: (before: DrivenDynamics, after: DrivenDynamics)?

  /// The first step ahead whose error is above 0.4 deviations, or one beyond the horizon.
  var validSteps: Int { errors.firstIndex { $0 > DynamicsOutcome.validError } ?? errors.count }

  /// What a forecast may be off by: the usual bound of the "valid time" of chaotic forecasts.
  static let validError = 0.4
}

/// How the states of a layer that reads a series depend on earlier states.
struct DrivenDynamics {
  /// The spectral norm of the product of Jacobians for every lag from 1 on.
  let productNorms: [Double]
  /// The largest Lyapunov exponent, in nats per step.
  let exponent: Double
  /// The spectral radius of the last step's Jacobian.
  let radius: Double
}
