import CRecurrentKernels

/// The equations of one step of a cell, written as expressions over values that are as wide as a state.
///
/// ```swift
/// let graph = CellGraph()
/// let h = graph.state(width: hiddenSize)
/// let c = graph.state(width: hiddenSize)
/// let gates = graph.inputs(count: 4, width: hiddenSize, adding: graph.matrix(), times: h)
/// let (i, f, g, o) = (gates[0].sigmoid, gates[1].sigmoid, gates[2].tanh, gates[3].sigmoid)
/// let next = CellValue.multiplyAdd(f, c, i * g)
/// graph.setNext(c, to: next)
/// graph.setNext(h, to: o * next.tanh)
/// let program = graph.compiled(output: h)
/// ```
///
/// The graph is compiled once into a list of instructions for the way there and one for the way back; the loop over time
/// and all gradients of matrices are then the same C for every cell.
package final class CellGraph {
  enum Node {
    /// A part of the state before the step.
    case state(Int)
    /// Some columns of W x + bias; with a matrix, R times a value is added to them.
    case input(from: Int, adding: (matrix: Int, source: Int)?)
    /// R times a value, + bias.
    case product(matrix: Int, source: Int)
    /// A part of an input or a product.
    case slice(of: Int, from: Int)
    /// Numbers that are trained, the same for all rows and steps.
    case parameter(Int)
    /// Numbers given for every step and row.
    case stepValue(Int)
    case binary(rk_operation, Int, Int)
    case multiplyAdd(Int, Int, Int)
    case activation(CellActivation, Int)
    case scaledRows(Int, by: Int)
    case normalized(Int, epsilon: Double)
  }

  struct Entry {
    let node: Node
    let width: Int
  }

  private(set) var entries: [Entry] = []
  private(set) var states: [Int] = []
  private(set) var next: [Int: Int] = [:]
  package private(set) var inputWidth = 0
  private(set) var parameters: [Int] = []
  private(set) var stepValues: [Int] = []
  private(set) var matrices: [(entry: Int, source: Int)] = []

  package init() {}

  func append(_ node: Node, width: Int) -> CellValue {
    entries.append(Entry(node: node, width: width))
    return CellValue(graph: self, index: entries.count - 1, width: width)
  }

  /// A part of the state before the step, which must be given a next value.
  package func state(width: Int) -> CellValue {
    let value = append(.state(states.count), width: width)
    states.append(value.index)
    return value
  }

  /// The next columns of W x + bias, in `count` equal parts.
  package func inputs(count: Int, width: Int) -> [CellValue] { inputs(count, width, nil) }

  /// The next columns of W x + bias + R s for a value s, in `count` equal parts. R is the next matrix.
  package func inputs(count: Int, width: Int, adding source: CellValue) -> [CellValue] { inputs(count, width, source) }

  private func inputs(_ count: Int, _ width: Int, _ source: CellValue?) -> [CellValue] {
    let matrix = source.map { (matrix: matrices.count, source: $0.index) }
    let whole = append(.input(from: inputWidth, adding: matrix), width: count * width)
    if let source { matrices.append((whole.index, source.index)) }
    inputWidth += count * width
    return slices(of: whole, count: count, width: width)
  }

  /// R s + bias for a value s, in `count` equal parts. R is the next matrix.
  package func products(count: Int, width: Int, of source: CellValue) -> [CellValue] {
    slices(of: product(width: count * width, of: source), count: count, width: width)
  }

  /// R s + bias, whole. R is the next matrix.
  package func product(width: Int, of source: CellValue) -> CellValue {
    let whole = append(.product(matrix: matrices.count, source: source.index), width: width)
    matrices.append((whole.index, source.index))
    return whole
  }

  /// Equal parts of a value.
  package func slices(of value: CellValue, count: Int, width: Int) -> [CellValue] {
    if count == 1 { return [value] }
    return (0..<count).map { append(.slice(of: value.index, from: $0 * width), width: width) }
  }

  /// The next trained vector.
  package func parameter(width: Int) -> CellValue {
    let value = append(.parameter(parameters.count), width: width)
    parameters.append(value.index)
    return value
  }

  /// The next of the values given for every step and row, such as masks.
  package func stepValue(width: Int) -> CellValue {
    let value = append(.stepValue(stepValues.count), width: width)
    stepValues.append(value.index)
    return value
  }

  /// Says what a part of the state is after the step.
  package func setNext(_ state: CellValue, to value: CellValue) { next[state.index] = value.index }

  /// The program of the equations, whose outputs are the values of the state `output`, or, where none is named, those of
  /// all states side by side.
  package func compiled(output: CellValue?) -> CellProgram {
    precondition(states.count <= Int(RK_MOST_STATES), "\(states.count) parts of a state")
    precondition(matrices.count <= Int(RK_MOST_MATRICES), "\(matrices.count) matrices of a recurrence")
    precondition(stepValues.count <= Int(RK_MOST_STEP_VALUES), "\(stepValues.count) values given for every step")
    precondition(states.allSatisfy { next[$0] != nil }, "a part of the state has no next value")
    var forward = ForwardLowering(self)
    let backward = BackwardLowering(self)
    forward.lower(keeping: backward.neededValues)
    return CellProgram(self, forward, backward, output: output?.index)
  }
}

