import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

struct ConvolutionLayersTests {
  static let key = RandomKey(seed: 21)

  @Test func modulesVisitAllTheyHold() {
    #expect(checkModule(Conv1d(inputChannels: 4, outputChannels: 6, kernelSize: 3, groups: 2, key: Self.key)).isEmpty)
    #expect(
      checkModule(Conv1d(inputChannels: 1, outputChannels: 1, kernelSize: 1, hasBias: false, key: Self.key)).isEmpty)
    #expect(checkModule(MaxPool1d(kernelSize: 2)).isEmpty)
    #expect(checkModule(AveragePool1d(kernelSize: 2)).isEmpty)
    #expect(checkModule(Flatten()).isEmpty)
    #expect(checkModule(BatchNorm1d(size: 3)).isEmpty)
    #expect(checkModule(BatchNorm1d(size: 3, isAffine: false)).isEmpty)
    #expect(
      BatchNorm1d(size: 3).tensors.map { "\($0.path) \($0.value.shape)" } == [
        "weight [3]", "bias [3]", "running_mean [3]", "running_var [3]",
      ])
  }

  // MARK: The examples of courses

  @Test func fourChannelsOfNineStepsGiveFourSteps() {
    let conv = Conv1d(inputChannels: 4, outputChannels: 2, kernelSize: 3, stride: 2, key: Self.key)
    #expect(conv(Tensor(normal: [1, 4, 9], key: Self.key)).shape == [1, 2, 4])
    #expect(conv.weight.value.shape == [2, 4, 3] && conv.bias?.value.shape == [2])
  }

  /// 24 steps less 2, less 1, less 1: windows of two steps that begin at every step.
  @Test func twoBlocksGiveTwentySteps() {
    let first = Conv1d(inputChannels: 15, outputChannels: 64, kernelSize: 2, key: Self.key)
    let second = Conv1d(inputChannels: 64, outputChannels: 128, kernelSize: 2, key: Self.key.folding(1))
    let pool = MaxPool1d(kernelSize: 2, stride: 1)
    let x = Tensor(normal: [3, 15, 24], key: Self.key)
    let plain = pool(relu(second(pool(relu(first(x))))))
    #expect(plain.shape == [3, 128, 20])
    #expect(Flatten()(plain).shape == [3, 2560])

    let block = { (conv: Conv1d, batch: SequenceBatch) in
      let y = conv(batch)
      return pool(y.replacingValues(relu(y.values)))
    }
    let sequence = block(second, block(first, SequenceBatch(channelMajor: x)))
    #expect(sequence.values.shape == [20, 3, 128] && sequence.channelMajor.scalars == plain.scalars)
    #expect(Flatten()(sequence).scalars == Flatten()(plain).scalars)
    let (outputs, _) = LSTM(inputSize: 128, hiddenSize: 8, key: Self.key)(sequence)
    #expect(outputs.values.shape == [20, 3, 8])
  }

  /// Non-overlapping pooling: 24 steps, 22, 11, 9, 4.
  @Test func twoBlocksWithHalvingPools() {
    let first = Conv1d(inputChannels: 15, outputChannels: 64, kernelSize: 3, key: Self.key)
    let second = Conv1d(inputChannels: 64, outputChannels: 128, kernelSize: 3, key: Self.key.folding(1))
    let pool = MaxPool1d(kernelSize: 2)
    #expect(pool(second(pool(first(Tensor(normal: [2, 15, 24], key: Self.key))))).shape == [2, 128, 4])
    #expect([24, 11, 1, 0].map(first.outputLength(of:)) == [22, 9, 0, 0])
    #expect([22, 9, 1].map(pool.outputLength(of:)) == [11, 4, 0])
  }

  // MARK: Laws

  static let layers: [(name: String, apply: @Sendable (SequenceBatch) -> SequenceBatch)] = {
    let conv = { (padding: ConvolutionPadding, stride: Int, groups: Int) in
      Conv1d(
        inputChannels: 4, outputChannels: 6, kernelSize: 3, stride: stride, padding: padding, dilation: 2,
        groups: groups, key: key)
    }
    let (causal, strided, same) = (conv(.causal, 1, 1), conv(.zeros(3), 2, 2), conv(.same, 1, 1))
    let (max, mean) = (MaxPool1d(kernelSize: 3, stride: 2, padding: 1), AveragePool1d(kernelSize: 3, padding: 1))
    let norm = BatchNorm1d(size: 4)
    return [
      ("causal", { causal($0) }), ("strided", { strided($0) }), ("same", { same($0) }), ("max", { max($0) }),
      ("mean", { mean($0) }), ("norm", { norm($0) }),
    ]
  }()

  /// A row alone, without padding, gives the same bits as in a batch of longer ones with anything behind its end.
  @Test(arguments: layers.indices) func paddingAndNeighboursChangeNoRow(_ index: Int) {
    let layer = Self.layers[index]
    let lengths = [9, 2, 5, 1, 7]
    var values = Tensor(normal: [9, 5, 4], key: Self.key)
    let whole = layer.apply(SequenceBatch(values, lengths: lengths))
    for (row, length) in lengths.enumerated() {
      let alone = layer.apply(SequenceBatch(values.slice(axis: 0, 0..<length).slice(axis: 1, row..<row + 1)))
      let count = alone.stepCount
      #expect(whole.lengths?[row] == Int32(count), "\(layer.name)")
      let part = whole.values.slice(axis: 1, row..<row + 1)
      #expect(part.slice(axis: 0, 0..<count).scalars == alone.values.scalars, "\(layer.name), length \(length)")
      #expect(part.slice(axis: 0, count..<whole.stepCount).scalars.allSatisfy { $0 == 0 }, "\(layer.name)")
    }
    values.withMutableScalars { scalars in
      for step in 0..<9 {
        for row in 0..<5 where step >= lengths[row] {
          for channel in 0..<4 { scalars[(step * 5 + row) * 4 + channel] = .nan }
        }
      }
    }
    #expect(
      layer.apply(SequenceBatch(values, lengths: lengths)).values.scalars == whole.values.scalars, "\(layer.name)")
  }

  /// No step of a causal convolution depends on a later one.
  @Test func causalConvolutionSeesThePastAlone() {
    let conv = Conv1d(
      inputChannels: 2, outputChannels: 3, kernelSize: 3, padding: .causal, dilation: 2, key: Self.key)
    let x = Tensor(normal: [12, 1, 2], key: Self.key)
    let whole = conv(SequenceBatch(x)).values
    #expect(whole.shape == [12, 1, 3])
    for count in 1..<12 {
      let start = conv(SequenceBatch(x.slice(axis: 0, 0..<count))).values
      #expect(start.scalars == whole.slice(axis: 0, 0..<count).scalars)
    }
  }

  @Test func noStepsAndNoRows() {
    let conv = Conv1d(inputChannels: 2, outputChannels: 3, kernelSize: 3, key: Self.key)
    #expect(conv(SequenceBatch(Tensor(zeros: [0, 2, 2]))).values.shape == [0, 2, 3])
    #expect(conv(SequenceBatch(Tensor(zeros: [5, 0, 2]))).values.shape == [3, 0, 3])
    #expect(conv(Tensor(zeros: [4, 2, 2])).shape == [4, 3, 0])
    #expect(BatchNorm1d(size: 2)(SequenceBatch(Tensor(zeros: [0, 2, 2]))).values.shape == [0, 2, 2])
    for pool in GlobalPool1d.allCases {
      #expect(pool(SequenceBatch(Tensor(zeros: [0, 2, 3]))).scalars == [0, 0, 0, 0, 0, 0])
      let ragged = SequenceBatch(Tensor(repeating: -1, shape: [3, 2, 1]), lengths: [0, 2])
      #expect(pool(ragged).scalars == [0, -1])
    }
  }

  @Test func theSameBitsForAnyThreads() {
    defer { ComputeEnvironment.threads = ComputeEnvironment.defaultThreads }
    let conv = Conv1d(inputChannels: 48, outputChannels: 64, kernelSize: 5, padding: .same, key: Self.key)
    let x = SequenceBatch(Tensor(normal: [64, 8, 48], key: Self.key))
    func run(threads: Int) -> [[Float]] {
      ComputeEnvironment.threads = threads
      var model = GradientModel(conv, x.values)
      let scope = GradientScope()
      _ = scope.evaluate(at: &model) { $0.layer(SequenceBatch($0.x.value)).values.squared().sum() }
      return (0..<scope.gradients.count).map { scope.gradients[$0].scalars }
    }
    #expect(run(threads: 1) == run(threads: 2))
  }

  // MARK: Gradients

  struct GradientModel<Layer: Module>: Module {
    var layer: Layer
    var x: Parameter

    init(_ layer: Layer, _ x: Tensor) {
      self.layer = layer
      self.x = Parameter(x)
    }

    mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
      visitor.visit("layer", &layer)
      visitor.visit("x", &x)
    }
  }

  static let lengths = [7, 3, 0, 5]

  @Test(arguments: [ConvolutionPadding.zeros(2), .valid, .same, .causal], [false, true])
  func gradientsOfConvolutions(_ padding: ConvolutionPadding, isRagged: Bool) {
    for (stride, dilation, groups, hasBias) in [(1, 1, 1, true), (1, 2, 2, false), (2, 1, 4, true), (3, 2, 1, true)]
    where padding != .same || stride == 1 {
      let conv = Conv1d(
        inputChannels: 4, outputChannels: 8, kernelSize: 3, stride: stride, padding: padding, dilation: dilation,
        groups: groups, hasBias: hasBias, key: Self.key)
      let model = GradientModel(conv, Tensor(normal: [7, 4, 4], key: Self.key))
      let check = checkGradient(of: model) { model in
        model.layer(SequenceBatch(model.x.value, lengths: isRagged ? Self.lengths : nil)).values.weighedSum()
      }
      #expect(check.agrees, "stride \(stride), dilation \(dilation), groups \(groups): \(check)")
    }
  }

  @Test(arguments: [false, true]) func gradientsOfPools(isRagged: Bool) {
    let lengths = isRagged ? Self.lengths : nil
    let x = Tensor(normal: [7, 4, 3], key: Self.key)
    let max = MaxPool1d(kernelSize: 3, stride: 2, padding: 1, dilation: 1)
    let checks =
      [
        checkFunctionGradient(of: x) { max(SequenceBatch($0, lengths: lengths)).values.weighedSum() },
        checkFunctionGradient(of: x) { max($0).weighedSum() },
      ]
      + [false, true].map { countsPadding in
        let mean = AveragePool1d(kernelSize: 3, stride: 2, padding: 1, countsPadding: countsPadding)
        return checkFunctionGradient(of: x) { mean(SequenceBatch($0, lengths: lengths)).values.weighedSum() }
      }
      + GlobalPool1d.allCases.map { pool in
        checkFunctionGradient(of: x) { pool(SequenceBatch($0, lengths: lengths)).weighedSum() }
      }
    for check in checks { #expect(check.agrees, "\(check)") }
  }

  @Test(arguments: [false, true], [false, true])
  func gradientsOfBatchNormalization(isTraining: Bool, isAffine: Bool) {
    var norm = BatchNorm1d(size: 3, isAffine: isAffine)
    norm.runningMean.value = Tensor([0.5, -1, 0])
    norm.runningVariance.value = Tensor([0.5, 2, 1])
    norm.weight?.value = Tensor([0.5, -1, 2])
    let key = isTraining ? RandomKey(seed: 1) : nil
    for lengths in [nil, Self.lengths] {
      let model = GradientModel(norm, Tensor(normal: [7, 4, 3], key: Self.key))
      let check = checkGradient(of: model, key: key) { model in
        let y = model.layer(SequenceBatch(model.x.value, lengths: lengths)).values
        // Linear functions of a normalised column see little of the gradient to x.
        return (y.squared() * y).weighedSum()
      }
      #expect(check.agrees, "\(check)")
    }
    let flat = GradientModel(norm, Tensor(normal: [5, 3], key: Self.key))
    let check = checkGradient(of: flat, key: key) {
      ($0.layer($0.x.value).squared() * $0.layer($0.x.value)).weighedSum()
    }
    #expect(check.agrees, "\(check)")
  }
}
