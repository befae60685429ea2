public import RecurrentTensor

extension Reservoir {
  /// A random reservoir.
  ///
  /// - Parameters:
  ///   - inputSize: The number of inputs, I.
  ///   - feedbackSize: The number of outputs that are fed back; they come behind the inputs in every step.
  ///   - configuration: What it is like.
  ///   - key: Where the random numbers come from.
  /// - Throws: `ReservoirError` where a setting is out of range, or where so few connections were drawn that they form no
  ///   cycle, and no scale gives the matrix the spectral radius that is asked for.
  public init(
    inputSize: Int, feedbackSize: Int = 0, configuration: ReservoirConfiguration, key: RandomKey
  ) throws(ReservoirError) {
    try configuration.validate()
    guard inputSize >= 0, feedbackSize >= 0, inputSize + feedbackSize > 0 else {
      throw .setting("inputSize", value: "\(inputSize)", allowed: "at least 1, or 0 where outputs are fed back")
    }
    let key = key.folding(.initialization)
    let units = configuration.units
    func inputs(_ count: Int, _ scaling: Double, _ number: Int) -> [Float] {
      Self.connections(
        rows: units, columns: count, share: configuration.inputConnectivity,
        distribution: configuration.inputDistribution, key: key.folding(number)
      ).map { $0 * Float(scaling) }
    }
    let given = Tensor(inputs(inputSize, configuration.inputScaling, 0), shape: [units, inputSize])
    let fedBack = Tensor(inputs(feedbackSize, configuration.feedbackScaling, 1), shape: [units, feedbackSize])
    let bias = Float(configuration.biasScaling)
    self.init(
      inputWeights: feedbackSize == 0 ? given : Tensor(concatenating: [given, fedBack], axis: 1),
      recurrentWeights: try Self.recurrentWeights(configuration, key: key.folding(2)),
      bias: bias == 0 ? nil : Tensor(uniform: [units], from: -bias, to: bias, key: key.folding(3)),
      leakRates: Tensor([Float(configuration.leakRate)]), activation: configuration.activation)
  }

  private static func recurrentWeights(
    _ configuration: ReservoirConfiguration, key: RandomKey
  ) throws(ReservoirError) -> Tensor {
    let units = configuration.units
    let drawn = Tensor(
      connections(
        rows: units, columns: units, share: configuration.connectivity,
        distribution: configuration.recurrentDistribution, key: key),
      shape: [units, units])
    let radius: Double
    do throws(SpectralRadiusError) { radius = try drawn.spectralRadius() } catch { throw .spectralRadius(error) }
    guard radius > 0 else { throw .noCycle(units: units, connectivity: configuration.connectivity) }
    return drawn * Tensor(Float(configuration.spectralRadius / radius))
  }

  /// A matrix, row after row, of which each row has the same number of elements that are not 0, at places drawn without
  /// replacement (Floyd's algorithm).
  private static func connections(
    rows: Int, columns: Int, share: Double, distribution: ReservoirConfiguration.Distribution, key: RandomKey
  ) -> [Float] {
    var elements = [Float](repeating: 0, count: rows * columns)
    if elements.isEmpty { return elements }
    let perRow = max(1, Int((share * Double(columns)).rounded()))
    let shape: Shape = [rows, perRow]
    let values: [Float] =
      switch distribution {
      case .normal: Tensor(normal: shape, key: key.folding(0)).scalars
      case .uniform: Tensor(uniform: shape, from: -1, to: 1, key: key.folding(0)).scalars
      case .sign: Tensor(uniform: shape, from: -1, to: 1, key: key.folding(0)).scalars.map { $0 < 0 ? -1 : 1 }
      }
    let places = key.folding(1)
    for row in 0..<rows {
      var taken = Set<Int>()
      for number in 0..<perRow {
        let last = columns - perRow + number
        let place = places.integer(at: row * perRow + number, below: last + 1)
        let column = taken.insert(place).inserted ? place : last
        taken.insert(column)
        elements[row * columns + column] = values[row * perRow + number]
      }
    }
    return elements
  }
}
