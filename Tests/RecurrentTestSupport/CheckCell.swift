package import RecurrentLayers
import RecurrentTensor

/// What holds for every recurrent cell.
package enum CellLaw: String, CaseIterable, Sendable {
  /// Outputs have the shape `[T, N, H]`, and states one row for each row of the batch.
  case shapes
  /// `scan` gives the bits of repeated `step`.
  case scanIsTheFoldOfStep
  /// No state gives the bits of `zeroState`, outputs, states and gradients.
  case noStateIsTheZeroState
  /// Neither the numbers behind a row's end nor how many there are change a bit of outputs, states and gradients, even if
  /// they are not numbers.
  case paddingChangesNothing
  /// A row alone has the bits that it has beside others, even beside rows that are not numbers.
  case rowsAreIndependent
  /// A sequence cut in two, its state carried over, has the bits of the whole.
  case carriedStateContinues
  /// A row of length 0 gets its first state back.
  case emptyRowsKeepTheirState
  /// Outputs behind a row's end are 0.
  case outputsAtPaddingAreZero
  /// A row's last hidden state is its output at its last step, which is step 0 in the backward direction.
  case lastStateIsTheLastOutput
  /// Gradients to inputs, states and weights agree with differences in double precision.
  case gradientsAreSlopes
}

/// What `checkCell` found.
package struct CellCheck: Sendable {
  /// A law that does not hold, and where.
  package struct Violation: Sendable, CustomStringConvertible {
    package let law: CellLaw
    package let place: String
    package var description: String { "\(law.rawValue): \(place)" }
  }

  /// The first place at which each law that does not hold was seen to fail.
  package private(set) var violations: [Violation] = []
  /// How many comparisons were made.
  package private(set) var count = 0
  /// The worst relative error of all gradients.
  package private(set) var worstGradientError = 0.0

  /// The laws that do not hold.
  package var violated: Set<CellLaw> { Set(violations.map(\.law)) }

  mutating func expect(_ holds: Bool, _ law: CellLaw, _ place: @autoclosure () -> String) {
    count += 1
    if !holds && !violated.contains(law) { violations.append(Violation(law: law, place: place())) }
  }

  mutating func expectSlopes(_ check: GradientCheck, _ place: String) {
    worstGradientError = max(worstGradientError, check.worstRelativeError)
    expect(check.agrees, .gradientsAreSlopes, "\(place): \(check)")
  }
}

/// Checks every law of `CellLaw` on a cell, with batches of several sizes, ragged ones too, in both directions.
///
/// - Parameters:
///   - cell: The cell.
///   - batches: Steps and the length of each row; nil lengths are full ones.
///   - gradientSample: How many partial derivatives of each batch to compare at most.
package func checkCell<Cell: RecurrentCell>(
  _ cell: Cell, batches: [CellBatch] = CellBatch.standard, gradientSample: Int = 24
) -> CellCheck {
  var check = CellCheck()
  for batch in batches {
    for direction in Direction.allCases {
      let laws = CellLaws(cell, batch, direction)
      laws.checkScan(&check)
      laws.checkZeroState(&check)
      laws.checkPadding(&check)
      laws.checkRows(&check)
      laws.checkCarriedState(&check)
      laws.checkGradients(&check, sample: gradientSample)
    }
  }
  return check
}

/// The form of a batch for `checkCell`.
package struct CellBatch: Sendable, CustomStringConvertible {
  package let stepCount: Int
  package let batchSize: Int
  package let lengths: [Int]?

  /// Rows of full length.
  package init(steps: Int, rows: Int) {
    stepCount = steps
    batchSize = rows
    lengths = nil
  }

  /// Rows of the given lengths.
  package init(steps: Int, lengths: [Int]) {
    stepCount = steps
    batchSize = lengths.count
    self.lengths = lengths
  }

  /// No step, one step, several, one row, several, ragged, with empty rows, with only empty ones, with no row of full
  /// length, and with no row.
  package static let standard = [
    CellBatch(steps: 0, rows: 2), CellBatch(steps: 1, rows: 1), CellBatch(steps: 7, rows: 1),
    CellBatch(steps: 4, rows: 5), CellBatch(steps: 5, lengths: [3, 5, 1]),
    CellBatch(steps: 6, lengths: [0, 4, 0, 2, 5]), CellBatch(steps: 2, lengths: [0, 0]), CellBatch(steps: 3, rows: 0),
  ]

  package func length(ofRow row: Int) -> Int { lengths?[row] ?? stepCount }
  package var description: String { "\(stepCount) steps, lengths \((0..<batchSize).map(length(ofRow:)))" }
}
