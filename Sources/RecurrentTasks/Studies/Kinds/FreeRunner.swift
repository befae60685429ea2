import RecurrentLayers
import RecurrentTensor
import RecurrentTraining

/// A network that predicts the next point of a series and can then go on by itself.
protocol SeriesPredictor {
  /// Reads `warmUp` points, `[T, N, C]`, and goes on for `horizon` points with what it predicts itself, `[horizon, N,
  /// C]`.
  func forecast(_ warmUp: Tensor, horizon: Int) -> Tensor
}

/// One recurrent layer and a linear map that predict how far the next point is from this one.
struct DifferenceNetwork: Module, SeriesPredictor {
  var layer: AnySequenceLayer
  var head: Linear

  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("layer", &layer)
    visitor.visit("head", &head)
  }

  /// The next point after every point, `[T, N, C]`.
  func callAsFunction(_ inputs: SequenceBatch) -> Tensor { inputs.values + head(layer(inputs).outputs.values) }

  func forecast(_ warmUp: Tensor, horizon: Int) -> Tensor {
    var (outputs, state) = layer(SequenceBatch(warmUp))
    var point = warmUp[warmUp.shape[0] - 1]
    var points: [Tensor] = []
    var hidden = outputs.values[warmUp.shape[0] - 1]
    for step in 0..<horizon {
      if step > 0 {
        (outputs, state) = layer(SequenceBatch(point.reshaped(to: point.shape.inserting(1, at: 0))), from: state)
        hidden = outputs.values[0]
      }
      point = point + head(hidden)
      points.append(point)
    }
    return Tensor(stacking: points)
  }
}

extension EchoStateNetwork: SeriesPredictor {
  func forecast(_ warmUp: Tensor, horizon: Int) -> Tensor {
    let (outputs, state) = predict(SequenceBatch(warmUp))
    let first = outputs.values[warmUp.shape[0] - 1]
    let rest = generate(horizon - 1, from: state, first: first).outputs
    return Tensor(concatenating: [first.reshaped(to: first.shape.inserting(1, at: 0)), rest], axis: 0)
  }
}
