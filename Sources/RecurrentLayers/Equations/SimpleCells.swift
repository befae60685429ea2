public import RecurrentTensor

/// A simple recurrent network with any activation, a leak and, if asked for, independent units:
///
///     h′ = (1 − a) h + a f(W x + R h + b)
///
/// With leak rate a = 1 it is Elman's network; below it is a leaky integrator (Jaeger et al., 2007). Independent units
/// (IndRNN, Li et al., 2018) see only themselves: u ⊙ h stands in the place of R h.
public struct LeakyElmanCell: EquationCell {
  /// The state before or after a step.
  public typealias State = HiddenState
  /// The matrices, bias and vectors.
  public var weights: EquationWeights
  /// The leak rate a, in 0...1.
  public let leakRate: Double

  /// A cell with random weights.
  ///
  /// - Parameters:
  ///   - activation: The function f.
  ///   - leakRate: a: the share of the state that is new after a step.
  ///   - hasIndependentUnits: Whether a vector stands in the place of the recurrent matrix.
  public init(
    inputSize: Int, hiddenSize: Int, activation: CellActivation = .tanh, leakRate: Double = 1,
    hasIndependentUnits: Bool = false, hasBias: Bool = true, initialization: RecurrentInitialization = .pyTorch,
    key: RandomKey
  ) {
    precondition(leakRate > 0 && leakRate <= 1, "a leak rate is above 0 and at most 1")
    self.leakRate = leakRate
    weights = EquationWeights(
      inputSize: inputSize, hiddenSize: hiddenSize, hasBias: hasBias, initialization: initialization, key: key
    ) {
      LeakyElmanCell.write(activation, leakRate: leakRate, hasIndependentUnits: hasIndependentUnits, $0)
    }
  }

  static func write(
    _ activation: CellActivation, leakRate: Double = 1, hasIndependentUnits: Bool = false, _ cell: CellEquations
  ) {
    let h = cell.state("hidden")
    let a =
      hasIndependentUnits
      ? .multiplyAdd(cell.vector("weight_hh", initial: .uniform), cell.asSeen(h), cell.inputs()[0])
      : cell.inputs(adding: "weight_hh", times: h)[0]
    let new = a.applying(activation)
    let leaked = new.applying(.affine(scale: leakRate)) + h.applying(.affine(scale: 1 - leakRate))
    cell.setNext(h, to: leakRate < 1 ? leaked : new)
  }
}

/// The minimal gated unit (Zhou et al., 2016): one gate that forgets and lets in.
///
///     f = σ(W_f x + R_f h + b_f)
///     n = tanh(W_n x + R_n (f ⊙ h) + b_n)
///     h′ = (1 − f) ⊙ h + f ⊙ n
public struct MinimalGatedCell: EquationCell {
  /// The state before or after a step.
  public typealias State = HiddenState
  /// The matrices and bias.
  public var weights: EquationWeights

  /// A cell with random weights.
  public init(
    inputSize: Int, hiddenSize: Int, hasBias: Bool = true, initialization: RecurrentInitialization = .pyTorch,
    key: RandomKey
  ) {
    weights = EquationWeights(
      inputSize: inputSize, hiddenSize: hiddenSize, hasBias: hasBias, initialization: initialization, key: key
    ) { cell in
      let h = cell.state("hidden")
      let f = cell.named("forget_gate", cell.inputs(adding: "weight_hh", times: h)[0].sigmoid)
      let n = cell.named("candidate", cell.inputs(adding: "weight_hn", times: f * cell.asSeen(h))[0].tanh)
      cell.setNext(h, to: .multiplyAdd(f, n - h, h))
    }
  }
}

/// The minimal GRU (minGRU; Feng et al., 2024): gate and candidate see the input only.
///
///     z = σ(W_z x + b_z)
///     h′ = (1 − z) ⊙ h + z ⊙ (W_n x + b_n)
public struct MinimalGRUCell: EquationCell {
  /// The state before or after a step.
  public typealias State = HiddenState
  /// The matrix and bias.
  public var weights: EquationWeights

  /// A cell with random weights.
  public init(
    inputSize: Int, hiddenSize: Int, hasBias: Bool = true, initialization: RecurrentInitialization = .pyTorch,
    key: RandomKey
  ) {
    weights = EquationWeights(
      inputSize: inputSize, hiddenSize: hiddenSize, hasBias: hasBias, initialization: initialization, key: key
    ) { cell in
      let h = cell.state("hidden")
      let a = cell.inputs(2)
      let z = cell.named("update_gate", a[0].sigmoid)
      cell.setNext(h, to: .multiplyAdd(z, cell.named("candidate", a[1]) - h, h))
    }
  }
}

/// The minimal LSTM (minLSTM; Feng et al., 2024), its two gates scaled so that they add up to one.
///
///     f = σ(W_f x + b_f),  i = σ(W_i x + b_i)
///     h′ = f / (f + i) ⊙ h + i / (f + i) ⊙ (W_n x + b_n)
public struct MinimalLSTMCell: EquationCell {
  /// The state before or after a step.
  public typealias State = HiddenState
  /// The matrix and bias.
  public var weights: EquationWeights

  /// A cell with random weights.
  public init(
    inputSize: Int, hiddenSize: Int, hasBias: Bool = true, initialization: RecurrentInitialization = .pyTorch,
    key: RandomKey
  ) {
    weights = EquationWeights(
      inputSize: inputSize, hiddenSize: hiddenSize, hasBias: hasBias, initialization: initialization, key: key
    ) { cell in
      let h = cell.state("hidden")
      let a = cell.inputs(3)
      cell.markForgetGate(0)
      let (f, i) = (cell.named("forget_gate", a[0].sigmoid), cell.named("input_gate", a[1].sigmoid))
      // f / (f + i) = 1 - i / (f + i)
      cell.setNext(h, to: .multiplyAdd(i / (f + i), cell.named("candidate", a[2]) - h, h))
    }
  }
}
