import CRecurrentKernels
import Testing

/// What a forward pass wrote.
struct RecurrentOutput {
  let y: Buffer
  let hLast: Buffer
  let cLast: Buffer?
  let saved: Buffer?
  fileprivate let workspace: Buffer
}

/// What a backward pass wrote, with the contract's names.
struct RecurrentGradients {
  var named: [(name: String, buffer: Buffer)] = []
  fileprivate var scratch: [Buffer] = []

  subscript(_ name: String) -> Buffer? { named.first { $0.name == name }?.buffer }
}

/// A layer whose weights are packed and whose inputs lie in memory, ready to run with one table.
struct RecurrentRun {
  let kernels: Kernels
  let layer: RecurrentLayer
  let packed: Buffer
  let packedBackward: Buffer
  let x: Buffer
  let h0: Buffer?
  let c0: Buffer?
  let dy: Buffer?
  let dhLast: Buffer?
  let dcLast: Buffer?
  let hiddenMask: Buffer?

  /// Packs the weights, unless another run has packed the same ones.
  init(_ kernels: Kernels, _ layer: RecurrentLayer, weightsOf other: RecurrentRun? = nil) {
    self.kernels = kernels
    self.layer = layer
    if let other {
      (packed, packedBackward) = (other.packed, other.packedBackward)
    } else {
      let table = kernels.table
      let (cell, I, H) = (layer.cell.kind, Int64(layer.inputSize), Int64(layer.hiddenSize))
      packed = kernels.buffer(count: Int(table.recurrent_packed_size(cell, I, H)))
      packedBackward = kernels.buffer(count: Int(table.recurrent_packed_backward_size(cell, I, H)))
      let (w, r) = (kernels.buffer(layer.inputWeight).pointer, kernels.buffer(layer.hiddenWeight).pointer)
      let (b, c) = (layer.inputBias.map(kernels.buffer)?.pointer, layer.hiddenBias.map(kernels.buffer)?.pointer)
      table.recurrent_pack(cell, I, H, w, r, b, c, packed.pointer)
      table.recurrent_pack_backward(cell, I, H, w, r, b, c, packedBackward.pointer)
    }
    x = kernels.buffer(layer.x)
    (h0, c0) = (layer.h0.map(kernels.buffer), layer.c0.map(kernels.buffer))
    dy = layer.dy.map { kernels.buffer(Self.spread($0, layer)) }
    (dhLast, dcLast) = (layer.dhLast.map(kernels.buffer), layer.dcLast.map(kernels.buffer))
    hiddenMask = layer.hiddenMask.map(kernels.buffer)
  }

  func withProblem<Result>(_ body: (UnsafePointer<rk_recurrent>) -> Result) -> Result {
    layer.withProblem(mask: hiddenMask.map { UnsafeRawPointer($0.pointer) }, body)
  }

  /// Rows moved apart. What lies between them, and past a row's length, must not be read.
  private static func spread(_ dy: [Double], _ layer: RecurrentLayer) -> [Double] {
    var spread = [Double](repeating: .nan, count: max(0, layer.steps * layer.batch * layer.stride - layer.gap))
    for t in 0..<layer.steps {
      for n in 0..<layer.batch where t < layer.length(n) {
        let row = t * layer.batch + n
        for j in 0..<layer.hiddenSize { spread[row * layer.stride + j] = dy[row * layer.hiddenSize + j] }
      }
    }
    return spread
  }

  /// The forward pass. Rows of y are `layer.stride` apart; the gaps between them must stay as they are.
  func forward(training: Bool) -> RecurrentOutput {
    let (output, call) = prepareForward(training: training)
    withProblem { problem in
      withUnsafePointer(to: call) { kernels.table.recurrent_forward(1, problem, $0) }
    }
    checkGaps(output)
    return output
  }

  /// The forward passes of several layers in one call.
  static func forward(_ runs: [RecurrentRun]) -> [RecurrentOutput] {
    let prepared = runs.map { $0.prepareForward(training: true) }
    let calls = prepared.map(\.call)
    withProblems(runs) { runs[0].kernels.table.recurrent_forward(Int64(runs.count), $0, calls) }
    return prepared.map(\.output)
  }

  /// The backward passes of several layers in one call.
  static func backward(_ runs: [RecurrentRun], after outputs: [RecurrentOutput]) -> [RecurrentGradients] {
    let prepared = zip(runs, outputs).map { $0.prepareBackward(after: $1, before: 0, only: nil) }
    let calls = prepared.map(\.call)
    withProblems(runs) { runs[0].kernels.table.recurrent_backward(Int64(runs.count), $0, calls) }
    return prepared.map(\.gradients)
  }

