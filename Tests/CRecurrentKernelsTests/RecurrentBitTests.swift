import CRecurrentKernels
import Testing

/// Laws that hold bit for bit in every table.
@Suite(.guardedBuffers) struct RecurrentBitTests {
  static func layers(_ cell: Cell, reverse: Bool) -> [RecurrentLayer] {
    [(7, 5, 3, 9), (12, 1, 4, 6), (5, 9, 17, 33)].enumerated().map { seed, size in
      var layer = RecurrentLayer(cell, steps: size.0, batch: size.1, input: size.2, hidden: size.3, seed: seed)
      layer.reverse = reverse
      return layer
    }
  }

  static func ragged(_ layer: RecurrentLayer) -> RecurrentLayer {
    var ragged = layer
    ragged.lengths = (0..<layer.batch).map { Int32([layer.steps, 1, layer.steps / 2, 0, layer.steps - 1][$0 % 5]) }
    ragged.fillPadding(-1e30)
    return ragged
  }

  // MARK: - Time

  @Test(arguments: Kernels.all, Cell.all)
  func aSequenceIsTheFoldOfItsSteps(kernels: Kernels, cell: Cell) {
    for reverse in [false, true] {
      for layer in Self.layers(cell, reverse: reverse) {
        expectFold(kernels, layer)
        expectFold(kernels, Self.ragged(layer))
        for perStep in [false, true] {
          var masked = Self.ragged(layer)
          masked.dropStates(perStep: perStep)
          expectFold(kernels, masked)
        }
      }
    }
  }

  /// Sequences so long, or steps so wide, that a table that works in chunks of time has more than one.
  @Test(arguments: Kernels.all.filter { $0.table.lanes > 1 }, [Cell.lstm, .gruResetAfter, .gruResetBefore, .elman])
  func chunksOfTimeDoNotShow(kernels: Kernels, cell: Cell) {
    var layer = RecurrentLayer(cell, steps: 280 / cell.gates, batch: 3, input: 5, hidden: 256, seed: 5)
    layer.reverse = cell.gates == 3
    expectFold(kernels, layer)
    layer.lengths = [Int32(layer.steps), 3, Int32(layer.steps - 1)]
    expectFold(kernels, layer)
  }

  /// Runs a layer in one call and in one call a step, each from the state that the one before left.
  private func expectFold(_ kernels: Kernels, _ layer: RecurrentLayer) {
    let run = RecurrentRun(kernels, layer)
    let whole = run.forward(training: false)
    let width = layer.batch * layer.hiddenSize
    let what = "\(kernels.name) \(layer.testDescription)"
    var (h, c) = (layer.h0 ?? [], layer.c0)
    for t in layer.reverse ? Array((0..<layer.steps).reversed()) : Array(0..<layer.steps) {
      let step = RecurrentRun(kernels, layer.step(t, h: h, c: c), weightsOf: run).forward(training: false)
      (h, c) = (step.hLast.values, step.cLast?.values)
      let same = step.y.hasSameBits(from: 0, as: whole.y, from: t * width, length: width)
      if !same { Issue.record("\(what): step \(t) differs") }
    }
    expectSameBits(kernels.buffer(h), whole.hLast, "\(what): h_last")
    if let c, let wholeC = whole.cLast { expectSameBits(kernels.buffer(c), wholeC, "\(what): c_last") }
  }

