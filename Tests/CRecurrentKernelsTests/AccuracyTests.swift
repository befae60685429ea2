import CRecurrentKernels
import Testing

/// The error of exp, log, tanh, sigmoid and softplus in every table of single precision, over the floats themselves.
@Suite(.guardedBuffers) struct AccuracyTests {
  struct Function: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let op: rk_unary
    /// Magnitudes between which the function is more than its limit or its first term.
    let range: (low: Float, high: Float)
    var bothSigns = true
    /// The largest error of an output function, in units of the last place.
    var ulps = 1.0
    /// The same where the instruction set cannot round a product and a sum at once.
    var ulpsWithoutFused = 1.0

    static let exp = Function(testDescription: "exp", op: RK_EXP, range: (0x1p-25, 88.72))
    static let log = Function(testDescription: "log", op: RK_LOG, range: (0x1p-20, 0x1p20), bothSigns: false)
    static let tanh = Function(testDescription: "tanh", op: RK_TANH, range: (0x1p-13, 16), ulpsWithoutFused: 1.1)
    static let sigmoid = Function(
      testDescription: "sigmoid", op: RK_SIGMOID, range: (0x1p-25, 88.72), ulpsWithoutFused: 1.5)
    static let softplus = Function(
      testDescription: "softplus", op: RK_SOFTPLUS, range: (0x1p-25, 88.72), ulpsWithoutFused: 1.1)

    func bound(of kernels: Kernels) -> Double {
      switch kernels.name {
      case "reference-float": AccuracyTests.referenceUlps
      case "baseline": ulpsWithoutFused
      default: ulps
      }
    }
  }

  /// The reference in single precision has the errors of the system's own functions and of a few roundings.
  static let referenceUlps = 2.5

  /// Gates promise an absolute error only.
  static let gateError = 1.1e-7

  @Test(arguments: [Function.exp, .log, .tanh, .sigmoid, .softplus]) func outputFunctions(function: Function) {
    var worst = [Double](repeating: 0, count: Kernels.float.count)
    var sweep = FloatSweep()
    let y = Buffer(RK_FLOAT32, count: sweep.x.count)
    for negative in function.bothSigns ? [false, true] : [false] {
      sweep.forEachChunk(from: function.range.low, to: function.range.high, negative: negative, of: function.op) {
        chunk in
        for (k, kernels) in Kernels.float.enumerated() {
          kernels.table.unary(function.op, 0, Int64(chunk.count), chunk.x.pointer, y.pointer)
          worst[k] = max(worst[k], chunk.worstError(of: y, inUnits: true))
        }
      }
    }
    for (kernels, error) in zip(Kernels.float, worst) {
      let bound = function.bound(of: kernels)
      #expect(error > 0 && error <= bound, "\(kernels.name) \(function.testDescription): \(error) ulp")
    }
  }

  /// An LSTM whose input is multiplied by 1 in one gate only shows that gate's function in c: with i = sigmoid(x) and g
  /// = tanh(large), or the other way round, c is the gate's value, since c starts from 0.
  @Test(arguments: [Function.tanh, .sigmoid]) func gates(function: Function) {
    let chunkSize = FloatSweep().x.count
    var layer = RecurrentLayer(.lstm, steps: 1, batch: chunkSize, input: 1, hidden: 1)
    let isSigmoid = function.op == RK_SIGMOID
    layer.inputWeight = isSigmoid ? [1, 0, 0, 0] : [0, 0, 1, 0]
    layer.inputBias = isSigmoid ? [0, 0, 60, 0] : [60, 0, 0, 0]
    layer.hiddenWeight = [0, 0, 0, 0]
    (layer.hiddenBias, layer.h0, layer.c0) = (nil, nil, nil)
    let runs = Kernels.float.map { GateRun($0, layer) }
    var worst = [Double](repeating: 0, count: runs.count)
    var sweep = FloatSweep()
    for negative in [false, true] {
      sweep.forEachChunk(from: 0x1p-13, to: function.range.high, negative: negative, of: function.op) { chunk in
        for (k, run) in runs.enumerated() {
          run.forward(chunk.x)
          worst[k] = max(worst[k], chunk.worstError(of: run.cLast, inUnits: false))
        }
      }
    }
    for (kernels, error) in zip(Kernels.float, worst) {
      #expect(error > 0 && error <= Self.gateError, "\(kernels.name) gate \(function.testDescription): \(error)")
    }
  }

  /// One step of a layer whose weights are packed once.
  private struct GateRun {
    let layer: RecurrentLayer
    let table: rk_kernels
    let packed: Buffer
    let y: Buffer
    let cLast: Buffer
    let workspace: Buffer

    init(_ kernels: Kernels, _ layer: RecurrentLayer) {
      self.layer = layer
      table = kernels.table
      packed = kernels.buffer(count: Int(table.recurrent_packed_size(RK_LSTM, 1, 1)))
      y = kernels.buffer(count: layer.batch)
      cLast = kernels.buffer(count: layer.batch)
      let table = table
      workspace = layer.withProblem { kernels.buffer(count: Int(table.recurrent_forward_workspace($0, 0))) }
      table.recurrent_pack(
        RK_LSTM, 1, 1, kernels.buffer(layer.inputWeight).pointer, kernels.buffer(layer.hiddenWeight).pointer,
        layer.inputBias.map(kernels.buffer)?.pointer, nil, packed.pointer)
    }

    func forward(_ x: Buffer) {
      var call = rk_recurrent_forward(
        x: x.pointer, packed: packed.pointer, h0: nil, c0: nil, y: y.pointer, y_stride: 1, h_last: nil,
        c_last: cLast.pointer, saved: nil, workspace: workspace.pointer)
      layer.withProblem { table.recurrent_forward(1, $0, &call) }
    }
  }
}
