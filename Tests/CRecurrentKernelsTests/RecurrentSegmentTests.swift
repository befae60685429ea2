import CRecurrentKernels
import Testing

/// A layer that walks through time segment by segment, its forward pass run again before each segment's way back.
@Suite(.guardedBuffers) struct RecurrentSegmentTests {
  /// So many rows that a chunk of steps whose gradients are summed at once ends within the sequence.
  private static func layers(_ cell: Cell) -> [RecurrentLayer] {
    var layers: [RecurrentLayer] = []
    for reverse in [false, true] {
      var layer = RecurrentLayer(cell, steps: 19, batch: 130, input: 3, hidden: 9, seed: 12)
      layer.reverse = reverse
      layers.append(layer)
      var ragged = RecurrentBitTests.ragged(layer)
      // Behind the longest row there is padding that no row fills.
      ragged.lengths = ragged.lengths?.map { min($0, 17) }
      layers.append(ragged)
      ragged.dropStates(perStep: true)
      (ragged.h0, ragged.c0) = (nil, nil)
      layers.append(ragged)
    }
    return layers
  }

  @Test(arguments: Kernels.all, Cell.all)
  func segmentsHaveTheBitsOfTheWhole(kernels: Kernels, cell: Cell) {
    for layer in Self.layers(cell) {
      let run = RecurrentRun(kernels, layer)
      let whole = run.forward(training: true)
      let expected = run.backward(after: whole, before: 0.5)
      let what = "\(kernels.name) \(layer.testDescription)"
      let (output, gradients) = run.inSegments(before: 0.5)
      expectSameBits(output.y, whole.y, "\(what): y")
      expectSameBits(output.hLast, whole.hLast, "\(what): h_last")
      if let c = output.cLast, let wholeC = whole.cLast { expectSameBits(c, wholeC, "\(what): c_last") }
      for (name, buffer) in gradients.named {
        if let other = expected[name] { expectSameBits(buffer, other, "\(what): \(name)") }
      }
    }
  }
}

extension RecurrentRun {
  /// Segments of one chunk each, in the order of the walk, counted from its end.
  private var segments: [Range<Int>] {
    let chunk = withProblem { Int(kernels.table.recurrent_gradient_steps($0)) }
    let longest = layer.lengths.map { Int($0.max() ?? 0) } ?? layer.steps
    if layer.reverse {
      return stride(from: 0, to: longest, by: chunk).reversed().map {
        $0..<($0 + chunk < longest ? $0 + chunk : layer.steps)
      }
    }
    return stride(from: longest, to: 0, by: -chunk).reversed().map {
      max(0, $0 - chunk)..<($0 == longest ? layer.steps : $0)
    }
  }

  private func withSegment(_ steps: Range<Int>, _ body: (UnsafePointer<rk_recurrent>) -> Void) {
    withProblem { whole in
      var part = whole.pointee
      (part.first_step, part.end_step) = (Int64(steps.lowerBound), Int64(steps.upperBound))
      body(&part)
    }
  }

  func inSegments(before: Double) -> (RecurrentOutput, RecurrentGradients) {
    let (output, forwardCall) = prepareForward(training: false)
    let (gradients, backwardCall) = prepareBackward(after: output, before: before, only: nil)
    let states = layer.batch * layer.hiddenSize
    func state() -> (h: Buffer, c: Buffer) { (kernels.buffer(count: states), kernels.buffer(count: states)) }
    let borders = segments.map { _ in state() }
    let between = state()
    func run(_ number: Int, _ complete: (inout rk_recurrent_forward) -> Void) {
      withSegment(segments[number]) { part in
        var call = forwardCall
        if number > 0 {
          (call.h0, call.c0) = (.init(borders[number - 1].h.pointer), .init(borders[number - 1].c.pointer))
        }
        complete(&call)
        kernels.table.recurrent_forward(1, part, &call)
      }
    }
    for number in segments.indices where number < segments.count - 1 {
      run(number) { ($0.h_last, $0.c_last) = (borders[number].h.pointer, borders[number].c.pointer) }
    }
    run(segments.count - 1) { _ in }
    for number in segments.indices.reversed() {
      withSegment(segments[number]) { part in
        let saved = kernels.buffer(count: Int(kernels.table.recurrent_saved_size(part)))
        run(number) { ($0.saved, $0.h_last, $0.c_last) = (saved.pointer, nil, nil) }
        var call = backwardCall
        call.saved = saved.pointer
        if number > 0 {
          (call.h0, call.c0) = (.init(borders[number - 1].h.pointer), .init(borders[number - 1].c.pointer))
          (call.dh0, call.dc0) = (between.h.pointer, between.c.pointer)
        }
        if number < segments.count - 1 {
          (call.dh_last, call.dc_last) = (.init(between.h.pointer), .init(between.c.pointer))
        }
        kernels.table.recurrent_backward(1, part, &call)
      }
    }
    return (output, gradients)
  }
}
