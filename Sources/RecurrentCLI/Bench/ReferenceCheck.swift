import RecurrentTensor
import RecurrentTraining

/// Compares the kernels that are measured with the scalar reference, in double precision, on the same layers with fewer
/// steps and rows.
struct ReferenceCheck {
  /// The worst difference of any result, as a share of the largest number of the tensor it stands in.
  let worstDifference: Double

  /// Sums of thousands of products in single precision stay well below; a wrong kernel is far above.
  static let tolerance = 5e-5

  /// The reference does some hundred million operations in a second.
  private static let mostOperations = 8e7

  init(worstDifference: Double) { self.worstDifference = worstDifference }

  /// Runs both.
  init(_ problem: BenchProblem) {
    let small = ReferenceCheck.reduced(problem)
    var measured = small.prepared()
    var reference = small.prepared(elementType: .float64)
    measured.run()
    reference.run()
    self.init(
      worstDifference: zip(measured.results, reference.results).reduce(0) { worst, pair in
        max(worst, ReferenceCheck.difference(pair.0.doubles, pair.1.doubles))
      })
  }

  /// - Throws: `BenchError` where the difference is too large.
  func require(of problem: BenchProblem) throws {
    guard worstDifference <= ReferenceCheck.tolerance else {
      throw BenchError.disagreement(
        problem: problem.name, instructionSet: ComputeEnvironment.instructionSet, difference: worstDifference)
    }
  }

  /// The same layers over a few steps of a few rows.
  static func reduced(_ problem: BenchProblem) -> BenchProblem {
    var small = problem
    small.shape.steps = min(problem.shape.steps, 7)
    small.shape.batch = min(problem.shape.batch, 9)
    // Two rows that are evened out together are as far apart as any others: their difference magnifies every rounding.
    if problem.cell == .lstmBatchNormalized { small.lengths = .full }
    while small.operations > mostOperations, small.shape.batch > 2 { small.shape.batch -= 1 }
    while small.operations > mostOperations, small.shape.steps > 2 { small.shape.steps -= 1 }
    return small
  }

  /// A number that is not finite makes the difference infinite.
  static func difference(_ values: [Double], _ expected: [Double]) -> Double {
    guard values.count == expected.count else { return .infinity }
    let largest = expected.reduce(0) { max($0, $1.magnitude) }
    let worst = zip(values, expected).reduce(0.0) { worst, pair in
      let difference = (pair.0 - pair.1).magnitude
      return difference.isFinite ? max(worst, difference) : .infinity
    }
    return worst == 0 ? 0 : worst / largest
  }
}

/// A measurement that is worth nothing.
enum BenchError: DescribedFailure {
  /// The kernels that were to be measured compute something else than the reference.
  case disagreement(problem: String, instructionSet: String, difference: Double)

  var description: String {
    switch self {
    case .disagreement(let problem, let instructionSet, let difference):
      "\(problem): the results of the \(instructionSet) kernels differ from the reference's by "
        + "\(NumberText.significant(difference)) of the largest number, more than \(ReferenceCheck.tolerance); "
        + "please report this with the output of 'recurrent info'"
    }
  }

  var exitStatus: ExitStatus { .internalError }
}

/// One number that changes with every bit of the results.
enum Checksum {
  /// The sum, in double precision and in order, of all numbers, each weighted by its place.
  static func of(_ tensors: [Tensor]) -> Double {
    tensors.reduce(0) { sum, tensor in
      tensor.withScalars { scalars in
        var sum = sum
        for index in scalars.indices { sum += Double(scalars[index]) * (1 + Double(index & 1023) / 1024) }
        return sum
      }
    }
  }
}
