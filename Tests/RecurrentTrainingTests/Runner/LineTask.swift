import RecurrentLayers
import RecurrentTensor
import RecurrentTraining

/// `y = weight x + bias`, the smallest model there is, with noise on its input while it is trained.
struct Line: Module {
  var weight = Parameter(Tensor([0.1, -0.2, 0.3]))
  var bias = Parameter(Tensor(0))
  var noise = NoiseSource()

  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("weight", &weight)
    visitor.visit("bias", &bias)
    visitor.visit("noise", &noise)
  }

  /// `inputs` is `[N, 3]`; the result `[N]`.
  func callAsFunction(_ inputs: Tensor) -> Tensor {
    var inputs = inputs
    if let key = noise.key { inputs = inputs + Tensor(normal: inputs.shape, deviation: 0.05, key: key) }
    return (inputs * weight.value).sum(axis: 1) + bias.value
  }
}

/// What flows from batch to batch: the mean of the last inputs, which the next batch has added to its own.
struct LastMean: TrainingCarry {
  var mean = Tensor(zeros: [3])

  var tensors: [(name: String, tensor: Tensor)] { [("mean", mean)] }
  mutating func restore(from tensors: [String: Tensor]) throws {
    guard let mean = tensors["mean"], mean.shape == self.mean.shape else { throw NoMean() }
    self.mean = mean
  }

  private struct NoMean: Error {}
}

/// Fits a line to random points. Epochs have different numbers of batches, and batches different numbers of points.
struct LineTask: TrainingTask {
  /// What is made infinite or not a number in some steps.
  enum Fault {
    case loss, input, target, gradient, carry
  }

  /// The steps, from 0, that go wrong, and how.
  var faults: [Int: Fault] = [:]
  var hasValidation = true

  var itemName: String { "points" }

  func batchCount(inEpoch epoch: Int) -> Int { 2 + epoch % 2 }
  func initialCarry(inEpoch epoch: Int) -> LastMean { LastMean() }

  func loss(of model: Line, on batch: BatchPosition, carry: inout LastMean) throws -> BatchLoss {
    let (points, targets) = examples(batch)
    let fault = faults[batch.step]
    let inputs = points + carry.mean * 0.01
    carry.mean = inputs.sum(axis: 0).detached()
    if fault == .carry { carry.mean = Tensor(repeating: .infinity, shape: [3]) }
    let error = model(inputs) - targets
    var loss = (error * error).mean()
    if fault == .loss { loss = loss * .infinity }
    // The square root has an infinite slope at 0.
    if fault == .gradient { loss = loss + sqrt((model.bias.value - model.bias.value).squared()).sum() }
    return BatchLoss(mean: loss, count: points.shape[0])
  }

  private func examples(_ batch: BatchPosition) -> (points: Tensor, targets: Tensor) {
    let key = batch.key.folding(.data).folding(batch.epoch).folding(batch.index)
    var points = Tensor(normal: [3 + batch.index, 3], key: key)
    var targets = LineTask.truth(points)
    if faults[batch.step] == .input { points = points + .nan }
    if faults[batch.step] == .target { targets = targets + .infinity }
    return (points, targets)
  }

  func contents(of batch: BatchPosition) -> BatchContents {
    let (points, targets) = examples(batch)
    let first = batch.epoch * 7 + batch.index
    return BatchContents(
      examples: Array(first..<first + points.shape[0]), inputs: [.init("points", points)],
      targets: [.init("heights", targets)], outputs: [.init("line", targets.shape)])
  }

  func validate(_ model: Line) throws -> [Metric] {
    guard hasValidation else { return [] }
    let points = Tensor(normal: [8, 3], key: RandomKey(seed: 7).folding(.data))
    let error = model(points) - LineTask.truth(points)
    let squares = Double((error * error).mean().scalar)
    return [Metric("mse", squares), Metric("rmse", squares.squareRoot())]
  }

  private static func truth(_ points: Tensor) -> Tensor { (points * Tensor([1, -2, 0.5])).sum(axis: 1) + 0.25 }
}
