import CRecurrentKernels

/// A convolution over time: y[t] = b + Σ W[k] x[t · stride + k · dilation - padding] over the taps k.
///
/// Some hundred steps at a time, the rows that a window sees are laid side by side, so that the sum over taps and channels
/// is one product of matrices; the way back does the same, rather than keep what would be K times the input.
struct ConvolutionOperation: DifferentiableOperation {
  let x: Tensor
  let weight: Tensor
  let bias: Place
  let problem: ConvolutionProblem
  let cache: ConvolutionCache

  func pullback(_ adjoints: inout Adjoints) {
    guard let dy = adjoints.takeOutput() else { return }
    dy.clearPadding(lengths: problem.windows.lengths)
    giveBiasGradient(dy, &adjoints)
    let tape = adjoints.tape
    let dx = adjoints.pointer(for: x)
    let arranged =
      adjoints.wants(weight)
      ? Tensor(
        repeating: 0, shape: [weight.shape[0], problem.patchWidth], elementType: x.elementType, on: tape) : nil
    let packed = dx == nil ? nil : cache.backward(weight, problem, on: tape)
    let patches = problem.makePatches(of: x, on: tape)
    problem.forEachPart { part in
      if let arranged {
        problem.gather(x, part, into: patches)
        problem.addWeightGradient(dy, part, patches, to: arranged)
      }
      if let packed, let dx {
        problem.multiplyBack(dy, part, packed, into: patches)
        problem.scatter(patches, part, to: dx)
      }
    }
    extendLifetime(packed)
    if let arranged {
      adjoints.accumulate(into: weight) { kernels, dw in
        var walk = problem.walk(arrangedStridesFirst: true)
        kernels.pointee.copy(&walk, arranged.pointer, dw, 1)
      }
    }
  }

  private func giveBiasGradient(_ dy: Tensor, _ adjoints: inout Adjoints) {
    guard let db = adjoints.pointer(for: bias) else { return }
    let sums = ReductionOperation.compute(
      RK_SUM, dy.view([problem.rowCount, bias.count], from: 0), axis: 0, on: adjoints.tape)
    dy.kernels.pointee.add_scaled(Int64(bias.count), 1, sums.pointer, db)
  }
}

/// The sizes of a convolution and its windows: what both ways share.
struct ConvolutionProblem: Sendable {
  let kernelSize: Int
  let groups: Int
  /// Channels of one group.
  let inputs: Int
  let outputs: Int
  /// What the taps see, as numbers of rows of `inputs` elements.
  let windows: Windows

  /// Numbers in the patches of one part: they stay in the second-level cache.
  private static let patchElements = 1 << 16
  /// No fewer rows than the products cut into blocks.
  private static let leastPart = 96

  init(x: Shape, weight: Shape, groups: Int, window: SlidingWindow, lengths: [Int32]?) {
    kernelSize = window.size
    self.groups = groups
    inputs = weight[1]
    outputs = weight[0] / groups
    windows = window.windows(of: x, lengths: lengths, pitch: groups)
  }

  /// The rows of the result, T_out · N.
  var rowCount: Int { windows.count }

  /// Elements that a window sees of one group.
  var patchWidth: Int { kernelSize * inputs }

  private var partLength: Int {
    let blocks = ConvolutionProblem.patchElements / (patchWidth * ConvolutionProblem.leastPart)
    return Swift.max(1, blocks) * ConvolutionProblem.leastPart
  }

  /// Some rows of the result, in one group.
  struct Part {
    let rows: Range<Int>
    let group: Int
  }

  func forEachPart(_ body: (Part) -> Void) {
    for start in stride(from: 0, to: rowCount, by: partLength) {
      let rows = start..<Swift.min(rowCount, start + partLength)
      for group in 0..<groups { body(Part(rows: rows, group: group)) }
    }
  }

  /// Room for the patches of one part, `[rows, K · C]`.
  func makePatches(of x: Tensor, on tape: Tape?) -> Tensor {
    Tensor(uninitialized: [Swift.min(partLength, rowCount), patchWidth], elementType: x.elementType, on: tape)
  }

