package import CRecurrentKernels

/// The instructions of a cell and where its numbers lie, ready for the loop over time.
// Unchecked: what the pointers refer to is written once, before anybody else can see the program.
package final class CellProgram: @unchecked Sendable {
  /// The program as C reads it.
  package let pointer: UnsafePointer<rk_program>
  /// The columns of the input's matrix.
  package let inputWidth: Int
  /// The widths of the parts of the state.
  package let stateWidths: [Int]
  /// Which part of the state is the output; the first one where all are.
  package let output: Int
  /// The width of an output.
  package let outputWidth: Int
  /// Rows and columns of the matrices of the recurrence.
  package let matrixShapes: [(rows: Int, columns: Int)]
  /// Whether something may be added to the product with each matrix: not where the product is added to that of the input.
  package let matricesTakeBias: [Bool]
  /// Where each trained vector lies among all of them, and its width.
  package let parameters: [(offset: Int, width: Int)]
  /// The widths of the values given for every step.
  package let stepValueWidths: [Int]
  /// Numbers of a step that all its rows share, and where the means and inverse deviations of each batch normalisation
  /// lie among them, one behind the other, with their width.
  package let stepRecordSize: Int
  package let batchStatistics: [(offset: Int, width: Int)]
  /// Instructions of the way there and of the way back.
  package let instructionCounts: (forward: Int, backward: Int)
  /// The equations themselves.
  let nodes: CellNodes
  private let deallocate: () -> Void

  init(_ graph: CellGraph, _ forward: ForwardLowering, _ backward: BackwardLowering, output: Int?) {
    var assignment = SlotAssignment(graph, forward: forward, backward: backward)
    let outputSlot = output.map { assignment.nextSlot($0) } ?? assignment.makeSlotOfAllStates()
    let there = assignment.resolve(forward: forward.instructions)
    let back = assignment.resolve(backward: backward.instructions)
    let matrices = graph.matrices.map {
      rk_program_matrix(
        source: Int32(assignment.keptSlot($0.source)), gradient: Int32(assignment.gradientSlot($0.entry)))
    }
    let parameters = graph.parameters.map {
      rk_program_parameter(
        parameter: Int32(assignment.parameterSlot($0)), gradient: Int32(assignment.gradientSlot($0)))
    }
    nodes = CellNodes(graph)
    inputWidth = graph.inputWidth
    stateWidths = graph.states.map { graph.entries[$0].width }
    self.output = output.flatMap { graph.states.firstIndex(of: $0) } ?? 0
    outputWidth = Int(assignment.slots.slots[outputSlot].width)
    matrixShapes = graph.matrices.map { (graph.entries[$0.entry].width, graph.entries[$0.source].width) }
    matricesTakeBias = graph.matrices.map {
      if case .input = graph.entries[$0.entry].node { return false }
      return true
    }
    self.parameters = graph.parameters.map { assignment.place(ofParameter: $0) }
    stepValueWidths = graph.stepValues.map { graph.entries[$0].width }
    instructionCounts = (there.count, back.count)

    let slots = CellProgram.copy(assignment.slots.slots)
    let thereCopy = CellProgram.copy(there)
    let backCopy = CellProgram.copy(back)
    let matrixCopy = CellProgram.copy(matrices)
    let parameterCopy = CellProgram.copy(parameters)
    batchStatistics = graph.batchNormalizations.map { assignment.place(ofStatistics: $0) }
    stepRecordSize = assignment.slots.size(of: RK_STEP)
    let sizes = assignment.slots.sizes.map { Int64($0) }
    let program = rk_program(
      slots: slots, forward: thereCopy, backward: backCopy, matrices: matrixCopy, parameters: parameterCopy,
      forward_count: Int32(there.count), backward_count: Int32(back.count), matrix_count: Int32(matrices.count),
      parameter_count: Int32(parameters.count), state_count: Int32(graph.states.count), output: Int32(outputSlot),
      input: Int32(assignment.inputSlot), input_gradient: Int32(assignment.inputGradientSlot),
      joins_rows: graph.batchNormalizations.isEmpty ? 0 : 1,
      record_sizes: (sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], sizes[5], sizes[6], sizes[7], sizes[8], sizes[9])
    )
    let pointer = UnsafeMutablePointer<rk_program>.allocate(capacity: 1)
    pointer.initialize(to: program)
    self.pointer = UnsafePointer(pointer)
    deallocate = {
      slots.deallocate()
      thereCopy.deallocate()
      backCopy.deallocate()
      matrixCopy.deallocate()
      parameterCopy.deallocate()
      pointer.deallocate()
    }
  }

  deinit { deallocate() }

  private static func copy<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
    let copy = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
    copy.initialize(from: elements, count: elements.count)
    return copy
  }
}
