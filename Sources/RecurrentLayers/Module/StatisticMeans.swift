import CRecurrentKernels
import RecurrentTensor

extension RunningStatistic.Observation {
  /// What the shares of a batch have observed, put together as if by one: the means by the weights of the shares, added up
  /// in the order of the shares.
  ///
  /// The n-th observations that shares make of a statistic belong together. Where some are shorter along the outermost axis,
  /// as where shares have sequences of different lengths, each row is the mean over the shares that have seen it.
  package static func means(of shares: [(weight: Double, observations: [Self])]) -> [Self] {
    var groups: [[(weight: Double, observation: Self)]] = []
    var places: [Place: Int] = [:]
    for (weight, observations) in shares where weight > 0 {
      var seen: [Int: Int] = [:]
      for observation in observations {
        let number = seen[observation.position, default: 0]
        seen[observation.position] = number + 1
        let place = Place(position: observation.position, number: number)
        let index = places[place] ?? groups.count
        if index == groups.count {
          places[place] = index
          groups.append([])
        }
        groups[index].append((weight, observation))
      }
    }
    return groups.map(mean)
  }

  private struct Place: Hashable {
    let position: Int
    let number: Int
  }

  private static func mean(of group: [(weight: Double, observation: Self)]) -> Self {
    let longest = group.max { $0.observation.value.count < $1.observation.value.count } ?? group[0]
    let model = longest.observation
    let sum = Tensor(repeating: 0, shape: model.value.shape, elementType: model.value.elementType)
    let kernels = sum.kernels
    for (weight, observation) in group {
      kernels.pointee.add_scaled(Int64(observation.value.count), weight, observation.value.pointer, sum.mutablePointer)
    }
    // Between two ends of observations all elements have the same divisor.
    var start = 0
    for end in Set(group.map(\.observation.value.count)).sorted() {
      let weight = group.reduce(0) { $1.observation.value.count >= end ? $0 + $1.weight : $0 }
      kernels.pointee.scale(
        Int64(end - start), 1 / weight, sum.mutablePointer + start * sum.elementType.stride)
      start = end
    }
    return Self(position: model.position, value: sum, momentum: model.momentum)
  }
}
