package import RecurrentTensor

/// How the first values of a weight matrix are drawn.
///
/// A matrix `[D, C]` maps C inputs to D outputs: its fan-in is C and its fan-out D. Recurrent matrices hold one block of
/// rows for each gate: its fan-out is that of one block, and `orthogonal` and `identity` act on each block by itself,
/// unless the name says otherwise.
public enum Initializer: Hashable, Sendable {
  /// Even in ±1/√H, with H the hidden size of a recurrent layer or the fan-in of a linear one: PyTorch's default.
  case uniform
  /// Even in ±bound.
  case uniformWithin(Float)
  /// Normal with mean 0.
  case normal(deviation: Float)
  /// Even in ±√(6 / (fan-in + fan-out)) (Glorot and Bengio, 2010).
  case glorotUniform
  /// The same with the outputs of all gates as fan-out (as Keras does).
  case glorotUniformOverAllGates
  /// Normal with variance 2 / (fan-in + fan-out) (Glorot and Bengio, 2010).
  case glorotNormal
  /// Even in ±√(6 / fan-in) (He et al., 2015).
  case heUniform
  /// Normal with variance 2 / fan-in (He et al., 2015).
  case heNormal
  /// A random matrix with orthonormal rows or columns times `gain`, one for each gate (Saxe et al., 2014; as Flax does).
  case orthogonal(gain: Float = 1)
  /// The same over all gates at once: the gates of a unit are then not orthogonal by themselves (as Keras does).
  case orthogonalOverAllGates(gain: Float = 1)
  /// `scale` on the diagonal of each gate's block, else 0 (Le et al., 2015).
  case identity(scale: Float = 1)
  /// 0 everywhere.
  case zeros
  /// One number everywhere.
  case constant(Float)

  /// First values for a matrix of `gates` blocks, `[gates · rows, columns]`.
  ///
  /// - Parameters:
  ///   - shape: The whole matrix, or `[n]` for a bias.
  ///   - gates: How many blocks of rows it has.
  ///   - bound: The bound of `uniform`: 1/√H.
  ///   - key: Where the numbers come from.
  package func values(_ shape: Shape, gates: Int = 1, bound: Float, key: RandomKey) -> Tensor {
    let rows = shape[0] / gates
    let columns = shape.rank > 1 ? shape[1] : shape[0]
    let fanIn = Float(columns)
    let fanOut = Float(rows)
    return switch self {
    case .uniform: Tensor(uniform: shape, from: -bound, to: bound, key: key)
    case .uniformWithin(let limit): Tensor(uniform: shape, from: -limit, to: limit, key: key)
    case .normal(let deviation): Tensor(normal: shape, deviation: deviation, key: key)
    case .glorotUniform: symmetric(shape, within: (6 / (fanIn + fanOut)).squareRoot(), key: key)
    case .glorotUniformOverAllGates: symmetric(shape, within: (6 / (fanIn + Float(shape[0]))).squareRoot(), key: key)
    case .glorotNormal: Tensor(normal: shape, deviation: (2 / (fanIn + fanOut)).squareRoot(), key: key)
    case .heUniform: symmetric(shape, within: (6 / fanIn).squareRoot(), key: key)
    case .heNormal: Tensor(normal: shape, deviation: (2 / fanIn).squareRoot(), key: key)
    case .orthogonal(let gain):
      Tensor(
        concatenating: (0..<gates).map {
          Initializer.orthogonalMatrix(rows: rows, columns: columns, gain: gain, key: key.folding($0))
        }, axis: 0
      ).reshaped(to: shape)
    case .orthogonalOverAllGates(let gain):
      Initializer.orthogonalMatrix(rows: shape[0], columns: columns, gain: gain, key: key).reshaped(to: shape)
    case .identity(let scale): Initializer.identityMatrix(shape, rows: rows, columns: columns, scale: scale)
    case .zeros: Tensor(zeros: shape)
    case .constant(let value): Tensor(repeating: value, shape: shape)
    }
  }

  private func symmetric(_ shape: Shape, within bound: Float, key: RandomKey) -> Tensor {
    Tensor(uniform: shape, from: -bound, to: bound, key: key)
  }

  private static func identityMatrix(_ shape: Shape, rows: Int, columns: Int, scale: Float) -> Tensor {
    var matrix = Tensor(zeros: shape)
    matrix.withMutableScalars { scalars in
      for row in 0..<shape[0] where row % rows < columns && shape.rank == 2 {
        scalars[row * columns + row % rows] = scale
      }
    }
    return matrix
  }

  /// Orthonormal rows, or columns if there are more rows than columns, times `gain`.
  private static func orthogonalMatrix(rows: Int, columns: Int, gain: Float, key: RandomKey) -> Tensor {
    let vectors = OrthonormalRows(count: min(rows, columns), length: max(rows, columns), key: key)
    var matrix = Tensor(zeros: [rows, columns])
    matrix.withMutableScalars { scalars in
      for row in 0..<rows {
        for column in 0..<columns {
          scalars[row * columns + column] = gain * Float(rows <= columns ? vectors[row, column] : vectors[column, row])
        }
      }
    }
    return matrix
  }
}
