import Synchronization

/// The steps of a batch of sequences, `[T, N, C]`, in the forms that matrix products read, made when they are first asked for.
///
/// For queries that come one at a time, where packing would take longer than the product. Queries that come together do not
/// need it: each sequence is packed where they meet it.
package final class PackedSteps: Sendable {
  /// Which product reads the steps.
  enum Form { case scores, mixes }

  private struct State: Sendable {
    var scores: Tensor?
    var mixes: Tensor?
  }

  private let state = Mutex(State())

  package init() {}

  /// The packed form of all sequences, one after the other.
  func form(_ form: Form, make: () -> Tensor) -> Tensor {
    state.withLock { state in
      switch form {
      case .scores: PackedSteps.kept(&state.scores, make)
      case .mixes: PackedSteps.kept(&state.mixes, make)
      }
    }
  }

  private static func kept(_ tensor: inout Tensor?, _ make: () -> Tensor) -> Tensor {
    if let tensor { return tensor }
    let made = make()
    tensor = made
    return made
  }
}
