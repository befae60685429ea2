import RecurrentFormats
import RecurrentTraining

extension ClassificationConfiguration {
  /// Refuses settings that do not go together.
  func check() throws(ClassificationError) {
    try network.check()
    if let windowStep, window == nil {
      throw .settings(problem: "window_step \(windowStep) is given without window", mend: "add --window STEPS")
    }
    if classWeighting == .given, classWeights.isEmpty {
      throw .settings(
        problem: "class_weighting given needs class_weights", mend: "write one weight for each label, in their order")
    }
    if classWeighting != .given, !classWeights.isEmpty {
      throw .settings(
        problem: "class_weights are given, and class_weighting is \(classWeighting.rawValue)",
        mend: "set class_weighting to given")
    }
    if target == .number {
      let given: [(String, Bool)] = [
        ("class_weighting", classWeighting != .none), ("label_smoothing", labelSmoothing > 0),
        ("labels", !labels.isEmpty),
      ]
      if let (setting, _) = given.first(where: \.1) {
        throw .settings(problem: "\(setting) is about labels, and the target is a number", mend: "leave it out")
      }
    }
    if validation == nil, let file = validationFrames {
      throw .settings(
        problem: "validation_frames '\(file.printable())' is given without a validation file", mend: "name the file")
    }
    if test == nil, let file = testFrames {
      throw .settings(problem: "test_frames '\(file.printable())' is given without a test file", mend: "name the file")
    }
  }

  /// Refuses settings that the inputs have no use for.
  func check(takesTexts: Bool) throws(ClassificationError) {
    let signalSettings: [(String, Bool)] = [
      ("window", window != nil), ("fine_scale", fineScale != nil), ("input_noise", augmentation.inputNoise > 0),
      ("channel_scaling", augmentation.channelScaling > 0),
    ]
    let textSettings: [(String, Bool)] = [
      ("vectors", vectors != nil), ("word_dropout", augmentation.wordDropout > 0), ("distinct", isDistinct),
    ]
    if let (setting, _) = (takesTexts ? signalSettings : textSettings).first(where: \.1) {
      throw .settings(
        problem: "\(setting) is about \(takesTexts ? "signals" : "texts"), and the data are "
          + (takesTexts ? "texts" : "signals"), mend: "leave it out")
    }
  }

  /// The weight of each label in the loss; nil where all count the same.
  func weights(of labels: [String], classes: [Int32]) throws(ClassificationError) -> [Float]? {
    switch classWeighting {
    case .none: return nil
    case .given:
      guard classWeights.count == labels.count else {
        throw .settings(
          problem: "class_weights has \(classWeights.count) numbers for \(labels.count) labels "
            + "(\(labels.printableList(limit: 10)))", mend: "write one weight for each label, in this order")
      }
      return classWeights.map { Float($0) }
    case .balanced:
      var counts = [Int](repeating: 0, count: labels.count)
      for number in classes { counts[Int(number)] += 1 }
      return counts.map { Float(Double(classes.count) / (Double(labels.count) * Double(max(1, $0)))) }
    }
  }
}

extension ClassificationNetworkConfiguration {
  fileprivate func check() throws(ClassificationError) {
    for (setting, isEmpty) in [
      ("pooling", pooling.isEmpty), ("filters", filters.isEmpty), ("kernels", kernels.isEmpty),
      ("hidden", architecture.hidden.isEmpty),
    ] where isEmpty {
      throw .settings(problem: "\(setting) is empty", mend: "name at least one")
    }
    let isUneven = kernels.count > 1 && filters.count > 1 && kernels.count != filters.count
    let hasTooManyKernels = arrangement == .blocks && kernels.count > filters.count
    if layers.hasConvolutions, isUneven || hasTooManyKernels {
      throw .settings(
        problem: "kernels has \(kernels.count) numbers and filters \(filters.count)",
        mend: arrangement == .blocks
          ? "give one kernel for all convolutions, or one for each of filters"
          : "give one of filters for all, or one for each of kernels")
    }
    if layers.hasConvolutions, arrangement == .parallel, filters.count > kernels.count {
      throw .settings(
        problem: "filters has \(filters.count) numbers for one parallel convolution", mend: "name its kernels as well")
    }
    if let width = architecture.hidden.first(where: { $0 > 65_536 }) {
      throw .settings(problem: "hidden \(width) is more than any machine holds", mend: "give at most 65536 units")
    }
    if layers.hasRecurrence, let contradiction = architecture.contradiction {
      throw .settings(problem: contradiction, mend: "leave it out, or choose another cell")
    }
  }
}
