import RecurrentFormats

/// Collects the values of a column of categories and turns them into columns of zeros and ones.
struct CategoryColumn {
  /// The most values a column of categories may have.
  static let limit = 256

  let name: String
  /// The values so far: those known beforehand, or in the order they came.
  private var values: [String]
  private var indices: [String: Int]
  private let isClosed: Bool

  /// - Parameter known: the only values allowed, all different, where a model was trained on them.
  init(name: String, known: [String]?) {
    self.name = name
    values = known ?? []
    isClosed = known != nil
    indices = Dictionary(uniqueKeysWithValues: values.enumerated().map { ($1, $0) })
  }

  /// The number that stands for `value` until the column is complete; `nil` when there is no room for it, see `error(for:at:)`.
  mutating func code(of value: String) -> Int? {
    if let index = indices[value] { return index }
    if isClosed || values.count == CategoryColumn.limit { return nil }
    indices[value] = values.count
    values.append(value)
    return values.count - 1
  }

  /// Why a value has no code.
  func error(for value: String, at place: TextLocation) -> SeriesError {
    isClosed
      ? .unknownCategory(place, column: name, value: value, known: values)
      : .tooManyCategories(place, column: name, limit: CategoryColumn.limit)
  }

  /// The values in their final order: that known beforehand, and else ascending, as numbers where all are numbers.
  var orderedValues: [String] {
    if isClosed { return values }
    let numbers = values.compactMap(Double.init)
    guard numbers.count == values.count else { return values.sorted() }
    return zip(numbers, values).sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.1)
  }

  /// A channel for each of `orderedValues`: 1 where the row has that value, else 0.
  func channels(_ codes: [Double]) -> [[Double]] {
    orderedValues.map { value in
      let code = Double(indices[value] ?? -1)
      return codes.map { $0 == code ? 1 : 0 }
    }
  }
}