/// A value in the equations of a cell: some numbers for each row, as wide as a state.
public struct CellValue: Equatable {
  let graph: CellGraph
  let index: Int
  /// How many numbers it has for each row.
  public let width: Int

  /// Whether they are the same value of the same equations.
  public static func == (a: CellValue, b: CellValue) -> Bool { a.graph === b.graph && a.index == b.index }

  private func with(_ other: CellValue, _ operation: rk_operation) -> CellValue {
    precondition(graph === other.graph && width == other.width, "values of \(width) and \(other.width) numbers")
    return graph.append(.binary(operation, index, other.index), width: width)
  }

  /// Number by number.
  public static func + (a: CellValue, b: CellValue) -> CellValue { a.with(b, RK_ADD_SLOTS) }
  /// Number by number.
  public static func - (a: CellValue, b: CellValue) -> CellValue { a.with(b, RK_SUBTRACT_SLOTS) }
  /// Number by number.
  public static func * (a: CellValue, b: CellValue) -> CellValue { a.with(b, RK_MULTIPLY_SLOTS) }
  /// Number by number.
  public static func / (a: CellValue, b: CellValue) -> CellValue { a.with(b, RK_DIVIDE_SLOTS) }

  /// `a · b + c` in one instruction.
  public static func multiplyAdd(_ a: CellValue, _ b: CellValue, _ c: CellValue) -> CellValue {
    precondition(a.width == b.width && b.width == c.width, "values of different widths")
    return a.graph.append(.multiplyAdd(a.index, b.index, c.index), width: a.width)
  }

  /// `f` of every number.
  public func applying(_ f: CellActivation) -> CellValue { graph.append(.activation(f, index), width: width) }

  /// The logistic function of every number.
  public var sigmoid: CellValue { applying(.sigmoid) }
  /// The hyperbolic tangent of every number.
  public var tanh: CellValue { applying(.tanh) }
  /// One minus this.
  public var complement: CellValue { applying(.affine(scale: -1, offset: 1)) }

  /// This times the one number that `factor` has for each row.
  public func scaled(byRow factor: CellValue) -> CellValue {
    precondition(factor.width == 1, "a row has one factor")
    return graph.append(.scaledRows(index, by: factor.index), width: width)
  }

  /// With zero mean and unit variance over all numbers of the value (Ba et al., 2016), without gain and shift.
  public func normalized(epsilon: Double) -> CellValue {
    graph.append(.normalized(index, epsilon: epsilon), width: width)
  }
}
