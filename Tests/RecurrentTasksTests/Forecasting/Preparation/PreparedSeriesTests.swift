import RecurrentTasks
import Testing

@Suite struct PreparedSeriesTests {
  private let frame: SeriesFrame
  private let parts: [Parts]

  init() throws {
    frame = try SeriesFrame.read("builtin:airline")
    parts = try Split(test: .rows(48)).rows(frame)
  }

  private func prepared(_ steps: [TransformStep], _ scaling: Scaling) throws -> PreparedSeries {
    let settings = try PreparationSettings(transform: Transform(steps), scaling: scaling)
    return try Preparation(fitting: frame, parts: parts, settings: settings).prepared(frame)[0]
  }

  @Test(arguments: [Scaling.none, .minMax, .standard])
  func bothInversesGiveTheValuesBack(scaling: Scaling) throws {
    for steps in [
      [], [.logarithm], [TransformStep.logarithm, .difference(lag: 1)], [.difference(lag: 12), .difference(lag: 1)],
    ] {
      let prepared = try prepared(steps, scaling)
      let rows = 96..<144
      let scaled = [Array(prepared.targets[0][rows])]
      for restored in [prepared.restored(scaled, from: 96), prepared.restoredOneStepAhead(scaled, from: 96)] {
        for (value, truth) in zip(restored[0], frame.series[0].targets[0][rows]) {
          #expect(abs(value - truth) < 1e-10 * truth)
        }
      }
    }
  }

  /// A difference of 0 forecasts the last value: the same one for all steps of a horizon, a new one each step ahead.
  @Test func theInversesDifferInWhatTheyKnow() throws {
    let prepared = try prepared([.difference(lag: 1)], .none)
    let values = frame.series[0].targets[0]
    #expect(prepared.restored([[0, 0, 0]], from: 100) == [[values[99], values[99], values[99]]])
    #expect(prepared.restoredOneStepAhead([[0, 0, 0]], from: 100) == [Array(values[99...101])])
    #expect(prepared.restored([[1, 1]], from: 144) == [[433, 434]])
    #expect(prepared.restoredOneStepAhead([[1]], from: 144) == [[433]])
  }

  /// Forecasting step by step, feeding forecasts back, must be what a loop over the equation of the model does by hand. The "model"
  /// is an autoregression on log differences: z[t] = 0.5 z[t-1] - 0.3 z[t-12].
  @Test func theRecursiveStrategyEqualsALoopByHand() throws {
    var rolled = try prepared([.logarithm, .difference(lag: 1)], .standard)
    let scale = rolled.scales.targets[0]
    var forecasts: [Double] = []
    for row in 144..<168 {
      let lags = LagMatrix.inputs(of: rolled, at: row, lookBack: 12)
      let next = 0.5 * Double(lags[0]) - 0.3 * Double(lags[11])
      forecasts.append(next)
      rolled.append(scaledTargets: [next])
    }
    let restored = rolled.restored([forecasts], from: 144)[0]

    let logs = BuiltinTable.airlinePassengers.map { log(Double($0)) }
    var z = zip(logs.dropFirst(), logs).map { ($0 - $1 - scale.offset) / scale.scale }
    var last = logs[143]
    for step in 0..<24 {
      let next = 0.5 * z[z.count - 1] - 0.3 * z[z.count - 12]
      z.append(next)
      last += next * scale.scale + scale.offset
      #expect(abs(restored[step] - exp(last)) < 1e-4 * exp(last), "step \(step)")
    }
    #expect(rolled.source.count == 144 && rolled.count == 168)
  }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif
