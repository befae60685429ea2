/// The elements of a matrix that are not 0, row by row, in double precision.
package struct CompressedRows: Sendable {
  /// Where each row begins in `columns` and `values`; one more than there are rows.
  package private(set) var starts: [Int64] = [0]
  package private(set) var columns: [Int32] = []
  package private(set) var values: [Double] = []

  /// The elements of `matrix`, `[D, C]`.
  package init(_ matrix: Tensor) {
    requireRank(2, matrix.shape, in: "CompressedRows")
    matrix.forEachNonzero { row, column, value in
      while starts.count <= row { starts.append(Int64(columns.count)) }
      columns.append(Int32(column))
      values.append(value)
    }
    while starts.count <= matrix.shape[0] { starts.append(Int64(columns.count)) }
  }

  /// The number of rows.
  package var count: Int { starts.count - 1 }

  /// Where the elements of a row stand.
  package func range(of row: Int) -> Range<Int> { Int(starts[row])..<Int(starts[row + 1]) }

  /// The rows and columns of some units only, which are then counted from 0.
  package func restricted(to units: [Int]) -> CompressedRows {
    var place = [Int32](repeating: -1, count: count)
    for (index, unit) in units.enumerated() { place[unit] = Int32(index) }
    var result = self
    result.starts = [0]
    result.columns = []
    result.values = []
    for unit in units {
      for element in range(of: unit) where place[Int(columns[element])] >= 0 {
        result.columns.append(place[Int(columns[element])])
        result.values.append(values[element])
      }
      result.starts.append(Int64(result.columns.count))
    }
    return result
  }

  /// The units of a square matrix that lie on a path from a cycle to a cycle: all others, which either nothing reaches or
  /// which reach nothing, have no part in its eigenvalues but zeros.
  package var unitsBetweenCycles: [Int] {
    var units = Array(0..<count)
    while true {
      let part = restricted(to: units)
      var isRead = [Bool](repeating: false, count: part.count)
      for column in part.columns { isRead[Int(column)] = true }
      let kept = units.indices.filter { isRead[$0] && !part.range(of: $0).isEmpty }
      if kept.count == units.count { return units }
      units = kept.map { units[$0] }
    }
  }
}

extension Tensor {
  /// The number of elements that are not 0; NaN counts.
  var nonzeroCount: Int {
    func count<Element: BinaryFloatingPoint>(_ start: UnsafePointer<Element>) -> Int {
      var count = 0
      for index in 0..<self.count where start[index] != 0 { count += 1 }
      return count
    }
    defer { extendLifetime(storage) }
    return switch elementType {
    case .float32: count(pointer.assumingMemoryBound(to: Float.self))
    case .float64: count(pointer.assumingMemoryBound(to: Double.self))
    }
  }

  /// Calls `body` with row, column and value of each element of a matrix that is not 0, row by row.
  fileprivate func forEachNonzero(_ body: (Int, Int, Double) -> Void) {
    let width = shape[1]
    func visit<Element: BinaryFloatingPoint>(_ start: UnsafePointer<Element>) {
      for row in 0..<shape[0] {
        for column in 0..<width where start[row * width + column] != 0 {
          body(row, column, Double(start[row * width + column]))
        }
      }
    }
    switch elementType {
    case .float32: visit(pointer.assumingMemoryBound(to: Float.self))
    case .float64: visit(pointer.assumingMemoryBound(to: Double.self))
    }
    extendLifetime(storage)
  }
}
