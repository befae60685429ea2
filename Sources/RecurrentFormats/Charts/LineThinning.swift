/// A place on the drawing.
struct ChartPoint: Hashable {
  var x: Double
  var y: Double
}

/// Cuts a series into unbroken lines and leaves out points that no eye could tell from their neighbours.
enum LineThinning {
  /// The unbroken lines of a series, in places on the drawing. A value without a place (a gap, an infinity) ends a line.
  static func lines(x: [Double], y: [Double], xScale: Scale, yScale: Scale) -> [[ChartPoint]] {
    var lines: [[ChartPoint]] = []
    var current: [ChartPoint] = []
    for (x, y) in zip(x, y) {
      if let x = xScale.place(of: x), let y = yScale.place(of: y) {
        current.append(ChartPoint(x: x, y: y))
      } else if !current.isEmpty {
        lines.append(current)
        current = []
      }
    }
    if !current.isEmpty { lines.append(current) }
    return lines
  }

  /// Whether there are clearly more values than pixels from left to right.
  static func isDense(_ lines: [[ChartPoint]]) -> Bool {
    let width = lines.reduce(0) { sum, line in
      guard let first = line.first, let last = line.last else { return sum }
      return sum + max(last.x - first.x, 1)
    }
    let count = lines.reduce(0) { $0 + $1.count }
    return count > 100 && Double(count) > 1.5 * width
  }

  /// The line with at most four points in each column of `columnWidth` pixels: the first, the lowest, the highest and the last, so
  /// that every extreme stays. A line of few points is returned as it is.
  static func thinned(_ line: [ChartPoint], columnWidth: Double = 1) -> [ChartPoint] {
    var result: [ChartPoint] = []
    var column: [ChartPoint] = []
    var columnNumber = -Double.infinity
    for point in line {
      let number = (point.x / columnWidth).rounded(.down)
      if number != columnNumber {
        result += extremes(of: column)
        column.removeAll(keepingCapacity: true)
        columnNumber = number
      }
      column.append(point)
    }
    return result + extremes(of: column)
  }

  private static func extremes(of column: [ChartPoint]) -> [ChartPoint] {
    guard column.count > 4,
      let lowest = column.indices.min(by: { column[$0].y < column[$1].y }),
      let highest = column.indices.max(by: { column[$0].y < column[$1].y })
    else { return column }
    let kept = Set([0, lowest, highest, column.count - 1])
    return kept.sorted().map { column[$0] }
  }
}
