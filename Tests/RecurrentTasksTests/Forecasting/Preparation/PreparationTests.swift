import Foundation
import RecurrentTasks
import Testing

@Suite struct PreparationTests {
  private func frame(_ series: [Series], categories: [String: [String]] = [:]) -> SeriesFrame {
    let schema = SeriesSchema(
      time: [], timeForm: .rowNumber, frequency: Frequency(.step), seasonalPeriod: 1,
      series: series.count > 1 ? "unique_id" : nil, targets: series[0].targets.indices.map { "y\($0)" },
      pastCovariates: categories.isEmpty ? series[0].pastCovariates.indices.map { "p\($0)" } : ["c"],
      futureCovariates: series[0].futureCovariates.indices.map { "f\($0)" }, categories: categories)
    return SeriesFrame(file: "t.csv", schema: schema, series: series)
  }

  private let halves = Parts(train: 0..<4, validation: 4..<4, test: 4..<8)

  @Test func scalesKnowTheTrainingPartOnly() throws {
    let frame = frame([
      Series(targets: [[0, 1, 2, 4, 100, 200, 300, 400]], pastCovariates: [[5, 6, 7, 9, -50, 0, 0, 0]])
    ])
    let train = try Preparation(fitting: frame, parts: [halves], settings: PreparationSettings(scaling: .minMax))
    let prepared = try train.prepared(frame)[0]
    #expect(prepared.targets == [[0, 0.25, 0.5, 1, 25, 50, 75, 100]])
    #expect(prepared.pastCovariates[0][..<5] == [0, 0.25, 0.5, 1, -13.75])
    let all = PreparationSettings(scaling: .minMax, fitRows: .all)
    #expect(try Preparation(fitting: frame, parts: [halves], settings: all).prepared(frame)[0].targets[0][7] == 1)
    #expect(all.leaks && !train.settings.leaks)
    #expect(!PreparationSettings(scaling: .none, fitRows: .all).leaks)
  }

  @Test func aTransformIsAppliedBeforeTheScale() throws {
    let frame = frame([Series(targets: [[1, 2, 4, 8, 10, 10, 10, 10]])])
    let settings = try PreparationSettings(transform: Transform([.difference(lag: 1)]), scaling: .minMax)
    let prepared = try Preparation(fitting: frame, parts: [halves], settings: settings).prepared(frame)[0]
    // Differences 1 2 4 in training, then 2 0 0 0: least 1, range 3.
    #expect(prepared.firstRow == 1 && prepared.targets[0][0].isNaN)
    let third = 1.0 / 3
    let expected: [Double] = [0, third, 1, third, -third, -third, -third]
    #expect(Array(prepared.targets[0].dropFirst()) == expected)
  }

  @Test func seriesShareAScaleOrHaveTheirOwn() throws {
    let frame = frame([
      Series(id: "A", targets: [[0, 1, 2, 4, 0, 0, 0, 0]]), Series(id: "B", targets: [[0, 10, 20, 40, 0, 0, 0, 0]]),
    ])
    let own = try Preparation(fitting: frame, parts: [halves, halves], settings: PreparationSettings(scaling: .minMax))
    #expect(try own.prepared(frame).map { $0.targets[0][3] } == [1, 1])
    let shared = PreparationSettings(scaling: .minMax, sharing: .all)
    let together = try Preparation(fitting: frame, parts: [halves, halves], settings: shared)
    #expect(try together.prepared(frame).map { $0.targets[0][3] } == [0.1, 1])
    // One that did not occur in training is scaled by its own rows.
    let unknown = Series(id: "C", targets: [[0, 100]])
    #expect(try own.prepared(unknown, of: frame).targets == [[0, 1]])
    #expect(try together.prepared(unknown, of: frame).targets == [[0, 2.5]])
  }

  @Test func columnsOfCategoriesStayZerosAndOnes() throws {
    let frame = frame(
      [
        Series(
          targets: [[1, 2, 3, 4, 5, 6, 7, 8]], pastCovariates: [[0, 1, 0, 0, 1, 0, 0, 1], [1, 0, 1, 1, 0, 1, 1, 0]])
      ],
      categories: ["c": ["a", "b"]])
    let prepared = try Preparation(fitting: frame, parts: [halves], settings: PreparationSettings()).prepared(frame)[0]
    #expect(prepared.pastCovariates == frame.series[0].pastCovariates)
  }

  @Test func valuesWithoutLogarithmNameTheirRow() throws {
    let series = Series(targets: [[1, 2, 0, 4, 5, 6, 7, 8]], lines: [2, 3, 4, 5, 6, 7, 8, 9])
    let settings = try PreparationSettings(transform: Transform([.logarithm]))
    do throws(PreparationError) {
      _ = try Preparation(fitting: frame([series]), parts: [halves], settings: settings)
      Issue.record("no error")
    } catch {
      #expect(
        error.description == "t.csv:4: column 'y0': 0.0 has no logarithm; leave the logarithm out of the transforms")
    }
  }

  @Test func otherChannelsAreRefused() throws {
    let one = frame([Series(targets: [[1, 2, 3, 4, 5, 6, 7, 8]])])
    let two = frame([Series(targets: [[1, 2], [3, 4]])])
    let preparation = try Preparation(fitting: one, parts: [halves], settings: PreparationSettings())
    #expect(throws: PreparationError.differentChannels(series: "t.csv", expected: 1, found: 2)) {
      _ = try preparation.prepared(two)
    }
  }

  @Test func isStoredWhole() throws {
    let frame = frame([
      Series(id: "A", targets: [[1, 2, 4, 8, 10, 11, 12, 13]]), Series(id: "B", targets: [[3, 1, 4, 1, 5, 9, 2, 6]]),
    ])
    let settings = try PreparationSettings(transform: Transform([.logarithm, .difference(lag: 1)]))
    let preparation = try Preparation(fitting: frame, parts: [halves, halves], settings: settings)
    let stored = try JSONDecoder().decode(Preparation.self, from: JSONEncoder().encode(preparation))
    #expect(stored == preparation)
    #expect(try stored.prepared(frame).map { $0.targets[0][5] } == preparation.prepared(frame).map { $0.targets[0][5] })
  }
}
