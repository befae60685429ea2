import Foundation
import RecurrentTasks
import Testing

@Suite struct TransformTests {
  private static let chains: [[TransformStep]] = [
    [], [.logarithm], [.difference(lag: 1)], [.difference(lag: 12)], [.logarithm, .difference(lag: 1)],
    [.logarithm, .difference(lag: 12), .difference(lag: 1)], [.difference(lag: 1), .difference(lag: 1)],
    [.logarithm, .difference(lag: 3), .difference(lag: 2), .difference(lag: 1)],
  ]
  private let passengers = BuiltinTable.airlinePassengers.map(Double.init)

  @Test func byHand() throws {
    let differences = try Transform([.difference(lag: 1)]).applied(to: [3, 5, 4])
    #expect(differences[0].isNaN && differences[1...] == [2, -1])
    let seasonal = try Transform([.difference(lag: 2), .difference(lag: 1)]).applied(to: [1, 2, 4, 7, 11])
    // Two rows before: -, -, 3, 5, 7; one row before that: -, -, -, 2, 2.
    #expect(seasonal[..<3].allSatisfy { $0.isNaN } && seasonal[3...] == [2, 2])
    #expect(try Transform([.difference(lag: 2), .difference(lag: 1)]).lostRows == 3)
    let growth = try Transform([.logarithm, .difference(lag: 1)]).applied(to: [1, exp(1), exp(3)])
    #expect(abs(growth[1] - 1) < 1e-15 && abs(growth[2] - 2) < 1e-15)
  }

  @Test(arguments: chains)
  func oneStepAheadIsRestored(steps: [TransformStep]) throws {
    let transform = try Transform(steps)
    let transformed = transform.applied(to: passengers)
    for row in transform.lostRows..<passengers.count {
      var state = transform.state(before: row, of: passengers)
      #expect(abs(state.restore(transformed[row]) - passengers[row]) < 1e-12 * passengers[row])
    }
  }

  @Test(arguments: chains)
  func severalStepsAreRestoredFromTheRestored(steps: [TransformStep]) throws {
    let transform = try Transform(steps)
    let transformed = transform.applied(to: passengers)
    for origin in [max(transform.lostRows, 1), 30, 100] {
      // Nothing from the origin on may be looked at.
      var state = transform.state(before: origin, of: Array(passengers[..<origin]))
      for row in origin..<passengers.count {
        #expect(abs(state.restore(transformed[row]) - passengers[row]) < 1e-11 * passengers[row])
      }
    }
  }

  @Test(arguments: chains)
  func observingAndRestoringLeaveTheSameState(steps: [TransformStep]) throws {
    let transform = try Transform(steps)
    var observed = transform.state(before: 40, of: passengers)
    var restored = observed
    for row in 40..<80 {
      let observation = observed.observe(passengers[row])
      let value = try #require(observation)
      _ = restored.restore(value)
    }
    let observation = observed.observe(passengers[80])
    let next = try #require(observation)
    #expect(abs(restored.restore(next) - passengers[80]) < 1e-11 * passengers[80])
  }

  @Test func chainsThatHaveNoInverseAreRefused() {
    #expect(throws: PreparationError.self) { _ = try Transform([.difference(lag: 1), .logarithm]) }
    #expect(throws: PreparationError.self) { _ = try Transform([.logarithm, .logarithm]) }
    #expect(throws: PreparationError.self) { _ = try Transform([.difference(lag: 0)]) }
  }

  @Test func stepsAsText() throws {
    for (text, step) in [
      ("log", TransformStep.logarithm), ("difference", .difference(lag: 1)), ("difference 12", .difference(lag: 12)),
    ] {
      #expect(TransformStep(text) == step && step.description == text)
    }
    for text in ["", "ln", "difference 0", "difference x", "log 2", "difference 1 2"] {
      #expect(TransformStep(text) == nil)
    }
    let transform = try Transform([.logarithm, .difference(lag: 12)])
    let json = try JSONEncoder().encode(transform)
    #expect(String(decoding: json, as: UTF8.self) == "[\"log\",\"difference 12\"]")
    #expect(try JSONDecoder().decode(Transform.self, from: json) == transform)
    #expect(throws: (any Error).self) {
      _ = try JSONDecoder().decode(Transform.self, from: Data("[\"difference\",\"log\"]".utf8))
    }
  }
}
