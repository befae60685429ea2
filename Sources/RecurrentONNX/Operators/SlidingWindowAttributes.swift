import RecurrentTensor

/// The attributes that say what the windows of a convolution or a pooling over one axis see.
struct SlidingWindowAttributes: Sendable {
  private enum AutomaticPadding: String, CaseIterable {
    case none = "NOTSET"
    case valid = "VALID"
    case sameUpper = "SAME_UPPER"
    case sameLower = "SAME_LOWER"
  }

  /// The number of taps; nil where the weights say it.
  let size: Int?
  let stride: Int
  private let dilation: Int
  private let padding: [Int]
  private let automaticPadding: AutomaticPadding
  /// Whether a last window that reaches beyond the end counts.
  private let roundsUp: Bool

  /// More than anybody asks for, and few enough for sums not to overflow.
  private static let most = 1 << 20

  init(_ reader: inout NodeReader, isPooling: Bool) throws(ONNXError) {
    automaticPadding = try reader.choice("auto_pad", default: .none)
    let sizes = try reader.integers("kernel_shape")
    if isPooling && sizes == nil { throw reader.error("attribute 'kernel_shape' is missing") }
    size = try sizes.map { sizes throws(ONNXError) in try SlidingWindowAttributes.one(sizes, "kernel_shape", reader) }
    stride = try SlidingWindowAttributes.one(try reader.integers("strides") ?? [1], "strides", reader)
    let hasDilation = !isPooling || reader.node.opset >= (reader.node.operatorName == "AveragePool" ? 19 : 10)
    dilation = try SlidingWindowAttributes.one(
      hasDilation ? try reader.integers("dilations") ?? [1] : [1], "dilations", reader)
    padding = try reader.integers("pads") ?? [0, 0]
    guard padding.count == 2, padding.allSatisfy({ $0 >= 0 && $0 <= SlidingWindowAttributes.most }) else {
      throw reader.error("attribute 'pads' is \(padding); over one axis it is two numbers from 0 on")
    }
    roundsUp = isPooling && reader.node.opset >= 10 ? try reader.flag("ceil_mode") : false
  }

  private static func one(_ values: [Int], _ name: String, _ reader: NodeReader) throws(ONNXError) -> Int {
    guard values.count == 1 else {
      throw reader.error("attribute '\(name)' is \(values); \(reader.node.operatorName) runs here over one axis only")
    }
    guard (1...most).contains(values[0]) else { throw reader.error("attribute '\(name)' is \(values)") }
    return values[0]
  }

  /// The windows of so many taps over `length` steps of `batchSize` rows.
  ///
  /// - Returns: The windows, and whether the last reaches beyond what the padding gives it.
  func window(size: Int, over length: Int, batchSize: Int, in call: NodeCall) throws(ONNXError) -> (
    window: SlidingWindow, isRoundedUp: Bool
  ) {
    let extent = dilation * (size - 1) + 1
    var (before, after) = (padding[0], padding[1])
    switch automaticPadding {
    case .none: break
    case .valid: (before, after) = (0, 0)
    case .sameUpper, .sameLower:
      let total = max(0, ((length + stride - 1) / stride - 1) * stride + extent - length)
      before = automaticPadding == .sameUpper ? total / 2 : total - total / 2
      after = total - before
    }
    let room = length + before + after - extent
    guard room >= 0 else {
      throw call.error("a window of \(extent) steps where there are \(length + before + after)")
    }
    var count = room / stride + 1
    var isRoundedUp = false
    // A window that would begin behind the last step and its padding before does not count.
    if roundsUp, automaticPadding == .none, room % stride != 0, count * stride < length + before {
      after += stride - room % stride
      count += 1
      isRoundedUp = true
    }
    _ = try call.shape([count, batchSize, size])
    return (
      SlidingWindow(size: size, stride: stride, dilation: dilation, paddingBefore: before, paddingAfter: after),
      isRoundedUp
    )
  }
}
