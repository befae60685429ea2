import CRecurrentKernels

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The largest logits of each row, ranked, with the logarithms of their probabilities. A search that ranks at every step
/// keeps one, so that no step allocates.
package struct RankedLogits: Sendable {
  /// How many symbols of a row were asked for.
  package private(set) var count = 0
  /// `[R, count]`; -1 where a row has no more symbols that are possible.
  private var symbols: [Int32] = []
  /// `[R, count]`.
  private var values: [Float] = []
  /// The largest logit and the sum of the exponentials of the distances to it, `[R, 2]`.
  private var normalizers: [Float] = []
  /// log sum exp of each row.
  private var logSums: [Double] = []

  package init() {}

  /// Ranks the logits of each row, `[R, V]`: the larger first, of equal ones the one of the lower symbol.
  ///
  /// - Parameters:
  ///   - logits: `[R, V]`, in single precision.
  ///   - count: How many symbols of a row are wanted.
  ///   - excluded: One list for each row of symbols that must not be among them; their probabilities count all the same.
  package mutating func rank(_ logits: Tensor, count: Int, excluding excluded: RowLists? = nil) {
    requireRank(2, logits.shape, in: "RankedLogits")
    let (rows, width) = (logits.shape[0], logits.shape[1])
    precondition(count > 0 && width > 0 && logits.elementType == .float32, "there is nothing to rank")
    if let excluded {
      precondition(
        excluded.rowCount == rows && excluded.values.allSatisfy { $0 >= 0 && $0 < width },
        "the lists are not those of \(rows) rows of \(width) symbols")
    }
    self.count = count
    Self.resize(&symbols, to: rows * count, filler: -1)
    Self.resize(&values, to: rows * count, filler: 0)
    Self.resize(&normalizers, to: rows * 2, filler: 0)
    Self.resize(&logSums, to: rows, filler: 0)
    logits.kernels.pointee.top_k(
      Int64(rows), Int64(width), Int64(count), logits.pointer, excluded?.starts, excluded?.values, &symbols, &values,
      &normalizers)
    for row in 0..<rows { logSums[row] = Double(normalizers[2 * row]) + log(Double(normalizers[2 * row + 1])) }
  }

  /// The symbol at a rank of a row; nil where fewer symbols are possible, or the row holds what is no number.
  package func symbol(_ row: Int, rank: Int) -> Int32? {
    let symbol = symbols[row * count + rank]
    return symbol >= 0 && logSums[row].isFinite ? symbol : nil
  }

  /// The logarithm of its probability.
  package func logProbability(_ row: Int, rank: Int) -> Double {
    Double(values[row * count + rank]) - logSums[row]
  }

  /// The logarithm of the sum of the exponentials of a row: a symbol's logit less this is the logarithm of its probability.
  package func logSum(_ row: Int) -> Double { logSums[row] }

  private static func resize<Element>(_ array: inout [Element], to count: Int, filler: Element) {
    if array.count > count { array.removeLast(array.count - count) }
    array.append(contentsOf: repeatElement(filler, count: count - array.count))
  }
}

/// Lists of numbers, one for each row, one behind the other in memory.
package struct RowLists: Sendable {
  /// Where each list begins, and the end of the last.
  package private(set) var starts: [Int32] = [0]
  /// The numbers of all lists.
  package private(set) var values: [Int32] = []

  package init() {}

  /// The number of lists.
  package var rowCount: Int { starts.count - 1 }

  /// Adds a number to the list that is being written.
  package mutating func append(_ value: Int32) { values.append(value) }

  /// Ends the list that is being written.
  package mutating func endRow() { starts.append(Int32(values.count)) }

  /// Begins anew, in the same memory.
  package mutating func removeAll() {
    starts.removeAll(keepingCapacity: true)
    starts.append(0)
    values.removeAll(keepingCapacity: true)
  }
}
