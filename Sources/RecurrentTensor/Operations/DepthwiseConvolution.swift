import CRecurrentKernels

/// A convolution over time of each channel by itself: y[t, c] = b[c] + Σ w[c, k] x[t · stride + k · dilation - padding, c].
///
/// As products of matrices it would be one column for each channel; here the channels lie side by side in vectors.
struct DepthwiseConvolutionOperation: DifferentiableOperation {
  let x: Tensor
  /// `[C, 1, K]`
  let weight: Tensor
  let bias: Place
  /// The weights with the channels innermost, `[K, C]`.
  let taps: Tensor
  let windows: Windows

  func pullback(_ adjoints: inout Adjoints) {
    guard let dy = adjoints.takeOutput() else { return }
    dy.clearPadding(lengths: windows.lengths)
    if let db = adjoints.pointer(for: bias) {
      let sums = ReductionOperation.compute(
        RK_SUM, dy.view([windows.count, bias.count], from: 0), axis: 0, on: adjoints.tape)
      dy.kernels.pointee.add_scaled(Int64(bias.count), 1, sums.pointer, db)
    }
    let dtaps =
      adjoints.wants(weight)
      ? Tensor(repeating: 0, shape: taps.shape, elementType: taps.elementType, on: adjoints.tape) : nil
    let dx = adjoints.pointer(for: x)
    dy.kernels.pointee.depthwise_backward(
      Int64(windows.count), Int64(taps.shape[0]), Int64(taps.shape[1]), dy.pointer, x.pointer, windows.rows,
      taps.pointer, dx, dtaps?.mutablePointer)
    guard let dtaps else { return }
    adjoints.accumulate(into: weight) { kernels, dweight in
      var walk = DepthwiseConvolutionOperation.walk(of: dtaps.shape)
      kernels.pointee.copy(&walk, dtaps.pointer, dweight, 1)
    }
  }

  /// A walk over `[C, K]` in the order of its elements, and over the same numbers as `[K, C]`, which comes first.
  private static func walk(of taps: Shape) -> rk_walk {
    let target: Shape = [taps[1], taps[0]]
    return rk_walk(
      dimensions: target, aStrides: SIMD8(1, taps[1], 0, 0, 0, 0, 0, 0), bStrides: target.strides)
  }
}

extension Tensor {
  /// The convolution of each channel of `[T, N, C]` with its own taps, `[C, 1, K]`; see `convolved`, which has checked the
  /// shapes.
  func depthwiseConvolved(weight: Tensor, bias: Tensor?, window: SlidingWindow, lengths: [Int32]?) -> Tensor {
    let windows = window.windows(of: shape, lengths: lengths, pitch: 1)
    let (channels, size) = (weight.shape[0], weight.shape[2])
    let tape = Tape.common(self, weight, bias)
    let taps = weight.detached().reshaped(to: [channels, size]).transposed()
    var y = Tensor(uninitialized: [windows.stepCount, shape[1], channels], elementType: elementType, on: tape)
    kernels.pointee.depthwise(
      Int64(windows.count), Int64(size), Int64(channels), pointer, windows.rows, taps.pointer, bias?.pointer,
      y.mutablePointer)
    y.clearPadding(lengths: windows.lengths)
    y.node = tape?.record(
      DepthwiseConvolutionOperation(x: self, weight: weight, bias: Place(bias), taps: taps, windows: windows))
    return y
  }
}
