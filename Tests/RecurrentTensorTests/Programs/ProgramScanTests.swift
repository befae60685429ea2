import CRecurrentKernels
import RecurrentTensor
import RecurrentTestSupport
import Testing

struct ProgramScanTests {
  /// Every gradient of every sample cell, in double against central differences.
  @Test(arguments: SampleCell.all, [false, true])
  func gradient(_ cell: SampleCell, _ isReversed: Bool) {
    let run = SampleRun(cell)
    for lengths in [nil, SampleRun.ragged] {
      let check = checkFunctionGradient(of: run.operands) {
        run.sum(run.scan($0, lengths: lengths, isReversed: isReversed))
      }
      #expect(check.agrees, "lengths \(lengths ?? []): \(check)")
    }
  }

  /// Nothing but the outputs, or one part of the last state, is used.
  @Test(arguments: SampleCell.all)
  func gradientWhenPartOfTheResultIsUsed(_ cell: SampleCell) {
    let run = SampleRun(cell)
    let outputs = checkFunctionGradient(of: run.operands) { run.scan($0, lengths: SampleRun.ragged).outputs }
    #expect(outputs.agrees, "\(outputs)")
    let last = checkFunctionGradient(of: run.operands) { run.scan($0).last[run.program.stateWidths.count - 1] }
    #expect(last.agrees, "\(last)")
  }

  /// Float on the fast kernels against double on the reference.
  @Test(arguments: SampleCell.all, [5, 37])
  func kernelsAgree(_ cell: SampleCell, _ hidden: Int) {
    let run = SampleRun(cell, steps: 9, batch: 7, inputs: 5, hidden: hidden)
    let lengths: [Int32] = [9, 3, 0, 9, 1, 8, 9]
    let expected = run.scan(run.operands, lengths: lengths)
    let actual = run.scan(run.operands.map { $0.converted(to: .float32) }, lengths: lengths)
    for (a, b) in zip([actual.outputs] + actual.last, [expected.outputs] + expected.last) {
      for (x, y) in zip(a.doubles, b.doubles) { #expect(abs(x - y) < 1e-5 + 1e-5 * abs(y)) }
    }
  }

  /// The same equations as the fused kernels compute.
  @Test func fusedCellsAgree() {
    let kinds: [(SampleCell, rk_cell)] = [
      (.lstm, RK_LSTM), (.gruBefore, RK_GRU_RESET_BEFORE), (.elman[1], RK_ELMAN),
    ]
    for (cell, kind) in kinds {
      let run = SampleRun(cell)
      let program = run.scan(run.operands, lengths: SampleRun.ragged)
      let fused = RecurrentScan.apply(
        RecurrentKind(cell: kind), run.operands[0], lengths: SampleRun.ragged, isReversed: false,
        weights: RecurrentWeights(
          inputHidden: run.operands[1],
          hiddenHidden: kind == RK_GRU_RESET_BEFORE
            ? Tensor(concatenating: [run.operands[3], run.operands[4]], axis: 0) : run.operands[3],
          inputBias: OptionalTensor(run.operands[2]), hiddenBias: .absent, cache: RecurrentCache()),
        initialHidden: OptionalTensor(run.operands[run.operands.count - run.program.stateWidths.count]),
        initialCell: OptionalTensor(kind == RK_LSTM ? run.operands.last : nil))
      for (x, y) in zip(program.outputs.doubles, fused.outputs.doubles) { #expect(abs(x - y) < 1e-14) }
      for (x, y) in zip(program.last[0].doubles, fused.lastHidden.doubles) { #expect(abs(x - y) < 1e-14) }
    }
  }

  /// One call for a sequence has the bits of one call for each step.
  @Test(arguments: SampleCell.all)
  func aSequenceIsTheFoldOfItsSteps(_ cell: SampleCell) {
    if cell.testDescription == "step values" { return }
    for batch in [1, 5] {
      let run = SampleRun(cell, steps: 6, batch: batch, inputs: 3, hidden: 18)
      let operands = run.operands.map { $0.converted(to: .float32) }
      let whole = run.scan(operands)
      var step = operands
      let states = operands.count - run.program.stateWidths.count
      for time in 0..<run.steps {
        step[0] = operands[0].slice(axis: 0, time..<time + 1)
        let result = run.scan(step)
        #expect(result.outputs.scalars == whole.outputs.slice(axis: 0, time..<time + 1).scalars, "step \(time)")
        for (part, last) in result.last.enumerated() { step[states + part] = last }
      }
      for (part, last) in whole.last.enumerated() { #expect(step[states + part].scalars == last.scalars) }
    }
  }

  /// A row does not depend on its neighbours, nor on what stands behind its end.
  @Test(arguments: SampleCell.all, [false, true])
  func rowsAreApart(_ cell: SampleCell, _ isReversed: Bool) {
    let run = SampleRun(cell)
    let operands = run.operands.map { $0.converted(to: .float32) }
    let ragged = run.scan(operands, lengths: SampleRun.ragged, isReversed: isReversed)
    var padded = operands
    padded[0] = Tensor(
      operands[0].scalars.enumerated().map { index, value in
        index / run.inputs / run.batch < Int(SampleRun.ragged[index / run.inputs % run.batch]) ? value : .infinity
      }, shape: operands[0].shape)
    let other = run.scan(padded, lengths: SampleRun.ragged, isReversed: isReversed)
    #expect(ragged.outputs.scalars == other.outputs.scalars)
    for (a, b) in zip(ragged.last, other.last) { #expect(a.scalars == b.scalars) }
  }
}