  private func withWindows(_ part: Part, _ body: (_ windows: UnsafePointer<Int32>, _ count: Int64) -> Void) {
    windows.rows.withUnsafeBufferPointer { windows in
      guard let first = windows.baseAddress else { return }
      body(first + part.rows.lowerBound * kernelSize, Int64(part.rows.count * kernelSize))
    }
  }

  /// Lays the rows that each window sees side by side.
  func gather(_ x: Tensor, _ part: Part, into patches: Tensor) {
    withWindows(part) { windows, count in
      x.kernels.pointee.gather(
        count, Int64(inputs), x.pointer + part.group * inputs * x.elementType.stride, windows,
        patches.mutablePointer)
    }
  }

  /// The way back of `gather`.
  func scatter(_ patches: Tensor, _ part: Part, to dx: UnsafeMutableRawPointer) {
    withWindows(part) { windows, count in
      patches.kernels.pointee.scatter_add(
        count, Int64(inputs), patches.pointer, windows, dx + part.group * inputs * patches.elementType.stride)
    }
  }

  /// Where a part begins in the result, in bytes.
  private func offset(_ part: Part, _ result: Tensor) -> Int {
    (part.rows.lowerBound * groups + part.group) * outputs * result.elementType.stride
  }

  /// y = patches Wᵀ + b
  func multiply(_ patches: Tensor, _ part: Part, _ packed: ConvolutionCache.Packed, _ bias: Tensor?, into y: Tensor) {
    let biasStart = part.group * outputs * y.elementType.stride
    y.kernels.pointee.gemm(
      Int64(part.rows.count), Int64(outputs), Int64(patchWidth), patches.pointer, Int64(patchWidth),
      packed.pointer(part.group), bias.map { $0.pointer + biasStart }, y.mutablePointer + offset(part, y),
      Int64(groups * outputs), 0)
  }

  /// dpatches = dy W
  func multiplyBack(_ dy: Tensor, _ part: Part, _ packed: ConvolutionCache.Packed, into patches: Tensor) {
    dy.kernels.pointee.gemm(
      Int64(part.rows.count), Int64(patchWidth), Int64(outputs), dy.pointer + offset(part, dy),
      Int64(groups * outputs), packed.pointer(part.group), nil, patches.mutablePointer, Int64(patchWidth), 0)
  }

  /// dW += dyᵀ patches
  func addWeightGradient(_ dy: Tensor, _ part: Part, _ patches: Tensor, to arranged: Tensor) {
    let start = part.group * outputs * patchWidth * dy.elementType.stride
    dy.kernels.pointee.gemm_transposed(
      Int64(outputs), Int64(patchWidth), Int64(part.rows.count), dy.pointer + offset(part, dy),
      Int64(groups * outputs), patches.pointer, Int64(patchWidth), arranged.mutablePointer + start, Int64(patchWidth))
  }

  /// A walk over the weights `[D, C, K]` and over the same with the taps outside the channels, `[D, K, C]`.
  func walk(arrangedStridesFirst: Bool) -> rk_walk {
    let shape: Shape = [groups * outputs, inputs, kernelSize]
    let arranged = SIMD8(patchWidth, 1, inputs, 0, 0, 0, 0, 0)
    return arrangedStridesFirst
      ? rk_walk(dimensions: shape, aStrides: arranged, bStrides: shape.strides)
      : rk_walk(dimensions: shape, aStrides: shape.strides, bStrides: arranged)
  }
}

