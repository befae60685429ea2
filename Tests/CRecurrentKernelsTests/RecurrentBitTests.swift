import CRecurrentKernels
import Testing

/// Laws that hold bit for bit in every table.
@Suite(.guardedBuffers) struct RecurrentBitTests {
  /// Small layers for every table, and for the vector tables one whose input projection spans several time chunks.
  static func layers(_ kernels: Kernels, _ cell: Cell, reverse: Bool) -> [RecurrentLayer] {
    var sizes = [(7, 5, 3, 9), (12, 1, 4, 6), (5, 9, 17, 33)]
    if kernels.table.lanes > 1 { sizes.append((70, 9, 20, 96)) }
    return sizes.enumerated().map { seed, size in
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

  @Test(arguments: Kernels.all, Cell.all)
  func aSequenceIsTheFoldOfItsSteps(kernels: Kernels, cell: Cell) {
    for reverse in [false, true] {
      for plain in Self.layers(kernels, cell, reverse: reverse) {
        for layer in [plain, Self.ragged(plain)] {
          let whole = kernels.forward(layer, training: false)
          let (wholeBits, width) = (whole.rowBits(layer), layer.batch * layer.hiddenSize)
          var (h, c) = (layer.h0 ?? [], layer.c0)
          var different = 0
          for t in reverse ? Array((0..<layer.steps).reversed()) : Array(0..<layer.steps) {
            let step = kernels.forward(layer.step(t, h: h, c: c), training: false)
            (h, c) = (step.hLast.values, step.cLast?.values)
            if step.y.bits != Array(wholeBits[(t * width)..<((t + 1) * width)]) { different += 1 }
          }
          let what = "\(kernels.name) \(layer.testDescription)"
          #expect(different == 0, "\(what): steps that differ")
          expectSameBits(kernels.buffer(h), whole.hLast, "\(what): h_last")
          if let c, let wholeC = whole.cLast { expectSameBits(kernels.buffer(c), wholeC, "\(what): c_last") }
        }
      }
    }
  }

  @Test(arguments: Kernels.all, Cell.all)
  func trainingAndInferenceAgree(kernels: Kernels, cell: Cell) {
    for layer in Self.layers(kernels, cell, reverse: false).map(Self.ragged) {
      compare(
        kernels.forward(layer, training: false), kernels.forward(layer, training: true),
        "\(kernels.name) \(layer.testDescription)")
    }
  }

  @Test(arguments: Kernels.all, Cell.all)
  func rowsDoNotDependOnTheirNeighbours(kernels: Kernels, cell: Cell) {
    for reverse in [false, true] {
      for layer in Self.layers(kernels, cell, reverse: reverse).map(Self.ragged) {
        let all = kernels.forward(layer, training: true)
        let gradients = kernels.backward(layer, after: all)
        for n in 0..<layer.batch {
          let row = layer.row(n)
          let alone = kernels.forward(row, training: true)
          let aloneGradients = kernels.backward(row, after: alone)
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
    let bits = whole.bits
    let row = stride(from: n * width, to: bits.count, by: layer.batch * width).flatMap { bits[$0..<($0 + width)] }
    #expect(row == part.bits, "\(what)")
  }

  @Test(arguments: Kernels.all, Cell.all)
  func nothingGivenIsExactlyZero(kernels: Kernels, cell: Cell) {
    for reverse in [false, true] {
      for layer in Self.layers(kernels, cell, reverse: reverse).map(Self.ragged) {
        var absent = layer
        (absent.h0, absent.c0, absent.inputBias, absent.hiddenBias) = (nil, nil, nil, nil)
        (absent.dy, absent.dhLast, absent.dcLast) = (layer.dy, nil, nil)
        var zero = absent
        let states = [Double](repeating: 0, count: layer.batch * layer.hiddenSize)
        let biases = [Double](repeating: 0, count: cell.gates * layer.hiddenSize)
        (zero.h0, zero.inputBias, zero.hiddenBias, zero.dhLast) = (states, biases, biases, states)
        if cell.hasCellState { (zero.c0, zero.dcLast) = (states, states) }

        let what = "\(kernels.name) \(layer.testDescription)"
        let (a, b) = (kernels.forward(absent, training: true), kernels.forward(zero, training: true))
        compare(a, b, what)
        let expected = kernels.backward(zero, after: b)
        for (name, buffer) in kernels.backward(absent, after: a).named {
          if let other = expected[name] { expectSameBits(buffer, other, "\(what): \(name)") }
        }
      }
    }
  }

  /// A row that ends early is the same sequence, cut: same outputs and last states, zeros behind, nothing passed back.
  @Test(arguments: Kernels.all, Cell.all)
  func lengthsCutSequences(kernels: Kernels, cell: Cell) {
    for reverse in [false, true] {
      let layer = Self.ragged(RecurrentLayer(cell, steps: 9, batch: 5, input: 3, hidden: 10, seed: 4))
      for n in 0..<layer.batch {
        var row = layer.row(n)
        row.reverse = reverse
        let output = kernels.forward(row, training: true)
        let dx = kernels.backward(row, after: output)["dx"]?.values ?? []
        let length = row.length(0)
        var cut = row
        (cut.steps, cut.lengths) = (length, nil)
        cut.x = Array(row.x.prefix(length * row.inputSize))
        cut.dy = row.dy.map { Array($0.prefix(length * row.hiddenSize)) }
        let expected = kernels.forward(cut, training: true)
        let what = "\(kernels.name) \(row.testDescription)"
        #expect(Array(output.y.bits.prefix(length * row.hiddenSize)) == expected.y.bits, "\(what)")
        #expect(output.y.values.dropFirst(length * row.hiddenSize).allSatisfy { $0 == 0 }, "\(what): y past the end")
        #expect(dx.dropFirst(length * row.inputSize).allSatisfy { $0 == 0 }, "\(what): dx past the end")
        expectSameBits(output.hLast, expected.hLast, "\(what): h_last")
        if length == 0 { #expect(output.hLast.values == row.h0, "\(what): h_last of an empty row") }
        if length == 0, cell.hasCellState { #expect(output.cLast?.values == row.c0, "\(what): c_last of an empty row") }
      }
    }
  }

  private func compare(_ a: RecurrentOutput, _ b: RecurrentOutput, _ what: String) {
    expectSameBits(a.y, b.y, "\(what): y")
    expectSameBits(a.hLast, b.hLast, "\(what): h_last")
    if let ac = a.cLast, let bc = b.cLast { expectSameBits(ac, bc, "\(what): c_last") }
  }
}
