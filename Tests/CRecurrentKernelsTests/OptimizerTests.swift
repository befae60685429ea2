import CRecurrentKernels
import Testing

/// Several steps of each optimiser against PyTorch's formulas, written out in double precision for one parameter.
@Suite(.fencedBuffers) struct OptimizerTests {
  private static let steps = 4

  /// Runs `kernel` on arrays of every size and `formula` on each of their elements, and compares the parameters and
  /// every state.
  private func compare(
    _ kernels: Kernels, states: Int, _ what: String,
    kernel: (_ step: Int, _ n: Int64, _ g: Buffer, _ states: [Buffer], _ w: Buffer) -> Void,
    formula: (_ step: Int, _ g: Double, _ states: inout [Double], _ w: inout Double) -> Void
  ) {
    var numbers = Numbers(seed: 70)
    for n in oddSizes where n <= 100 {
      var parameters = numbers.reals(n)
      var history = [[Double]](repeating: [Double](repeating: 0, count: states), count: n)
      let w = kernels.buffer(parameters)
      let stateBuffers = (0..<states).map { _ in kernels.buffer([Double](repeating: 0, count: n)) }
      for step in 1...Self.steps {
        let gradient = numbers.reals(n)
        kernel(step, Int64(n), kernels.buffer(gradient), stateBuffers, w)
        for i in 0..<n { formula(step, gradient[i], &history[i], &parameters[i]) }
      }
      // Root and quotient magnify the rounding of a small second moment.
      let tolerance = 40 * kernels.epsilon
      expectClose(
        w.values, parameters, absolute: tolerance, relative: tolerance, "\(kernels.name) \(what), \(n) parameters")
      for (k, buffer) in stateBuffers.enumerated() {
        expectClose(
          buffer.values, history.map { $0[k] }, absolute: tolerance, relative: tolerance,
          "\(kernels.name) \(what), state \(k) of \(n)")
      }
    }
  }

  @Test(arguments: Kernels.all, [0, 0.02]) func sgd(kernels: Kernels, decay: Double) {
    compare(kernels, states: 0, "plain SGD") { step, n, g, _, w in
      kernels.table.sgd(n, 0.1, 0, 0, 0, decay, step == 1 ? 1 : 0, g.pointer, nil, w.pointer)
    } formula: { _, g, _, w in
      w -= 0.1 * (g + decay * w)
    }
    for (dampening, nesterov) in [(0.0, false), (0.25, false), (0.0, true)] {
      compare(kernels, states: 1, "SGD dampening \(dampening) Nesterov \(nesterov)") { step, n, g, states, w in
        kernels.table.sgd(
          n, 0.1, 0.9, dampening, nesterov ? 1 : 0, decay, step == 1 ? 1 : 0, g.pointer, states[0].pointer, w.pointer)
      } formula: { step, g, m, w in
        let gradient = g + decay * w
        m[0] = step == 1 ? gradient : 0.9 * m[0] + (1 - dampening) * gradient
        w -= 0.1 * (nesterov ? gradient + 0.9 * m[0] : m[0])
      }
    }
  }

  @Test(arguments: Kernels.all, [0, 0.02]) func rmsprop(kernels: Kernels, decay: Double) {
    for (centred, momentum) in [(false, 0.0), (true, 0.0), (false, 0.8), (true, 0.8)] {
      compare(kernels, states: 3, "RMSprop centred \(centred) momentum \(momentum)") { _, n, g, states, w in
        kernels.table.rmsprop(
          n, 0.01, 0.9, 1e-3, momentum, decay, g.pointer, states[0].pointer, centred ? states[1].pointer : nil,
          momentum > 0 ? states[2].pointer : nil, w.pointer)
      } formula: { _, g, state, w in
        let gradient = g + decay * w
        state[0] = 0.9 * state[0] + 0.1 * gradient * gradient
        if centred { state[1] = 0.9 * state[1] + 0.1 * gradient }
        let direction = gradient / ((state[0] - state[1] * state[1]).squareRoot() + 1e-3)
        if momentum > 0 { state[2] = momentum * state[2] + direction }
        w -= 0.01 * (momentum > 0 ? state[2] : direction)
      }
    }
  }

  /// v - a² is 0 in exact arithmetic when every gradient is the same and v and a start there; rounding must not make it
  /// negative.
  @Test(arguments: Kernels.all) func centredVarianceStaysReal(kernels: Kernels) {
    var numbers = Numbers(seed: 71)
    let gradient = numbers.reals(257)
    let (g, w) = (kernels.buffer(gradient), kernels.buffer(count: 257))
    kernels.table.fill(257, 1, w.pointer)
    let v = kernels.buffer(gradient.map { $0 * $0 })
    let average = kernels.buffer(gradient)
    kernels.table.rmsprop(257, 0.01, 0.9, 1e-3, 0, 0, g.pointer, v.pointer, average.pointer, nil, w.pointer)
    #expect(w.values.allSatisfy { $0.isFinite }, "\(kernels.name)")
  }

  @Test(arguments: Kernels.all, [0, 0.02]) func adagrad(kernels: Kernels, decay: Double) {
    compare(kernels, states: 1, "Adagrad") { _, n, g, states, w in
      kernels.table.adagrad(n, 0.1, 1e-3, decay, g.pointer, states[0].pointer, w.pointer)
    } formula: { _, g, s, w in
      let gradient = g + decay * w
      s[0] += gradient * gradient
      w -= 0.1 * gradient / (s[0].squareRoot() + 1e-3)
    }
  }

  @Test(arguments: Kernels.all, [0, 0.02]) func adam(kernels: Kernels, decay: Double) {
    for decoupled in [false, true] {
      compare(kernels, states: 2, "Adam decoupled \(decoupled)") { step, n, g, states, w in
        kernels.table.adam(
          n, 0.1, 0.9, 0.99, 1e-3, decay, decoupled ? 1 : 0, Int64(step), g.pointer, states[0].pointer,
          states[1].pointer, w.pointer)
      } formula: { step, g, state, w in
        var (power1, power2) = (1.0, 1.0)
        for _ in 0..<step { (power1, power2) = (power1 * 0.9, power2 * 0.99) }
        let gradient = decoupled ? g : g + decay * w
        if decoupled { w -= 0.1 * decay * w }
        state[0] = 0.9 * state[0] + 0.1 * gradient
        state[1] = 0.99 * state[1] + 0.01 * gradient * gradient
        w -= 0.1 / (1 - power1) * state[0] / ((state[1] / (1 - power2)).squareRoot() + 1e-3)
      }
    }
  }

  /// The first step of Adam moves every parameter by the rate against its gradient's sign, whatever its size.
  @Test(arguments: Kernels.all) func firstAdamStep(kernels: Kernels) {
    let g = kernels.buffer([1e-3, -5, 300, 0])
    let (m, v) = (kernels.buffer([0, 0, 0, 0]), kernels.buffer([0, 0, 0, 0]))
    let w = kernels.buffer([1, 1, 1, 1])
    kernels.table.adam(4, 0.25, 0.9, 0.999, 1e-30, 0, 0, 1, g.pointer, m.pointer, v.pointer, w.pointer)
    expectClose(w.values, [0.75, 1.25, 0.75, 1], absolute: 4 * kernels.epsilon, kernels.name)
  }
}