  /// A row that ends early is the same sequence, cut: same outputs and last states, zeros behind, nothing passed back.
  @Test(arguments: Kernels.all, Cell.all)
  func lengthsCutSequences(kernels: Kernels, cell: Cell) {
    for reverse in [false, true] {
      let layer = Self.ragged(RecurrentLayer(cell, steps: 9, batch: 5, input: 3, hidden: 10, seed: 4))
      for n in 0..<layer.batch {
        var row = layer.row(n)
        row.reverse = reverse
        let run = RecurrentRun(kernels, row)
        let output = run.forward(training: true)
        let dx = run.backward(after: output)["dx"]?.values ?? []
        let length = row.length(0)
        var cut = row
        (cut.steps, cut.lengths) = (length, nil)
        cut.x = Array(row.x.prefix(length * row.inputSize))
        cut.dy = row.dy.map { Array($0.prefix(length * row.hiddenSize)) }
        let expected = RecurrentRun(kernels, cut, weightsOf: run).forward(training: true)
        let what = "\(kernels.name) \(row.testDescription)"
        let end = length * row.hiddenSize
        #expect(output.y.hasSameBits(from: 0, as: expected.y, from: 0, length: end), "\(what)")
        #expect(output.y.values.dropFirst(end).allSatisfy { $0 == 0 }, "\(what): y past the end")
        #expect(dx.dropFirst(length * row.inputSize).allSatisfy { $0 == 0 }, "\(what): dx past the end")
        expectSameBits(output.hLast, expected.hLast, "\(what): h_last")
        if length == 0 { #expect(output.hLast.values == row.h0, "\(what): h_last of an empty row") }
        if length == 0, cell.hasCellState { #expect(output.cLast?.values == row.c0, "\(what): c_last of an empty row") }
      }
    }
  }

  // MARK: - Neighbours

  @Test(arguments: Kernels.all, Cell.all)
  func rowsDoNotDependOnTheirNeighbours(kernels: Kernels, cell: Cell) {
    // The last one has more rows and steps together than a backward pass takes into one product.
    let large = RecurrentLayer(cell, steps: 25, batch: 40, input: 3, hidden: 10, seed: 6)
    for reverse in [false, true] {
      for plain in Self.layers(cell, reverse: reverse) + (reverse ? [large] : []) {
        let layer = Self.ragged(plain)
        let run = RecurrentRun(kernels, layer)
        let all = run.forward(training: true)
        let gradients = run.backward(after: all)
        for n in stride(from: 0, to: layer.batch, by: layer.batch > 9 ? 7 : 1) {
          let rowRun = RecurrentRun(kernels, layer.row(n), weightsOf: run)
          let alone = rowRun.forward(training: true)
          let aloneGradients = rowRun.backward(after: alone)
          let what = "\(kernels.name) row \(n) of \(layer.testDescription)"
          expectRow(n, of: layer, all.y, layer.hiddenSize, is: alone.y, "\(what): y")
          expectRow(n, of: layer, all.hLast, layer.hiddenSize, is: alone.hLast, "\(what): h_last")
          for (name, width) in [("dx", layer.inputSize), ("dh0", layer.hiddenSize), ("dc0", layer.hiddenSize)] {
            if let whole = gradients[name], let part = aloneGradients[name] {
              expectRow(n, of: layer, whole, width, is: part, "\(what): \(name)")
            }
          }
        }
      }
    }
  }

  private func expectRow(
    _ n: Int, of layer: RecurrentLayer, _ whole: Buffer, _ width: Int, is part: Buffer, _ what: String
  ) {
    for t in 0..<(part.count / width) {
      let same = part.hasSameBits(from: t * width, as: whole, from: (t * layer.batch + n) * width, length: width)
      if !same { Issue.record("\(what) at \(t)") }
    }
  }

  // MARK: - What is given

  @Test(arguments: Kernels.all, Cell.all)
  func trainingAndInferenceAgree(kernels: Kernels, cell: Cell) {
    for layer in Self.layers(cell, reverse: false).map(Self.ragged) {
      let run = RecurrentRun(kernels, layer)
      compare(
        run.forward(training: false), run.forward(training: true), "\(kernels.name) \(layer.testDescription)")
    }
  }

  @Test(arguments: Kernels.all, Cell.all)
  func nothingGivenIsExactlyZero(kernels: Kernels, cell: Cell) {
    for reverse in [false, true] {
      for layer in Self.layers(cell, reverse: reverse).map(Self.ragged) {
        var absent = layer
        (absent.h0, absent.c0, absent.inputBias, absent.hiddenBias) = (nil, nil, nil, nil)
        (absent.dhLast, absent.dcLast) = (nil, nil)
        var zero = absent
        let states = [Double](repeating: 0, count: layer.batch * layer.hiddenSize)
        let biases = [Double](repeating: 0, count: cell.gates * layer.hiddenSize)
        (zero.h0, zero.inputBias, zero.hiddenBias, zero.dhLast) = (states, biases, biases, states)
        if cell.hasCellState { (zero.c0, zero.dcLast) = (states, states) }

        let what = "\(kernels.name) \(layer.testDescription)"
        let (absentRun, zeroRun) = (RecurrentRun(kernels, absent), RecurrentRun(kernels, zero))
        let (a, b) = (absentRun.forward(training: true), zeroRun.forward(training: true))
        compare(a, b, what)
        let expected = zeroRun.backward(after: b)
        for (name, buffer) in absentRun.backward(after: a).named {
          if let other = expected[name] { expectSameBits(buffer, other, "\(what): \(name)") }
        }
      }
    }
  }

  private func compare(_ a: RecurrentOutput, _ b: RecurrentOutput, _ what: String) {
    expectSameBits(a.y, b.y, "\(what): y")
    expectSameBits(a.hLast, b.hLast, "\(what): h_last")
    if let ac = a.cLast, let bc = b.cLast { expectSameBits(ac, bc, "\(what): c_last") }
  }
}
