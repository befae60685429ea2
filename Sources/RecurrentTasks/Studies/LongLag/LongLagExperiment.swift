public import RecurrentLayers
import RecurrentTensor
public import RecurrentTraining

/// How a network is trained in a `LongLagExperiment`.
public struct LongLagSettings: Hashable, Sendable {
  /// The cell of the recurrent layer.
  public var cell: StudyCell
  /// Its number of units, H.
  public var hiddenSize: Int
  /// The sequences of a step, N.
  public var batchSize: Int
  /// How far Adam goes.
  public var learningRate: Double
  /// Whether the learning rate falls in a straight line to 0 at the last step, or stays as it is.
  public var decaysLearningRate = false
  /// The longest common length of all gradients; longer ones are shortened to it (Pascanu et al., 2013).
  public var clipNorm: Double
  /// The longest lag that LSTM and GRU are made for from the start; nil for none. See
  /// `RecurrentInitialization.longestLag`.
  public var longestLag: Int?
  /// How the first weights of LSTM, GRU and simple units are drawn; nil for Glorot's way, with orthogonal recurrent
  /// matrices and zero biases.
  public var initialization: RecurrentInitialization?
  /// The most steps.
  public var stepLimit: Int
  /// The steps between evaluations.
  public var stepsBetweenEvaluations: Int
  /// Where weights and data are drawn from.
  public var seed: UInt64

  /// Settings that suit problems of some hundred steps.
  public init(
    cell: StudyCell = .lstm, hiddenSize: Int = 64, batchSize: Int = 32, learningRate: Double = 2e-3,
    clipNorm: Double = 1, longestLag: Int? = nil, initialization: RecurrentInitialization? = nil, stepLimit: Int = 5000,
    stepsBetweenEvaluations: Int = 100,
    seed: UInt64 = 1
  ) {
    self.cell = cell
    self.hiddenSize = hiddenSize
    self.batchSize = batchSize
    self.learningRate = learningRate
    self.clipNorm = clipNorm
    self.longestLag = longestLag
    self.initialization = initialization
    self.stepLimit = stepLimit
    self.stepsBetweenEvaluations = stepsBetweenEvaluations
    self.seed = seed
  }
}

/// Trains a network on a problem with new sequences at every step, until it is solved or the steps are used up.
public struct LongLagExperiment<Problem: LongLagProblem>: Sendable {
  /// What is learned.
  public let problem: Problem
  /// How.
  public let settings: LongLagSettings
  /// Where training ends: this measure on new sequences; nil trains all steps.
  public var goal: Double?

  /// An experiment that ends at the problem's own goal.
  public init(_ problem: Problem, _ settings: LongLagSettings) {
    self.problem = problem
    self.settings = settings
    goal = problem.measure.goal
  }

  /// A network with first weights.
  public func makeNetwork() -> LongLagNetwork {
    let key = RandomKey(seed: settings.seed)
    return LongLagNetwork(
      layer: settings.cell.makeLayer(
        inputSize: problem.inputSize, hiddenSize: settings.hiddenSize, longestLag: settings.longestLag,
        initialization: settings.initialization, key: key.folding(0)),
      head: Linear(
        inputSize: settings.hiddenSize, outputSize: problem.outputSize, initializer: .glorotUniform,
        biasInitializer: .zeros, key: key.folding(1)),
      answersEveryStep: problem.answersEveryStep)
  }

  /// Trains.
  ///
  /// - Parameters:
  ///   - stop: Asks for an end before the goal is reached.
  ///   - observe: Called after every evaluation.
  /// - Throws: `StudyError.diverged` where the loss is not finite.
  public func run(
    stop: StopRequest = StopRequest(), observe: (LongLagResult.Point) -> Void = { _ in }
  ) throws(StudyError) -> LongLagResult {
    let key = RandomKey(seed: settings.seed)
    let (training, heldOut) = (key.folding(2), key.folding(3))
    let clock = ContinuousClock()
    let start = clock.now
    var network = makeNetwork()
    var optimizer = Adam(learningRate: Float(settings.learningRate))
    let scope = GradientScope()
    var history: [LongLagResult.Point] = []
    var sum = 0.0
    var steps = 0
    for step in 0..<settings.stepLimit {
      if settings.decaysLearningRate {
        optimizer.learningRate = Float(settings.learningRate * (1 - Double(step) / Double(settings.stepLimit)))
      }
      let batch = problem.trainingBatch(settings.batchSize, step: step, key: training.folding(step))
      let loss = scope.evaluate(at: &network) { $0.loss(batch) }
      guard loss.isFinite, scope.gradients.isFinite else {
        throw .diverged(problem: problem.name, network: settings.cell.rawValue, step: step + 1)
      }
      scope.gradients.clip(toGlobalNorm: settings.clipNorm)
      optimizer.update(&network, with: scope.gradients)
      sum += Double(loss)
      steps = step + 1
      let isLast = steps == settings.stepLimit || stop.reason != nil
      guard steps % settings.stepsBetweenEvaluations == 0 || isLast else { continue }
      let sinceLast = steps - (history.last?.step ?? 0)
      let point = LongLagResult.Point(
        step: steps, loss: sum / Double(sinceLast), value: problem.evaluate(key: heldOut) { network($0) },
        seconds: (clock.now - start).seconds)
      sum = 0
      history.append(point)
      observe(point)
      if isLast || goal.map({ problem.measure.reaches(point.value, $0) }) ?? false { break }
    }
    return LongLagResult(
      network: network, history: history,
      isSolved: history.last.map { point in
        problem.measure.reaches(point.value, goal ?? problem.measure.goal)
      } ?? false, stopReason: stop.reason)
  }
}

/// What came of a `LongLagExperiment`.
public struct LongLagResult: Sendable {
  /// One evaluation.
  public struct Point: Hashable, Sendable {
    /// The steps of training so far.
    public let step: Int
    /// The mean training loss since the last evaluation.
    public let loss: Double
    /// The measure on sequences that were not trained on.
    public let value: Double
    /// Since the beginning.
    public let seconds: Double
  }

  /// The trained network.
  public let network: LongLagNetwork
  /// All evaluations.
  public let history: [Point]
  /// Whether the goal was reached.
  public let isSolved: Bool
  /// Why training ended before goal and limit, if it did.
  public let stopReason: StopReason?
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double {
    let (whole, fraction) = components
    return Double(whole) + Double(fraction) * 1e-18
  }
}
