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
  /// Makes the losses of a step infinite.
  var brokenStep: Int?
  var hasValidation = true

  var itemName: String { "points" }

  func batchCount(inEpoch epoch: Int) -> Int { 2 + epoch % 2 }
  func initialCarry(inEpoch epoch: Int) -> LastMean { LastMean() }

  func loss(of model: Line, on batch: BatchPosition, carry: inout LastMean) throws -> BatchLoss {
    let count = 3 + batch.index
    let key = batch.key.folding(.data).folding(batch.epoch).folding(batch.index)
    let points = Tensor(normal: [count, 3], key: key)
    let targets = LineTask.truth(points)
    let inputs = points + carry.mean * 0.01
    carry.mean = inputs.sum(axis: 0).detached()
    let error = model(inputs) - targets
    var loss = (error * error).mean()
    if batch.step == brokenStep { loss = loss * .infinity }
    return BatchLoss(mean: loss, count: count)
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