/// The packed forms of a convolution's weights, one matrix for each group, for the way there and for the way back.
package final class ConvolutionCache: Sendable {
  private let packed = PackedWeights()

  package init() {}

  /// The packed matrices of all groups.
  struct Packed {
    let block: Storage
    /// Of one matrix.
    let size: Int

    func pointer(_ group: Int) -> UnsafeRawPointer {
      UnsafeRawPointer(block.base) + group * size * block.elementType.stride
    }
  }

  /// Wᵀ of each group, the right factor of patches Wᵀ.
  func forward(_ weight: Tensor, _ problem: ConvolutionProblem, on tape: Tape?) -> Packed {
    pack(weight, .forward, problem, on: tape) { kernels, matrix, target in
      kernels.pointee.gemm_pack(
        Int64(problem.patchWidth), Int64(problem.outputs), matrix, 1, Int64(problem.patchWidth), target)
    }
  }

  /// W of each group, the right factor of dy W.
  func backward(_ weight: Tensor, _ problem: ConvolutionProblem, on tape: Tape?) -> Packed {
    pack(weight, .backward, problem, on: tape) { kernels, matrix, target in
      kernels.pointee.gemm_pack(
        Int64(problem.outputs), Int64(problem.patchWidth), matrix, Int64(problem.patchWidth), 1, target)
    }
  }

  private func pack(
    _ weight: Tensor, _ form: PackedWeights.Form, _ problem: ConvolutionProblem, on tape: Tape?,
    _ packMatrix: (UnsafePointer<rk_kernels>, UnsafeRawPointer, UnsafeMutableRawPointer) -> Void
  ) -> Packed {
    let kernels = weight.kernels
    let (width, outputs) = (Int64(problem.patchWidth), Int64(problem.outputs))
    let size = Swift.max(
      kernels.pointee.gemm_packed_size(width, outputs), kernels.pointee.gemm_packed_size(outputs, width))
    let stride = weight.elementType.stride
    let block = packed.block(
      form, of: .init(weight), size: problem.groups * Int(size), elementType: weight.elementType
    ) { target in
      let arranged = Tensor(uninitialized: weight.shape, elementType: weight.elementType, on: tape)
      var walk = problem.walk(arrangedStridesFirst: false)
      kernels.pointee.copy(&walk, weight.pointer, arranged.mutablePointer, 0)
      for group in 0..<problem.groups {
        packMatrix(
          kernels, arranged.pointer + group * problem.outputs * problem.patchWidth * stride,
          target + group * Int(size) * stride)
      }
    }
    return Packed(block: block, size: Int(size))
  }
}

extension Tensor {
  /// A convolution over time: `[T, N, C]` by `weight` `[D, C / groups, K]` and `bias` `[D]` gives `[T_out, N, D]`.
  ///
  /// Steps behind the end of a row count as zeros, and are zeros in the result.
  ///
  /// - Parameters:
  ///   - window: Of K taps.
  ///   - groups: Each group of D / groups outputs sees its own C / groups inputs.
  ///   - lengths: The real steps of each row; nil when all have T.
  ///   - cache: Where the packed weights are kept between calls.
  package func convolved(
    weight: Tensor, bias: Tensor?, window: SlidingWindow, groups: Int = 1, lengths: [Int32]? = nil,
    cache: ConvolutionCache = ConvolutionCache()
  ) -> Tensor {
    requireRank(3, shape, in: "convolved")
    requireRank(3, weight.shape, in: "convolved")
    requireElementType(self, weight, bias)
    requireDimension(2, "kernel size", window.size, weight.shape, in: "convolved")
    requireDimension(2, "input channels", weight.shape[1] * groups, shape, in: "convolved")
    precondition(weight.shape[0] % groups == 0, "\(weight.shape[0]) channels do not split into \(groups) groups")
    if let bias { requireDimension(0, "bias", weight.shape[0], bias.shape, in: "convolved") }
    if weight.shape[0] == groups && weight.shape[1] == 1 {
      return depthwiseConvolved(weight: weight, bias: bias, window: window, lengths: lengths)
    }
    let problem = ConvolutionProblem(
      x: shape, weight: weight.shape, groups: groups, window: window, lengths: lengths)
    let tape = Tape.common(self, weight, bias)
    var y = Tensor(
      uninitialized: [problem.windows.stepCount, shape[1], weight.shape[0]], elementType: elementType, on: tape)
    let patches = problem.makePatches(of: self, on: tape)
    let packed = cache.forward(weight, problem, on: tape)
    problem.forEachPart { part in
      problem.gather(self, part, into: patches)
      problem.multiply(patches, part, packed, bias, into: y)
    }
    extendLifetime(packed.block)
    y.clearPadding(lengths: problem.windows.lengths)
    y.node = tape?.record(
      ConvolutionOperation(x: self, weight: weight, bias: Place(bias), problem: problem, cache: cache))
    return y
  }
}
