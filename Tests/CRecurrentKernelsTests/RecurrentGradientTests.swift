import CRecurrentKernels
import Testing

/// The oracle's gradients against central differences of its outputs.
@Suite(.guardedBuffers) struct RecurrentGradientTests {
  /// Where a layer keeps the numbers that one gradient belongs to.
  private static var inputs: [(gradient: String, path: WritableKeyPath<RecurrentLayer, [Double]?>)] {
    [
      ("db_ih", \.inputBias), ("db_hh", \.hiddenBias), ("dh0", \.h0), ("dc0", \.c0),
      ("dx", \.optionalX), ("dw_ih", \.optionalInputWeight), ("dw_hh", \.optionalHiddenWeight),
    ]
  }

  @Test(arguments: Cell.all, [false, true])
  func everyGradient(cell: Cell, reverse: Bool) throws {
    let oracle = try #require(Kernels.oracle)
    var worst = 0.0
    let variants: [(lengths: [Int32]?, masks: Bool, perStep: Bool)] = [
      (nil, false, false), ([4, 0, 2], false, false), (nil, true, false), ([4, 0, 2], true, true),
    ]
    for (seed, (lengths, masks, perStep)) in variants.enumerated() {
      var layer = RecurrentLayer(cell, steps: 4, batch: 3, input: 2, hidden: 3, seed: 20 + seed)
      layer.reverse = reverse
      layer.lengths = lengths
      layer.gap = 2 * seed
      if masks { layer.dropStates(perStep: perStep) }
      let run = RecurrentRun(oracle, layer)
      let gradients = run.backward(after: run.forward(training: true))
      for (name, path) in Self.inputs {
        guard let values = layer[keyPath: path] else { continue }
        let gradient = try #require(gradients[name]).values
        #expect(gradient.contains { $0 != 0 }, "\(name) is all zero")
        let differences = centralDifferences(at: values) { point in
          var moved = layer
          moved[keyPath: path] = point
          return loss(oracle, moved)
        }
        for (i, difference) in differences.enumerated() {
          worst = max(worst, abs(gradient[i] - difference) / max(abs(gradient[i]), abs(difference), 1e-3))
        }
      }
    }
    #expect(worst < 1e-6)
  }

  /// The loss whose gradients from above are the layer's own: dy · y + dh_last · h_last + dc_last · c_last.
  private func loss(_ oracle: Kernels, _ layer: RecurrentLayer) -> Double {
    let output = RecurrentRun(oracle, layer).forward(training: false)
    func dot(_ a: [Double]?, _ b: [Double]?) -> Double { zip(a ?? [], b ?? []).reduce(0) { $0 + $1.0 * $1.1 } }
    return dot(layer.dy, output.rows(layer)) + dot(layer.dhLast, output.hLast.values)
      + dot(layer.dcLast, output.cLast?.values)
  }
}

extension RecurrentLayer {
  fileprivate var optionalX: [Double]? {
    get { x }
    set { x = newValue ?? [] }
  }

  fileprivate var optionalInputWeight: [Double]? {
    get { inputWeight }
    set { inputWeight = newValue ?? [] }
  }

  fileprivate var optionalHiddenWeight: [Double]? {
    get { hiddenWeight }
    set { hiddenWeight = newValue ?? [] }
  }
}
