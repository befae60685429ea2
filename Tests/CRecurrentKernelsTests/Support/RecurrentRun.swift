import CRecurrentKernels
import Testing

/// What a forward pass wrote.
struct RecurrentOutput {
  let y: Buffer
  let hLast: Buffer
  let cLast: Buffer?
  let saved: Buffer?
}

/// What a backward pass wrote, with the contract's names.
struct RecurrentGradients {
  var named: [(name: String, buffer: Buffer)] = []

  subscript(_ name: String) -> Buffer? { named.first { $0.name == name }?.buffer }
}

extension Kernels {
  /// Runs a layer forward. Rows of y are `layer.stride` apart; the gaps between them must stay as they are.
  func forward(_ layer: RecurrentLayer, training: Bool) -> RecurrentOutput {
    let table = self.table
    let (cell, I, H) = (layer.cell.kind, Int64(layer.inputSize), Int64(layer.hiddenSize))
    let packed = buffer(count: Int(table.recurrent_packed_size(cell, I, H)))
    pack(layer, into: packed, with: table.recurrent_pack)

    let states = layer.batch * layer.hiddenSize
    let y = buffer(count: max(0, layer.steps * layer.batch * layer.stride - layer.gap))
    let hLast = buffer(count: states)
    let cLast = layer.cell.hasCellState ? buffer(count: states) : nil
    let saved = training ? buffer(count: layer.withProblem { Int(table.recurrent_saved_size($0)) }) : nil
    let workspace = layer.withProblem { buffer(count: Int(table.recurrent_forward_workspace($0, training ? 1 : 0))) }
    var call = rk_recurrent_forward(
      x: buffer(layer.x).pointer, packed: packed.pointer, h0: layer.h0.map(buffer)?.pointer,
      c0: layer.c0.map(buffer)?.pointer, y: y.pointer, y_stride: Int64(layer.stride), h_last: hLast.pointer,
      c_last: cLast?.pointer, saved: saved?.pointer, workspace: workspace.count > 0 ? workspace.pointer : nil)
    layer.withProblem { table.recurrent_forward($0, &call) }
    for row in 0..<max(0, layer.steps * layer.batch - 1) where layer.gap > 0 {
      let gap = (row * layer.stride + layer.hiddenSize)..<((row + 1) * layer.stride)
      if !y.isUntouched(gap) { Issue.record("\(name) wrote between rows of y: \(layer.testDescription)") }
    }
    return RecurrentOutput(y: y, hLast: hLast, cLast: cLast, saved: saved)
  }

  /// Runs a layer backward after a forward pass in training. Weight gradients start from `before`; `only` limits which
  /// gradients are asked for.
  func backward(
    _ layer: RecurrentLayer, after output: RecurrentOutput, before: Double = 0, only: Set<String>? = nil
  ) -> RecurrentGradients {
    let table = self.table
    let (cell, I, H) = (layer.cell.kind, Int64(layer.inputSize), Int64(layer.hiddenSize))
    let packed = buffer(count: Int(table.recurrent_packed_backward_size(cell, I, H)))
    pack(layer, into: packed, with: table.recurrent_pack_backward)

    let (rows, states) = (layer.cell.gates * layer.hiddenSize, layer.batch * layer.hiddenSize)
    var gradients = RecurrentGradients()
    func wanted(_ name: String, _ count: Int, added: Bool = false) -> UnsafeMutableRawPointer? {
      if let only, !only.contains(name) { return nil }
      let buffer = added ? self.buffer([Double](repeating: before, count: count)) : self.buffer(count: count)
      gradients.named.append((name, buffer))
      return buffer.pointer
    }
    let workspace = layer.withProblem { buffer(count: Int(table.recurrent_backward_workspace($0))) }
    // Only the working copy of what the forward pass saved is used up.
    let saved = (output.saved ?? buffer(count: 0)).copy()
    var call = rk_recurrent_backward(
      x: buffer(layer.x).pointer, packed_backward: packed.pointer, h0: layer.h0.map(buffer)?.pointer,
      c0: layer.c0.map(buffer)?.pointer, y: output.y.pointer, y_stride: Int64(layer.stride), saved: saved.pointer,
      dy: layer.dy.map { buffer(spread($0, layer)) }?.pointer, dy_stride: Int64(layer.stride),
      dh_last: layer.dhLast.map(buffer)?.pointer, dc_last: layer.dcLast.map(buffer)?.pointer,
      dx: wanted("dx", layer.x.count), dw_ih: wanted("dw_ih", rows * layer.inputSize, added: true),
      dw_hh: wanted("dw_hh", rows * layer.hiddenSize, added: true), db_ih: wanted("db_ih", rows, added: true),
      db_hh: wanted("db_hh", rows, added: true), dh0: wanted("dh0", states),
      dc0: layer.cell.hasCellState ? wanted("dc0", states) : nil,
      workspace: workspace.count > 0 ? workspace.pointer : nil)
    layer.withProblem { table.recurrent_backward($0, &call) }
    return gradients
  }

  private typealias Pack =
    @convention(c) (
      rk_cell, Int64, Int64, UnsafeRawPointer, UnsafeRawPointer, UnsafeRawPointer?, UnsafeRawPointer?,
      UnsafeMutableRawPointer
    ) -> Void

  private func pack(_ layer: RecurrentLayer, into packed: Buffer, with pack: Pack) {
    pack(
      layer.cell.kind, Int64(layer.inputSize), Int64(layer.hiddenSize), buffer(layer.inputWeight).pointer,
      buffer(layer.hiddenWeight).pointer, layer.inputBias.map(buffer)?.pointer, layer.hiddenBias.map(buffer)?.pointer,
      packed.pointer)
  }

  /// Rows moved apart. What lies between them, and past a row's length, must not be read.
  private func spread(_ dy: [Double], _ layer: RecurrentLayer) -> [Double] {
    var spread = [Double](repeating: .nan, count: max(0, layer.steps * layer.batch * layer.stride - layer.gap))
    for t in 0..<layer.steps {
      for n in 0..<layer.batch where t < layer.length(n) {
        let row = t * layer.batch + n
        for j in 0..<layer.hiddenSize { spread[row * layer.stride + j] = dy[row * layer.hiddenSize + j] }
      }
    }
    return spread
  }
}

extension RecurrentOutput {
  /// y without the gaps between its rows, `[T, N, H]`.
  func rows(_ layer: RecurrentLayer) -> [Double] {
    let values = y.values
    return (0..<(layer.steps * layer.batch)).flatMap {
      values[($0 * layer.stride)..<($0 * layer.stride + layer.hiddenSize)]
    }
  }

  /// The bits of y without the gaps between its rows.
  func rowBits(_ layer: RecurrentLayer) -> [UInt64] {
    let bits = y.bits
    return (0..<(layer.steps * layer.batch)).flatMap {
      bits[($0 * layer.stride)..<($0 * layer.stride + layer.hiddenSize)]
    }
  }
}