  static func withProblems(
    _ runs: [RecurrentRun], _ known: [rk_recurrent] = [], _ body: ([rk_recurrent]) -> Void
  ) {
    if known.count == runs.count { return body(known) }
    runs[known.count].withProblem { withProblems(runs, known + [$0.pointee], body) }
  }

  func prepareForward(training: Bool) -> (output: RecurrentOutput, call: rk_recurrent_forward) {
    let table = kernels.table
    let states = layer.batch * layer.hiddenSize
    let y = kernels.buffer(count: max(0, layer.steps * layer.batch * layer.stride - layer.gap))
    let hLast = kernels.buffer(count: states)
    let cLast = layer.cell.hasCellState ? kernels.buffer(count: states) : nil
    let saved = training ? kernels.buffer(count: withProblem { Int(table.recurrent_saved_size($0)) }) : nil
    let size = withProblem { table.recurrent_forward_workspace($0, training ? 1 : 0) }
    let workspace = kernels.buffer(count: Int(size))
    let call = rk_recurrent_forward(
      x: x.pointer, packed: packed.pointer, h0: h0?.pointer, c0: c0?.pointer, y: y.pointer,
      y_stride: Int64(layer.stride), h_last: hLast.pointer, c_last: cLast?.pointer, saved: saved?.pointer,
      workspace: size > 0 ? workspace.pointer : nil)
    return (RecurrentOutput(y: y, hLast: hLast, cLast: cLast, saved: saved, workspace: workspace), call)
  }

  private func checkGaps(_ output: RecurrentOutput) {
    for row in 0..<max(0, layer.steps * layer.batch - 1) where layer.gap > 0 {
      let gap = (row * layer.stride + layer.hiddenSize)..<((row + 1) * layer.stride)
      if output.y.isUntouched(gap) { continue }
      Issue.record("\(kernels.name) wrote between rows of y: \(layer.testDescription)")
    }
  }

  /// The backward pass after a forward pass in training. Weight gradients start from `before`; `only` limits which
  /// gradients are asked for.
  func backward(after output: RecurrentOutput, before: Double = 0, only: Set<String>? = nil) -> RecurrentGradients {
    let (gradients, call) = prepareBackward(after: output, before: before, only: only)
    withProblem { problem in
      withUnsafePointer(to: call) { kernels.table.recurrent_backward(1, problem, $0) }
    }
    return gradients
  }

  func prepareBackward(
    after output: RecurrentOutput, before: Double, only: Set<String>?
  ) -> (gradients: RecurrentGradients, call: rk_recurrent_backward) {
    let table = kernels.table
    let (rows, states) = (layer.cell.gates * layer.hiddenSize, layer.batch * layer.hiddenSize)
    var gradients = RecurrentGradients()
    func wanted(_ name: String, _ count: Int, added: Bool = false) -> UnsafeMutableRawPointer? {
      if let only, !only.contains(name) { return nil }
      let buffer = kernels.buffer(count: count)
      if added { table.fill(Int64(count), before, buffer.pointer) }
      gradients.named.append((name, buffer))
      return buffer.pointer
    }
    let size = withProblem { table.recurrent_backward_workspace($0) }
    let workspace = kernels.buffer(count: Int(size))
    // Only the working copy of what the forward pass saved is used up.
    let saved = (output.saved ?? kernels.buffer(count: 0)).copy()
    gradients.scratch = [workspace, saved]
    let call = rk_recurrent_backward(
      x: x.pointer, packed_backward: packedBackward.pointer, h0: h0?.pointer, c0: c0?.pointer, y: output.y.pointer,
      y_stride: Int64(layer.stride), saved: saved.pointer, dy: dy?.pointer, dy_stride: Int64(layer.stride),
      dh_last: dhLast?.pointer, dc_last: dcLast?.pointer, dx: wanted("dx", layer.x.count),
      dw_ih: wanted("dw_ih", rows * layer.inputSize, added: true),
      dw_hh: wanted("dw_hh", rows * layer.hiddenSize, added: true), db_ih: wanted("db_ih", rows, added: true),
      db_hh: wanted("db_hh", rows, added: true), dh0: wanted("dh0", states),
      dc0: layer.cell.hasCellState ? wanted("dc0", states) : nil, workspace: size > 0 ? workspace.pointer : nil)
    return (gradients, call)
  }
}

extension RecurrentOutput {
  /// y without the gaps between its rows, `[T, N, H]`.
  func rows(_ layer: RecurrentLayer) -> [Double] {
    let values = y.values
    if layer.gap == 0 { return values }
    return (0..<(layer.steps * layer.batch)).flatMap {
      values[($0 * layer.stride)..<($0 * layer.stride + layer.hiddenSize)]
    }
  }
}
