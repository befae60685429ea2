import RecurrentTensor

/// The zeros that a convolution sees before the first and behind the last step of a sequence.
public enum ConvolutionPadding: Hashable, Sendable, Codable {
  /// So many on each side.
  case zeros(Int)
  /// None: only whole windows.
  case valid
  /// As many as make the result as long as the input, half of them on each side, one more behind if their number is odd.
  /// Only for stride 1.
  case same
  /// All on the left, so that no step of the result depends on a later step of the input (van den Oord et al., 2016): with
  /// stride 1 the result is as long as the input.
  case causal

  /// The windows of `size` steps under this padding.
  func window(size: Int, stride: Int, dilation: Int) -> SlidingWindow {
    precondition(self != .same || stride == 1, "the padding .same exists for stride 1 only, not for \(stride)")
    let reach = dilation * (size - 1)
    let (before, after) =
      switch self {
      case .zeros(let count): (count, count)
      case .valid: (0, 0)
      case .same: (reach / 2, reach - reach / 2)
      case .causal: (reach, 0)
      }
    return SlidingWindow(size: size, stride: stride, dilation: dilation, paddingBefore: before, paddingAfter: after)
  }
}
