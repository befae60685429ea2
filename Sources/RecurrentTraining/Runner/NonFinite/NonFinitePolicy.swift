/// What a run does where a loss, a gradient or a parameter is infinite or not a number.
public enum NonFinitePolicy: String, SettingChoice, Hashable {
  /// The run ends; its last checkpoint stays.
  case stop
  /// The batch is passed over; the model stays as it was before it.
  case skip
  /// The run goes back to where its loss was last near its lowest, and goes on from there at half the learning rate.
  case lowerRate = "lower_rate"

  /// So many batches in a row may be passed over.
  static let allowedSkips = 10
  /// So often may the rate be lowered in a run.
  static let allowedReductions = 10
  /// What the rate is multiplied by each time.
  static let rateFactor = 0.5
  /// A run goes back to the end of an epoch, or, within a long one, to the last of every so many steps.
  static let stepsBetweenPoints = 1000

  /// Whether what is there after `state` must be kept, because the run may have to go back to it.
  ///
  /// Where a run goes back to must not depend on when it was stopped or how often checkpoints are written, so that a
  /// resumed run makes the same model: it is a function of the step alone.
  func isKeeping(_ state: TrainingState) -> Bool {
    switch self {
    case .stop: false
    case .skip: true
    case .lowerRate:
      // A run that diverges does so for some time before its numbers are infinite: then it is too late to lower the rate.
      (state.batch == 0 || state.step % Self.stepsBetweenPoints == 0) && state.isNearLowestLoss
    }
  }
}
