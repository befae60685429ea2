import RecurrentLayers
import RecurrentTensor
import RecurrentTraining

/// Trains the networks of a `DynamicsStudy` and judges them.
struct DynamicsTrainer {
  let study: DynamicsStudy
  /// The whole series, `[T, 1, C]`.
  let points: Tensor
  let horizon: Int
  let key: RandomKey

  private var width: Int { points.shape[2] }

  func train(
    _ subject: DynamicsStudy.Subject, stop: StopRequest, observe: (StudyEvent) -> Void
  ) throws(StudyError) -> DynamicsOutcome {
    let first = RecurrentInitialization(input: .glorotUniform, recurrent: .orthogonal(), bias: .zeros, forgetBias: 1)
    let cellKey = key.folding(1)
    switch subject {
    case .lstm:
      return try train(
        subject,
        LSTMCell(inputSize: width, hiddenSize: study.hiddenSize, initialization: first, key: cellKey), stop, observe)
    case .gru:
      return try train(
        subject, GRUCell(inputSize: width, hiddenSize: study.hiddenSize, initialization: first, key: cellKey), stop,
        observe)
    case .rnn:
      return try train(
        subject, ElmanCell(inputSize: width, hiddenSize: study.hiddenSize, initialization: first, key: cellKey), stop,
        observe)
    case .esn: return try fitReservoir()
    }
  }

  // MARK: Cells

  private func train<Cell: CellWithEquations>(
    _ subject: DynamicsStudy.Subject, _ cell: Cell, _ stop: StopRequest, _ observe: (StudyEvent) -> Void
  ) throws(StudyError) -> DynamicsOutcome {
    let clock = ContinuousClock()
    let start = clock.now
    var network = DifferenceNetwork(
      layer: AnySequenceLayer(RecurrentLayer(cell)),
      head: Linear(inputSize: cell.hiddenSize, outputSize: width, initializer: .glorotUniform, key: key.folding(2)))
    let before = try dynamics(of: cell)
    var optimizer = Adam(learningRate: Self.learningRate)
    let scope = GradientScope()
    var sum = 0.0
    for step in 0..<study.stepLimit where stop.reason == nil {
      optimizer.learningRate = Self.learningRate * (1 - Float(step) / Float(study.stepLimit))
      let (inputs, targets) = windows(step)
      let loss = scope.evaluate(at: &network) { meanSquaredError($0(inputs), targets) }
      guard loss.isFinite, scope.gradients.isFinite else {
        throw .diverged(problem: study.series.rawValue, network: subject.rawValue, step: step + 1)
      }
      scope.gradients.clip(toGlobalNorm: 1)
      optimizer.update(&network, with: scope.gradients)
      sum += Double(loss)
      guard (step + 1) % Self.stepsBetweenReports == 0 else { continue }
      let error = (sum / Double(Self.stepsBetweenReports)).squareRoot()
      observe(.progress("step \(step + 1)  one-step error \(NumberText.significant(error))"))
      sum = 0
    }
    let seconds = (clock.now - start).seconds
    let after = try dynamics(of: trainedCell(of: network, like: cell))
    return DynamicsOutcome(
      subject: subject, errors: errors(of: network), seconds: seconds, dynamics: (before, after))
  }

  private static let learningRate: Float = 5e-3
  private static let stepsBetweenReports = 500

  /// Windows of the training points and the points one step later, `[T, N, C]`.
  private func windows(_ step: Int) -> (SequenceBatch, Tensor) {
    let key = key.folding(3).folding(step).folding(.data)
    let length = DynamicsStudy.windowLength
    let starts = (0..<DynamicsStudy.batchSize).map {
      key.integer(at: $0, below: study.trainingCount - length)
    }
    return (SequenceBatch(rows(starts, length)), rows(starts.map { $0 + 1 }, length))
  }

  /// Stretches of the series side by side, `[length, N, C]`.
  private func rows(_ starts: [Int], _ length: Int) -> Tensor {
    let places = (0..<length).flatMap { step in starts.map { Int32($0 + step) } }
    return points.reshaped(to: [points.shape[0], width]).rows(at: places)
      .reshaped(to: [length, starts.count, width])
  }

  /// The cell with the weights that training gave it.
  private func trainedCell<Cell: CellWithEquations>(of network: DifferenceNetwork, like cell: Cell) -> Cell {
    (network.layer.wrapped as? RecurrentLayer<Cell>)?.cell ?? cell
  }

  private func dynamics<Cell: CellWithEquations>(of cell: Cell) throws(StudyError) -> DrivenDynamics {
    let inputs = SequenceBatch(rows([study.trainingCount], DynamicsStudy.jacobianSteps))
    let jacobians = cell.stepJacobians(inputs)
    do throws(SpectralRadiusError) {
      return DrivenDynamics(
        productNorms: jacobians.productNorms().map { $0[0] },
        exponent: jacobians.largestLyapunovExponent(transient: DynamicsStudy.jacobianSteps / 4),
        radius: try jacobians.steps[DynamicsStudy.jacobianSteps - 1].spectralRadii()[0])
    } catch {
      throw .spectralRadius(error)
    }
  }

  // MARK: Reservoir

  private func fitReservoir() throws(StudyError) -> DynamicsOutcome {
    let clock = ContinuousClock()
    let start = clock.now
    var reservoir = ReservoirConfiguration(units: study.reservoirSize)
    reservoir.spectralRadius = 0.9
    reservoir.inputScaling = study.series == .lorenz ? 0.1 : 0.3
    reservoir.biasScaling = 0.5
    var network: EchoStateNetwork
    do throws(ReservoirError) {
      network = try EchoStateNetwork(
        inputSize: width, outputSize: width,
        configuration: EchoStateConfiguration(reservoirs: [reservoir], readsInputs: true), key: key.folding(4))
    } catch {
      throw .reservoir(error)
    }
    let inputs = SequenceBatch(rows([0], study.trainingCount - 1))
    do throws(RidgeError) {
      try network.fit(
        inputs, targets: rows([1], study.trainingCount - 1), ridge: 1e-6, washout: DynamicsStudy.warmUp)
    } catch {
      throw .ridge(error)
    }
    return DynamicsOutcome(
      subject: .esn, errors: errors(of: network), seconds: (clock.now - start).seconds, dynamics: nil)
  }

  // MARK: Judging

  /// The root of the mean squared error over all forecasts and coordinates, for every step ahead.
  private func errors(of network: some SeriesPredictor) -> [Double] {
    let origins = (0..<DynamicsStudy.forecastCount).map {
      study.trainingCount + $0 * DynamicsStudy.originDistance
    }
    let forecasts = network.forecast(rows(origins, DynamicsStudy.warmUp), horizon: horizon)
    let truth = rows(origins.map { $0 + DynamicsStudy.warmUp }, horizon)
    return (0..<horizon).map { step in
      let squares = zip(forecasts[step].scalars, truth[step].scalars).map { Double($0 - $1) * Double($0 - $1) }
      return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
    }
  }
}
