import RecurrentLayers
import RecurrentTensor

/// What flows from batch to batch in each share that this rank computes.
struct ShareCarries<Carry: TrainingCarry>: TrainingCarry {
  /// How batches are cut.
  let plan: SharePlan
  /// That of each share of this rank.
  private var carries: [Carry]

  /// What flows into the first batch of an epoch: the same in every share.
  init(_ plan: SharePlan, initial: Carry) {
    self.plan = plan
    carries = plan.own.map { _ in initial }
  }

  /// That of a share of this rank.
  subscript(share: Int) -> Carry {
    get { carries[share - plan.own.lowerBound] }
    set { carries[share - plan.own.lowerBound] = newValue }
  }

  /// Those of all shares of this rank, the number of the share before the name where batches are cut.
  var tensors: [(name: String, tensor: Tensor)] {
    if plan.count == 1 { return carries[0].tensors }
    return zip(plan.own, carries).flatMap { share, carry in
      carry.tensors.map { ("\(share).\($0.name)", $0.tensor) }
    }
  }

  /// Takes those of the own shares from those of all.
  mutating func restore(from tensors: [String: Tensor]) throws {
    if plan.count == 1 { return try carries[0].restore(from: tensors) }
    for share in plan.own { try self[share].restore(from: tensors.below(String(share))) }
  }
}
