import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

struct AttentionTests {
  static let key = RandomKey(seed: 31)

  /// Attention with its queries and states as parameters, so that their gradients can be asked for.
  struct Model<A: Attention>: Module {
    var attention: A
    var queries: Parameter
    var states: Parameter

    mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
      attention.visit(&visitor)
      visitor.visit("queries", &queries)
      visitor.visit("states", &states)
    }

    func callAsFunction(lengths: [Int]?) -> (context: Tensor, weights: Tensor) {
      attention(queries.value, over: SequenceBatch(states.value, lengths: lengths))
    }
  }

  // MARK: Golden values

  /// 23 cases against the equations written out in PyTorch.
  @Test(arguments: [ElementType.float32, .float64]) func agreesWithPyTorch(_ elementType: ElementType) throws {
    let fixture = try Fixture("attention/attention")
    #expect(fixture.cases.count == 23)
    for name in fixture.cases {
      let share = try share(of: name, fixture, elementType)
      #expect(share.result <= 1 && share.gradient <= 1, "\(name), \(elementType): \(share)")
      guard elementType == .float32 else { continue }
      recordFigure("golden_forward_worst", share.result)
      recordFigure("golden_gradient_worst", share.gradient)
    }
  }

  private func share(
    of name: String, _ fixture: Fixture, _ type: ElementType
  ) throws -> (result: Double, gradient: Double) {
    let parts = name.split(separator: "-").map(String.init)
    func number(_ option: Character) throws -> Int {
      try #require(parts.first { $0.first == option && Int($0.dropFirst()) != nil }.flatMap { Int($0.dropFirst()) })
    }
    let (q, k, a, v, hasBias) = try (number("q"), number("k"), number("a"), number("v"), number("b") == 1)
    switch parts[0] {
    case "additive":
      let attention = AdditiveAttention(querySize: q, keySize: k, size: a, hasBias: hasBias, key: Self.key)
      return try share(attention, name, fixture, type)
    case "dot", "scaled":
      return try share(DotAttention(size: k, isScaled: parts[0] == "scaled"), name, fixture, type)
    case "general":
      return try share(GeneralAttention(querySize: q, keySize: k, key: Self.key), name, fixture, type)
    default:
      let attention = ProjectedAttention(
        querySize: q, keySize: k, size: a, valueSize: v == 0 ? nil : v, hasBias: hasBias, key: Self.key)
      return try share(attention, name, fixture, type)
    }
  }

  private func share(
    _ attention: some Attention, _ name: String, _ fixture: Fixture, _ elementType: ElementType
  ) throws -> (result: Double, gradient: Double) {
    var model = Model(attention: attention, queries: Parameter(Tensor(0)), states: Parameter(Tensor(0)))
    model.queries.value = try fixture.tensor("queries", in: name)
    model.states.value = try fixture.tensor("states", in: name)
    let arguments = try model.parameters.map { ($0.path, try fixture.tensor($0.path, in: name)) }
    try model.load(Dictionary(uniqueKeysWithValues: arguments))
    model.convert(to: elementType)
    let lengths = try fixture.integers("lengths", in: name).map(Int.init)
    let upstream = try ["context", "weights"].map {
      try fixture.tensor("upstream/\($0)", in: name).converted(to: elementType)
    }
    let isFull = lengths.allSatisfy { $0 == model.states.value.shape[0] }
    let scope = GradientScope()
    let (context, weights) = scope.evaluate(at: &model) { model in
      let (context, weights) = model(lengths: isFull ? nil : lengths)
      let loss = (context * upstream[0]).sum() + (weights * upstream[1]).sum()
      return (loss, (context.detached(), weights.detached()))
    }.auxiliary
    let forward: Tolerance = elementType == .float64 ? .rounding : .forward
    let backward: Tolerance = elementType == .float64 ? .rounding : .gradient
    let results = try max(
      forward.used(context, fixture.tensor("context", in: name)),
      forward.used(weights, fixture.tensor("weights", in: name)))
    let gradients = try arguments.enumerated().map { position, argument in
      try backward.used(scope.gradients[position], fixture.tensor("grad/\(argument.0)", in: name))
    }
    return (results, gradients.max() ?? .infinity)
  }

  // MARK: Laws

  static let kinds: [any Attention] = [
    AdditiveAttention(querySize: 6, keySize: 6, size: 5, hasBias: true, key: key), DotAttention(size: 6),
    DotAttention(size: 6, isScaled: true), GeneralAttention(querySize: 6, keySize: 6, key: key),
    ProjectedAttention(querySize: 6, keySize: 6, size: 4, key: key),
    ProjectedAttention(querySize: 6, keySize: 6, size: 4, valueSize: 3, hasBias: false, key: key),
  ]

  static let lengths = [5, 0, 2, 7]

  @Test func modulesVisitAllTheyHold() {
    for attention in Self.kinds { #expect(checkModule(attention).isEmpty) }
    #expect(
      AdditiveAttention(querySize: 2, keySize: 3, size: 4, key: Self.key).parameters.map {
        "\($0.path) \($0.parameter.value.shape)"
      } == ["query_projection.weight [4, 2]", "key_projection.weight [4, 3]", "weight [4]"])
  }

  @Test(arguments: kinds.indices) func gradients(_ index: Int) {
    func check(_ attention: some Attention) {
      for lengths in [nil, Self.lengths] {
        let model = Model(
          attention: attention, queries: Parameter(Tensor(normal: [3, 4, 6], key: Self.key)),
          states: Parameter(Tensor(normal: [7, 4, 6], key: Self.key.folding(1))))
        let check = checkGradient(of: model) { model in
          let (context, weights) = model(lengths: lengths)
          return context.weighedSum() + weights.squared().weighedSum()
        }
        #expect(check.agrees, "\(attention): \(check)")
      }
    }
    check(Self.kinds[index])
  }

  /// Nothing behind the end of a row, and no other row, changes a bit; weights add up to 1, or are 0 where there is nothing.
  @Test(arguments: kinds.indices) func paddingAndNeighboursChangeNoRow(_ index: Int) {
    func check(_ attention: some Attention) {
      let queries = Tensor(normal: [3, 4, 6], key: Self.key)
      var values = Tensor(normal: [7, 4, 6], key: Self.key.folding(1))
      values.withMutableScalars { scalars in
        for step in 0..<7 {
          for row in 0..<4 where step >= Self.lengths[row] {
            for k in 0..<6 { scalars[(step * 4 + row) * 6 + k] = .nan }
          }
        }
      }
      let (context, weights) = attention(queries, over: SequenceBatch(values, lengths: Self.lengths))
      #expect(context.shape == [3, 4, attention.contextSize] && weights.shape == [3, 4, 7])
      for (row, length) in Self.lengths.enumerated() {
        let own = weights.slice(axis: 1, row..<row + 1)
        #expect(own.slice(axis: 2, length..<7).scalars.allSatisfy { $0 == 0 })
        let alone = attention(
          queries.slice(axis: 1, row..<row + 1),
          over: SequenceBatch(values.slice(axis: 0, 0..<length).slice(axis: 1, row..<row + 1)))
        #expect(alone.context.scalars == context.slice(axis: 1, row..<row + 1).scalars)
        #expect(alone.weights.scalars == own.slice(axis: 2, 0..<length).scalars)
        for sum in own.sum(axis: 2).scalars { #expect(length == 0 ? sum == 0 : abs(sum - 1) < 1e-6) }
      }
    }
    check(Self.kinds[index])
  }

  /// A decoder that goes step by step over a prepared memory sees what one call for all its steps sees.
  @Test(arguments: kinds.indices) func stepsOverAMemoryEqualOneCall(_ index: Int) {
    func check(_ attention: some Attention) {
      let queries = Tensor(normal: [3, 4, 6], key: Self.key)
      let memory = attention.prepare(
        SequenceBatch(Tensor(normal: [7, 4, 6], key: Self.key.folding(1)), lengths: Self.lengths))
      let (context, weights) = attention(queries, over: memory)
      for step in 0..<3 {
        let one = attention(queries[step], over: memory)
        #expect(one.context.scalars == context[step].scalars && one.context.shape == [4, attention.contextSize])
        #expect(one.weights.scalars == weights[step].scalars && one.weights.shape == [4, 7])
      }
    }
    check(Self.kinds[index])
  }

  @Test func theSameBitsForAnyThreads() {
    defer { ComputeEnvironment.threads = ComputeEnvironment.defaultThreads }
    let attention = AdditiveAttention(querySize: 32, keySize: 32, size: 48, key: Self.key)
    func run(threads: Int) -> [[Float]] {
      ComputeEnvironment.threads = threads
      var model = Model(
        attention: attention, queries: Parameter(Tensor(normal: [8, 6, 32], key: Self.key)),
        states: Parameter(Tensor(normal: [20, 6, 32], key: Self.key.folding(1))))
      let scope = GradientScope()
      _ = scope.evaluate(at: &model) { $0(lengths: nil).context.squared().sum() }
      return (0..<scope.gradients.count).map { scope.gradients[$0].scalars }
    }
    #expect(run(threads: 1) == run(threads: 2))
  }
}
