import Foundation
import RecurrentFormats

/// How the channels of signals become features: scaled by what the training part says, and, where it is wanted, once more
/// with small movements magnified.
struct SignalEncoding: Sendable, Hashable, Codable {
  /// The names of the channels, C.
  let channels: [String]
  /// What is subtracted from each feature.
  private let means: [Float]
  /// What each feature is divided by.
  private let deviations: [Float]
  /// The size around which a channel's distance from its mean in the sequence is magnified; nil for none.
  private let fineScale: Float?

  /// Scales for channels as they are.
  init(channels: [String], fineScale: Double?) {
    self.channels = channels
    self.fineScale = fineScale.map { Float($0) }
    let width = channels.count * (fineScale == nil ? 1 : 2)
    means = [Float](repeating: 0, count: width)
    deviations = [Float](repeating: 1, count: width)
  }

  /// Scales that bring the features of some sequences to mean 0 and deviation 1. A feature that does not change keeps its
  /// size.
  init(fitting examples: ExampleSet, channels: [String], fineScale: Double?) {
    guard case .signals(let values, _, let steps) = examples.inputs else {
      preconditionFailure("scales are fitted to signals")
    }
    self.init(fitting: values, steps, channels: channels, fineScale: fineScale)
  }

  /// The same for sequences that are given by their places among the steps of `values`.
  init(fitting values: [Float], _ steps: [Range<Int>], channels: [String], fineScale: Double?) {
    let plain = SignalEncoding(channels: channels, fineScale: fineScale)
    let channelCount = channels.count
    let width = plain.featureCount
    var sums = [Double](repeating: 0, count: width)
    var squares = [Double](repeating: 0, count: width)
    var count = 0.0
    for range in steps {
      var features = [Float](repeating: 0, count: range.count * width)
      plain.write(
        values[range.lowerBound * channelCount..<range.upperBound * channelCount], scaledBy: nil, to: &features,
        first: 0, stride: width)
      for (index, value) in features.enumerated() {
        sums[index % width] += Double(value)
        squares[index % width] += Double(value) * Double(value)
      }
      count += Double(range.count)
    }
    self.channels = channels
    self.fineScale = plain.fineScale
    let averages = sums.map { $0 / max(1, count) }
    means = averages.map { Float($0) }
    deviations = zip(squares, averages).map { square, mean in
      let variance = square / max(1, count) - mean * mean
      // What rounding leaves of a constant is no deviation.
      return variance > 1e-12 * max(1, mean * mean) ? Float(variance.squareRoot()) : 1
    }
  }

  /// Scales for all sequences of a file.
  init(fitting series: LabelledSeries) {
    self.init(fitting: series.values, series.items.map(\.steps), channels: series.channels, fineScale: nil)
  }

  /// The number of features, C or 2 C.
  var featureCount: Int { means.count }

  /// Whether the numbers, which come from a file, belong together.
  var isValid: Bool {
    !channels.isEmpty && means.count == channels.count * (fineScale == nil ? 1 : 2) && deviations.count == means.count
      && (means + deviations).allSatisfy(\.isFinite) && deviations.allSatisfy { $0 > 0 } && (fineScale ?? 1) > 0
  }

  /// Writes the features of one sequence.
  ///
  /// - Parameters:
  ///   - values: Its steps, C numbers each.
  ///   - factors: What each channel is multiplied by; nil for 1.
  ///   - features: Where they go.
  ///   - first: The place of the first feature of the first step.
  ///   - stride: The distance from one step to the next.
  func write(
    _ values: ArraySlice<Float>, scaledBy factors: ArraySlice<Float>?, to features: inout [Float], first: Int,
    stride: Int
  ) {
    let count = channels.count
    let stepCount = values.count / count
    features.withUnsafeMutableBufferPointer { features in
      values.withUnsafeBufferPointer { values in
        for channel in 0..<count {
          let factor = factors.map { $0[$0.startIndex + channel] } ?? 1
          let scale = factor / deviations[channel]
          let shift = -means[channel] / deviations[channel]
          var place = first + channel
          for step in 0..<stepCount {
            features[place] = values[step * count + channel] * scale + shift
            place += stride
          }
          guard let fineScale else { continue }
          var sum = 0.0
          for step in 0..<stepCount { sum += Double(values[step * count + channel]) }
          let mean = Float(sum / Double(max(1, stepCount)))
          place = first + count + channel
          for step in 0..<stepCount {
            let distance = (values[step * count + channel] - mean) * factor
            features[place] = (asinhf(distance / fineScale) - means[count + channel]) / deviations[count + channel]
            place += stride
          }
        }
      }
    }
  }
}
