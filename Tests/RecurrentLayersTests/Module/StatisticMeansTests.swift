import RecurrentLayers
import RecurrentTensor
import Testing

@Suite struct StatisticMeansTests {
  private func observation(_ position: Int, _ values: [Float], _ shape: Shape) -> RunningStatistic.Observation {
    RunningStatistic.Observation(position: position, value: Tensor(values, shape: shape), momentum: 0.25)
  }

  @Test func meansAreWeighed() {
    let means = RunningStatistic.Observation.means(of: [
      (weight: 1, observations: [observation(0, [1, 2], [2]), observation(1, [8], [1])]),
      (weight: 0, observations: [observation(0, [.nan, .nan], [2])]),
      (weight: 3, observations: [observation(0, [5, 6], [2]), observation(1, [4], [1])]),
    ])
    #expect(means.map(\.position) == [0, 1])
    #expect(means.map(\.value.scalars) == [[4, 5], [5]])
    #expect(means.map(\.momentum) == [0.25, 0.25])
  }

  /// Shares whose sequences are shorter have not seen the later steps.
  @Test func laterStepsAreThoseOfLongerShares() {
    let means = RunningStatistic.Observation.means(of: [
      (weight: 2, observations: [observation(0, [1, 1, 1, 1], [2, 2])]),
      (weight: 6, observations: [observation(0, [5, 5, 7, 7, 9, 9], [3, 2])]),
    ])
    #expect(means.map(\.value.scalars) == [[4, 4, 5.5, 5.5, 9, 9]])
  }

  /// A layer that is used twice observes twice.
  @Test func observationsOfOneStatisticStayInOrder() {
    let share = [observation(3, [1], [1]), observation(3, [2], [1])]
    let shares = [(weight: 1.0, observations: share), (weight: 1, observations: share)]
    let means = RunningStatistic.Observation.means(of: shares)
    #expect(means.map(\.value.scalars) == [[1], [2]])
  }
}
