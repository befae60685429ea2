import CRecurrentKernels
import Testing

/// Every table against the scalar oracle in double precision.
@Suite(.fencedBuffers) struct RecurrentAgreementTests {
  /// Layers of every cell, in both directions, with and without lengths, states, biases and gaps.
  static let layers: [RecurrentLayer] = Cell.all.enumerated().flatMap { number, cell in
    [false, true].flatMap { reverse in
      [
        (0, 2, 1, 1), (1, 1, 1, 1), (3, 2, 1, 1), (5, 1, 3, 6), (4, 9, 2, 7), (2, 3, 5, 8), (7, 5, 9, 15),
        (6, 4, 16, 16),
        (3, 8, 17, 17), (9, 7, 1, 33), (40, 2, 4, 5), (12, 3, 40, 24), (5, 0, 3, 4),
      ].enumerated().map { place, size in
        layer(cell, size, variant: place + number + (reverse ? 1 : 0), reverse: reverse)
      }
    }
  }

  /// Layers wide enough for several tiles and vectors with a remainder, and layers with more rows and steps together
  /// than a backward pass takes into one product.
  static let largeLayers: [RecurrentLayer] = Cell.all.prefix(4).enumerated().flatMap { number, cell in
    [(4, 6, 33, 70), (17, 9, 70, 48), (25, 40, 3, 10), (25, 40, 4, 9)].enumerated().map { place, size in
      layer(cell, size, variant: place + 2 * number + place / 2, reverse: (place + number) % 2 == 0)
    }
  }

  /// Varies what a layer is given, so that each option meets each cell and many sizes.
  static func layer(_ cell: Cell, _ size: (Int, Int, Int, Int), variant: Int, reverse: Bool) -> RecurrentLayer {
    let (steps, batch, input, hidden) = size
    var layer = RecurrentLayer(cell, steps: steps, batch: batch, input: input, hidden: hidden, seed: variant)
    layer.reverse = reverse
    if variant % 2 == 1 {
      // Full, empty and in between.
      layer.lengths = (0..<batch).map { Int32([steps, 0, (steps + 1) / 2, 1, steps - 1][($0 + variant / 2) % 5]) }
      layer.lengths = layer.lengths?.map { max(0, min($0, Int32(steps))) }
      layer.fillPadding(1e30)
    }
    if variant % 3 == 1 { (layer.h0, layer.c0) = (nil, nil) }
    if variant % 5 == 2 { layer.inputBias = nil }
    if variant % 5 >= 2 && variant % 5 <= 3 { layer.hiddenBias = nil }
    if variant % 4 >= 2 { layer.gap = variant % 7 + 1 }
    if variant % 4 == 1 || variant % 6 == 0 { layer.dropStates(perStep: variant % 8 == 1 || variant % 12 == 0) }
    if variant % 7 == 3 { layer.dy = nil }
    if variant % 7 == 4 { layer.dhLast = nil }
    if variant % 7 == 5 { layer.dcLast = nil }
    return layer
  }

  @Test(arguments: layers + largeLayers)
  func outputsAndGradients(layer: RecurrentLayer) throws {
    let oracle = try #require(Kernels.oracle)
    let reference = RecurrentRun(oracle, layer)
    let expected = reference.forward(training: true)
    let expectedGradients = reference.backward(after: expected)
    for kernels in Kernels.all where kernels.index != oracle.index {
      let run = RecurrentRun(kernels, layer)
      let output = run.forward(training: true)
      compare(kernels, layer, "y", output.rows(layer), expected.rows(layer))
      compare(kernels, layer, "h_last", output.hLast.values, expected.hLast.values)
      if let cLast = output.cLast, let expectedC = expected.cLast {
        compare(kernels, layer, "c_last", cLast.values, expectedC.values)
      }
      let gradients = run.backward(after: output, before: 0.5)
      for (name, buffer) in gradients.named {
        let start = name.hasPrefix("dw") || name.hasPrefix("db") ? 0.5 : 0
        compare(
          kernels, layer, name, buffer.values, expectedGradients[name]?.values.map { $0 + start } ?? [], scale: 10)
      }
    }
  }

  /// Errors grow with the length of the sums, whose result the largest element shows.
  private func compare(
    _ kernels: Kernels, _ layer: RecurrentLayer, _ what: String, _ actual: [Double], _ expected: [Double],
    scale: Double = 1
  ) {
    let largest = expected.reduce(1) { max($0, abs($1)) }
    let tolerance = scale * 1e-6 * kernels.epsilon / Double(Float.ulpOfOne)
    expectClose(
      actual, expected, absolute: tolerance * largest, relative: tolerance,
      "\(kernels.name) \(what) of \(layer.testDescription)")
  }

  /// Asking for some gradients only must not change them.
  @Test(arguments: Kernels.all, [Cell.lstm, .gruResetAfter, .gruResetBefore, .elman])
  func gradientsOneByOne(kernels: Kernels, cell: Cell) {
    let layer = Self.layer(cell, (5, 3, 4, 9), variant: 1, reverse: false)
    let run = RecurrentRun(kernels, layer)
    let output = run.forward(training: true)
    let all = run.backward(after: output)
    for (name, buffer) in all.named {
      let alone = run.backward(after: output, only: [name])
      #expect(alone.named.count == 1)
      if let only = alone[name] { expectSameBits(only, buffer, "\(kernels.name) \(name) alone") }
    }
    #expect(run.backward(after: output, only: []).named.isEmpty)
  }
}
