/// The beginnings that a search has come through: each is a symbol behind another beginning, so that what they have in
/// common is there once.
struct SequenceTree {
  private struct Node {
    let symbol: Int32
    /// The row of the batch in which the symbol was chosen.
    let row: Int32
    let parent: Int
  }

  /// The beginning without symbols.
  static let root = -1

  private var nodes: [Node] = []

  /// A beginning with one more symbol.
  mutating func append(_ symbol: Int32, after parent: Int, row: Int) -> Int {
    nodes.append(Node(symbol: symbol, row: Int32(row), parent: parent))
    return nodes.count - 1
  }

  /// The symbols of a beginning, and the row in which each was chosen.
  func path(to node: Int) -> (symbols: [Int32], rows: [Int]) {
    var (symbols, rows) = ([Int32](), [Int]())
    visit(from: node) { node in
      symbols.append(node.symbol)
      rows.append(Int(node.row))
    }
    return (symbols.reversed(), rows.reversed())
  }

  /// The symbols of a beginning, the last one first.
  func reversedSymbols(of node: Int, into symbols: inout [Int32]) {
    symbols.removeAll(keepingCapacity: true)
    visit(from: node) { symbols.append($0.symbol) }
  }

  private func visit(from node: Int, _ body: (Node) -> Void) {
    var next = node
    while next != Self.root {
      body(nodes[next])
      next = nodes[next].parent
    }
  }
}
