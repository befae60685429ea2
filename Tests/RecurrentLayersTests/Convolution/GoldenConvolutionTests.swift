import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// Convolution, pooling and batch normalisation against PyTorch: 67 cases, forward and backward. The name of a case says
/// what it is: `conv-n2-c3-d4-t10-k3-s2-pcausal-l1-g1-b1`.
struct GoldenConvolutionTests {
  @Test(arguments: [ElementType.float32, .float64]) func agreesWithPyTorch(_ elementType: ElementType) throws {
    let fixture = try Fixture("convolution/convolution")
    #expect(fixture.cases.count == 67)
    for name in fixture.cases where !name.hasPrefix("norm") {
      let golden = try ConvolutionCase(name, fixture)
      let share = try fixture.share(of: name, elementType: elementType) { try golden.result($0) }
      #expect(share.result <= 1 && share.gradient <= 1, "\(name), \(elementType): \(share)")
      if elementType == .float32 { record(share) }
    }
  }

  @Test(arguments: [ElementType.float32, .float64])
  func batchNormalizationAgreesWithPyTorch(_ elementType: ElementType) throws {
    let fixture = try Fixture("convolution/convolution")
    for name in fixture.cases where name.hasPrefix("norm") {
      let share = try NormalizationCase(name, fixture).share(fixture, elementType)
      #expect(share.result <= 1 && share.gradient <= 1, "\(name), \(elementType): \(share)")
      if elementType == .float32 { record(share) }
    }
  }

  private func record(_ share: (result: Double, gradient: Double)) {
    recordFigure("golden_forward_worst", share.result)
    recordFigure("golden_gradient_worst", share.gradient)
  }
}

/// One case of a convolution or a pooling.
private struct ConvolutionCase {
  private let kind: String
  private let options: [Character: String]
  private let lengths: [Int]?

  init(_ name: String, _ fixture: Fixture) throws {
    let parts = name.split(separator: "-").map(String.init)
    kind = parts[0]
    options = Dictionary(
      uniqueKeysWithValues: parts.dropFirst().filter { !$0.hasPrefix("ragged") }.compactMap { part in
        part.first.map { ($0, String(part.dropFirst())) }
      })
    lengths =
      fixture.names(in: name).contains("lengths") ? try fixture.integers("lengths", in: name).map(Int.init) : nil
  }

  private func number(_ option: Character) throws -> Int { try #require(options[option].flatMap { Int($0) }) }

  func result(_ arguments: [String: Tensor]) throws -> Tensor {
    let x = try #require(arguments["x"])
    switch kind {
    case "conv":
      var layer = try convolution()
      layer.weight.value = try #require(arguments["weight"])
      layer.bias?.value = try #require(arguments["bias"])
      return apply(x, layer.callAsFunction(_:), layer.callAsFunction(_:))
    case "max":
      let layer = try MaxPool1d(
        kernelSize: number("k"), stride: number("s"), padding: number("p"), dilation: number("l"))
      return apply(x, layer.callAsFunction(_:), layer.callAsFunction(_:))
    case "average", "averagereal":
      let layer = try AveragePool1d(
        kernelSize: number("k"), stride: number("s"), padding: number("p"), countsPadding: kind == "average")
      return apply(x, layer.callAsFunction(_:), layer.callAsFunction(_:))
    default:
      let pool = kind == "globalmax" ? GlobalPool1d.max : .average
      let y = lengths.map { pool(SequenceBatch(channelMajor: x, lengths: $0)) } ?? pool(x)
      return y.reshaped(to: y.shape.inserting(1, at: 2))
    }
  }

  private func convolution() throws -> Conv1d {
    let padding: ConvolutionPadding =
      switch options["p"] {
      case "same": .same
      case "valid": .valid
      case "causal": .causal
      default: .zeros(try number("p"))
      }
    return try Conv1d(
      inputChannels: number("c"), outputChannels: number("d"), kernelSize: number("k"), stride: number("s"),
      padding: padding, dilation: number("l"), groups: number("g"), hasBias: number("b") == 1, key: RandomKey(seed: 0))
  }

  /// Ragged cases take the way over sequences, the others that over PyTorch's layout.
  private func apply(
    _ x: Tensor, _ plain: (Tensor) -> Tensor, _ sequence: (SequenceBatch) -> SequenceBatch
  ) -> Tensor {
    guard let lengths else { return plain(x) }
    return sequence(SequenceBatch(channelMajor: x, lengths: lengths)).channelMajor
  }
}

/// One case of a batch normalisation.
private struct NormalizationCase {
  let name: String
  let lengths: [Int]?
  var model: Model

  struct Model: Module {
    var x: Parameter
    var norm: BatchNorm1d

    mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
      visitor.visit("x", &x)
      norm.visit(&visitor)
    }
  }

  init(_ name: String, _ fixture: Fixture) throws {
    self.name = name
    let options = name.split(separator: "-").map(String.init)
    lengths = options.last?.hasPrefix("ragged") == true ? try fixture.integers("lengths", in: name).map(Int.init) : nil
    let x = try fixture.tensor("x", in: name)
    let momentum = try #require(Float(options[2].dropFirst()))
    let exponent = try #require(Int(options[3].dropFirst()))
    let epsilon = Float(sign: .plus, exponent: -exponent, significand: 1)
    model = Model(
      x: Parameter(x),
      norm: BatchNorm1d(size: x.shape[1], momentum: momentum, epsilon: epsilon, isAffine: name.contains("-a1-")))
    if model.norm.weight != nil {
      model.norm.weight = Parameter(try fixture.tensor("weight", in: name))
      model.norm.bias = Parameter(try fixture.tensor("bias", in: name))
    }
    model.norm.runningMean.value = try fixture.tensor("running_mean", in: name)
    model.norm.runningVariance.value = try fixture.tensor("running_var", in: name)
  }

  func share(_ fixture: Fixture, _ elementType: ElementType) throws -> (result: Double, gradient: Double) {
    var model = model
    model.convert(to: elementType)
    let upstream = try fixture.tensor("upstream/y", in: name).converted(to: elementType)
    let scope = GradientScope()
    let key = name.contains("-train1") ? RandomKey(seed: 1) : nil
    let y = scope.evaluate(at: &model, key: key) { model in
      let x = model.x.value
      let y = lengths.map { model.norm(SequenceBatch(channelMajor: x, lengths: $0)).channelMajor } ?? model.norm(x)
      return ((y * upstream).sum(), y.detached())
    }.auxiliary
    let gradients = scope.gradients
    model.updateStatistics(from: gradients)

    let forward: Tolerance = elementType == .float64 ? .rounding : .forward
    let backward: Tolerance = elementType == .float64 ? .rounding : .gradient
    let results = [
      ("y", y), ("new_mean", model.norm.runningMean.value), ("new_var", model.norm.runningVariance.value),
    ]
    let shares = try results.map { try forward.used($1, fixture.tensor($0, in: name)) }
    let gradientShares = try model.parameters.enumerated().map { position, entry in
      try backward.used(gradients[position], fixture.tensor("grad/\(entry.path)", in: name))
    }
    return (shares.max() ?? .infinity, gradientShares.max() ?? .infinity)
  }
}
