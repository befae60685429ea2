import RecurrentLayers
import RecurrentTensor
import Testing

struct InitializerTests {
  static let key = RandomKey(seed: 77)

  /// A matrix of 4 gates of 64 rows and 96 columns.
  static func values(_ initializer: Initializer) -> [Float] {
    initializer.values([256, 96], gates: 4, bound: 0.125, key: key).scalars
  }

  static func moments(_ values: [Float]) -> (mean: Double, variance: Double, kurtosis: Double) {
    let count = Double(values.count)
    let mean = values.reduce(0) { $0 + Double($1) } / count
    let variance = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
    let fourth = values.reduce(0) { sum, value in
      let square = (Double(value) - mean) * (Double(value) - mean)
      return sum + square * square
    }
    return (mean, variance, fourth / count / (variance * variance))
  }

  /// Bound of each even distribution for fan-in 96 and fan-out 64, or 256 over all gates.
  static let bounds: [(Initializer, Float)] = [
    (.uniform, 0.125), (.uniformWithin(0.3), 0.3), (.glorotUniform, (Float(6) / 160).squareRoot()),
    (.glorotUniformOverAllGates, (Float(6) / 352).squareRoot()), (.heUniform, (Float(6) / 96).squareRoot()),
  ]

  @Test(arguments: bounds) func evenValuesFillTheirBounds(_ initializer: Initializer, _ bound: Float) {
    let values = Self.values(initializer)
    let (mean, variance, kurtosis) = Self.moments(values)
    let expected = Double(bound) * Double(bound) / 3
    #expect(values.allSatisfy { abs($0) <= bound })
    #expect(values.contains { $0 > 0.999 * bound } && values.contains { $0 < -0.999 * bound })
    #expect(abs(mean) < 5 * (expected / 24576).squareRoot())
    #expect(abs(variance / expected - 1) < 0.03)
    #expect(abs(kurtosis - 1.8) < 0.05)
  }

  static let deviations: [(Initializer, Double)] = [
    (.normal(deviation: 0.2), 0.2), (.glorotNormal, (2.0 / 160).squareRoot()), (.heNormal, (2.0 / 96).squareRoot()),
  ]

  @Test(arguments: deviations) func normalValuesHaveTheirDeviation(_ initializer: Initializer, _ deviation: Double) {
    let (mean, variance, kurtosis) = Self.moments(Self.values(initializer))
    #expect(abs(mean) < 5 * deviation / Double(24576).squareRoot())
    #expect(abs(variance.squareRoot() / deviation - 1) < 0.03)
    #expect(abs(kurtosis - 3) < 0.2)
  }

  static let shapes: [(rows: Int, columns: Int)] = [
    (5, 5), (3, 8), (8, 3), (1, 4), (4, 1), (1, 1), (37, 37), (50, 33), (17, 50),
  ]

  @Test(arguments: shapes) func orthogonalBlocksHaveOrthonormalRowsOrColumns(_ rows: Int, _ columns: Int) {
    let matrix = Initializer.orthogonal(gain: 2).values([2 * rows, columns], gates: 2, bound: 1, key: Self.key).scalars
    for gate in 0..<2 {
      func element(_ vector: Int, _ place: Int) -> Double {
        let (row, column) = rows <= columns ? (vector, place) : (place, vector)
        return Double(matrix[(gate * rows + row) * columns + column])
      }
      for a in 0..<min(rows, columns) {
        for b in 0..<min(rows, columns) {
          let product = (0..<max(rows, columns)).reduce(0) { $0 + element(a, $1) * element(b, $1) }
          #expect(abs(product - (a == b ? 4 : 0)) < 1e-5)
        }
      }
    }
  }

  /// Half of all random orthogonal matrices turn the space over.
  @Test func orthogonalMatricesAreRotationsAndReflections() {
    let determinants = (0..<40).map { number in
      let m = Initializer.orthogonal().values([2, 2], bound: 1, key: Self.key.folding(number)).scalars
      return m[0] * m[3] - m[1] * m[2]
    }
    #expect((8...32).contains(determinants.count { $0 > 0 }))
  }

  @Test func identityStandsInEveryGate() {
    let square = Initializer.identity(scale: 0.5).values([6, 3], gates: 2, bound: 1, key: Self.key)
    let block: [Float] = [0.5, 0, 0, 0, 0.5, 0, 0, 0, 0.5]
    #expect(square.scalars == block + block)
    let wide = Initializer.identity().values([2, 3], bound: 1, key: Self.key)
    #expect(wide.scalars == [1, 0, 0, 0, 1, 0])
    let tall = Initializer.identity().values([3, 2], bound: 1, key: Self.key)
    #expect(tall.scalars == [1, 0, 0, 1, 0, 0])
  }

  @Test func constantsAreConstant() {
    #expect(Self.values(.zeros).allSatisfy { $0 == 0 })
    #expect(Self.values(.constant(0.75)).allSatisfy { $0 == 0.75 })
  }

  @Test func valuesAreAFunctionOfTheKey() {
    for initializer in [Initializer.uniform, .heNormal, .orthogonal()] {
      let first = initializer.values([4, 4], bound: 1, key: Self.key).scalars
      #expect(initializer.values([4, 4], bound: 1, key: Self.key).scalars == first)
      #expect(initializer.values([4, 4], bound: 1, key: Self.key.folding(1)).scalars != first)
    }
  }

  // MARK: Cells

  @Test func pyTorchsWeightsAreEvenInOneOverTheRootOfTheHiddenSize() {
    let cell = GRUCell(inputSize: 40, hiddenSize: 25, key: Self.key)
    for (path, parameter) in cell.parameters {
      let scalars = parameter.value.scalars
      #expect(scalars.allSatisfy { abs($0) <= 0.2 }, "\(path)")
      #expect(scalars.contains { abs($0) > 0.19 }, "\(path)")
    }
    let all = cell.parameters.map { Array($0.parameter.value.scalars.prefix(8)) }
    #expect(Set(all).count == 4, "each tensor has numbers of its own")
  }

  @Test func kerasWeightsFollowKeras() {
    let cell = LSTMCell(inputSize: 10, hiddenSize: 5, initialization: .keras, key: Self.key)
    let bound = (Float(6) / 30).squareRoot()
    let input = cell.weights.inputHidden.value.scalars
    #expect(input.allSatisfy { abs($0) <= bound } && input.contains { abs($0) > 0.95 * bound })
    let biases = zip(cell.weights.inputBias?.value.scalars ?? [], cell.weights.hiddenBias?.value.scalars ?? []).map(+)
    #expect(biases == (0..<20).map { (5..<10).contains($0) ? 1 : 0 })
  }

  @Test func linearLayersAreEvenInOneOverTheRootOfTheirInputs() {
    let layer = Linear(inputSize: 25, outputSize: 30, key: Self.key)
    for (_, parameter) in layer.parameters {
      let scalars = parameter.value.scalars
      #expect(scalars.allSatisfy { abs($0) <= 0.2 } && scalars.contains { abs($0) > 0.17 })
    }
  }

  @Test func embeddingsAreNormal() {
    let table = Embedding(vocabularySize: 200, size: 50, key: Self.key).weight.value.scalars
    #expect(abs(Self.moments(table).variance - 1) < 0.05)
  }
}
