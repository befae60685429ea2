import RecurrentTensor

/// The attributes that say what the windows of a convolution or a pooling over one axis see.
struct SlidingWindowAttributes: Sendable {
  private enum AutomaticPadding: String, CaseIterable {
    case none = "NOTSET"
    case valid = "VALID"
    case sameUpper = "SAME_UPPER"
    case sameLower = "SAME_LOWER"
  }

  /// How many axes there are behind the channels.
  let axisCount: Int
  /// The one of them along which windows see more than one place.
  let axis: Int
  /// The number of taps; nil where the weights say it.
  let size: Int?
  private let stride: Int
  private let dilation: Int
  private let paddingBefore: Int
  private let paddingAfter: Int
  private let automaticPadding: AutomaticPadding
  /// Whether a last window that reaches beyond the end counts.
  private let roundsUp: Bool

  /// More than anybody asks for, and few enough for sums not to overflow.
  private static let most = 1 << 20

  init(_ reader: inout NodeReader, isPooling: Bool) throws(ONNXError) {
    automaticPadding = try reader.choice("auto_pad", default: .none)
    let sizes = try reader.integers("kernel_shape")
    if isPooling && sizes == nil { throw reader.error("attribute 'kernel_shape' is missing") }
    let hasDilations = !isPooling || reader.node.opset >= (reader.node.operatorName == "AveragePool" ? 19 : 10)
    let (strides, pads) = (try reader.integers("strides"), try reader.integers("pads"))
    let dilations = hasDilations ? try reader.integers("dilations") : nil
    let count = sizes?.count ?? strides?.count ?? dilations?.count ?? pads.map { $0.count / 2 } ?? 1
    func list(_ values: [Int]?, _ name: String, _ range: ClosedRange<Int>, of wanted: Int) throws(ONNXError) -> [Int] {
      let values = values ?? Array(repeating: range.lowerBound, count: wanted)
      guard values.count == wanted, values.allSatisfy(range.contains) else {
        throw reader.error("attribute '\(name)' is \(values); \(wanted) numbers from \(range.lowerBound) on are wanted")
      }
      return values
    }
    let allowed = 1...SlidingWindowAttributes.most
    let everySize = try list(sizes, "kernel_shape", allowed, of: count)
    let everyStride = try list(strides, "strides", allowed, of: count)
    let everyDilation = try list(dilations, "dilations", allowed, of: count)
    let everyPad = try list(pads, "pads", 0...SlidingWindowAttributes.most, of: 2 * count)
    let moving = (0..<count).filter {
      everySize[$0] != 1 || everyStride[$0] != 1 || everyPad[$0] != 0 || everyPad[count + $0] != 0
    }
    guard moving.count <= 1, count >= 1 else {
      throw reader.error("\(reader.node.operatorName) runs here over one axis only, not over \(count)")
    }
    axisCount = count
    axis = moving.first ?? 0
    size = sizes?[axis]
    stride = everyStride[axis]
    dilation = everyDilation[axis]
    (paddingBefore, paddingAfter) = (everyPad[axis], everyPad[count + axis])
    roundsUp = isPooling && reader.node.opset >= 10 ? try reader.flag("ceil_mode") : false
  }

  /// The windows of so many taps over `length` steps of `batchSize` rows.
  ///
  /// - Returns: The windows, and whether the last reaches beyond what the padding gives it.
  func window(size: Int, over length: Int, batchSize: Int, in call: NodeCall) throws(ONNXError) -> (
    window: SlidingWindow, isRoundedUp: Bool
  ) {
    let extent = dilation * (size - 1) + 1
    var (before, after) = (paddingBefore, paddingAfter)
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
