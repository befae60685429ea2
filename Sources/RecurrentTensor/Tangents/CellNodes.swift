import CRecurrentKernels

/// The equations of a compiled cell, for whoever evaluates them otherwise than as a program.
struct CellNodes: Sendable {
  let entries: [CellGraph.Entry]
  /// The nodes of the state before the step, and for each the node of its next value.
  let states: [Int]
  let next: [Int]
  let parameters: [Int]
  /// Which node multiplies each matrix, and by what.
  let matrices: [(entry: Int, source: Int)]

  init(_ graph: CellGraph) {
    entries = graph.entries
    states = graph.states
    next = graph.states.compactMap { graph.next[$0] }
    parameters = graph.parameters
    matrices = graph.matrices
  }

  /// The first column of the input that the product with a matrix is added to; nil where it stands by itself.
  func inputColumn(ofMatrix matrix: Int) -> Int? {
    guard case .input(let from, _) = entries[matrices[matrix].entry].node else { return nil }
    return from
  }

  /// Whether each unit's next state depends on the unit's own state alone, and each row of W, each element of a vector
  /// acts on one unit alone: no matrix in the recurrence, nothing that mixes the numbers of a value.
  ///
  /// So it is for independently recurrent units (IndRNN) and for minGRU and minLSTM.
  var isDiagonal: Bool {
    guard let width = states.first.map({ entries[$0].width }), matrices.isEmpty else { return false }
    return entries.allSatisfy { entry in
      switch entry.node {
      case .state, .parameter, .binary, .multiplyAdd, .activation: return entry.width == width
      case .input(let from, _): return entry.width % width == 0 && from % width == 0
      case .slice(_, let from): return entry.width == width && from % width == 0
      case .scaledRows(_, let factor):
        if case .stepValue = entries[factor].node { return entry.width == width }
        return false
      case .stepValue: return true
      case .product, .normalized, .batchNormalized: return false
      }
    }
  }
}
