public import RecurrentLayers
public import RecurrentTensor

/// One or several networks that forecast the same; the forecast is the mean of theirs.
///
/// Several members, which differ in their first weights and their dropout and are each trained on the loss of their own, err in different
/// directions, so that their mean errs less (deep ensembles: Lakshminarayanan et al., 2017). Of distributions the mean is taken of the
/// parameters.
public struct ForecastNetwork: Module {
  /// The first member, whose weights stand at the top of a model's file.
  public var first: ForecastMember
  /// All further members.
  public var others: [ForecastMember]

  /// What flows from one part of a series to the next.
  public struct State: Sendable {
    fileprivate var members: [ForecastMember.State]

    /// The states of several batches side by side.
    public init(joining states: [State]) {
      let count = states.first?.members.count ?? 0
      members = (0..<count).map { member in ForecastMember.State(joining: states.map { $0.members[member] }) }
    }

    fileprivate init(_ members: [ForecastMember.State]) { self.members = members }
  }

  /// A network with random weights.
  ///
  /// - Parameters:
  ///   - architecture: The recurrent layers of each member.
  ///   - shape: The sizes.
  ///   - members: The number of members, at least 1.
  ///   - visibleSteps: The last steps of a window that the members see, in turn; empty for all steps.
  ///   - key: Where the random numbers come from.
  public init(
    _ architecture: RecurrentArchitecture, shape: ForecastNetworkShape, members: Int = 1, visibleSteps: [Int] = [],
    key: RandomKey
  ) {
    func member(_ number: Int, _ key: RandomKey) -> ForecastMember {
      var shape = shape
      if !visibleSteps.isEmpty { shape.visibleSteps = visibleSteps[number % visibleSteps.count] }
      return ForecastMember(architecture, shape: shape, key: key)
    }
    first = member(0, key)
    others = (1..<max(1, members)).map { member($0, key.folding(1000 + $0)) }
  }

  /// Visits the first member as if it stood alone, then the others.
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    first.visit(&visitor)
    visitor.visit("others", &others)
  }

  private var members: [ForecastMember] { [first] + others }

  /// The forecasts of each member at every step: features `[T, N, C]` to `[T, N, P * H * K]` each, with the states after the last step.
  public func forecasts(_ features: SequenceBatch, from state: State? = nil) -> ([Tensor], State) {
    let results = members.enumerated().map { number, member in member(features, from: state?.members[number]) }
    return (results.map(\.0), State(results.map(\.1)))
  }

  /// The forecasts of each member at the last real step, `[N, P * H * K]` each.
  public func lastForecasts(_ inputs: ForecastInputs) -> [Tensor] { members.map { $0.last(inputs) } }

  /// A forecast at every step, `[T, N, P * H * K]`, with the states after the last step.
  public func callAsFunction(_ features: SequenceBatch, from state: State? = nil) -> (Tensor, State) {
    let (forecasts, state) = forecasts(features, from: state)
    return (Self.mean(forecasts), state)
  }

  /// A forecast at the last real step only, `[N, P * H * K]`.
  public func last(_ inputs: ForecastInputs) -> Tensor { Self.mean(lastForecasts(inputs)) }

  /// The mean of the members' forecasts, or of their losses.
  static func mean(_ values: [Tensor]) -> Tensor {
    values.count == 1 ? values[0] : values.dropFirst().reduce(values[0], +) * (1 / Float(values.count))
  }
}
