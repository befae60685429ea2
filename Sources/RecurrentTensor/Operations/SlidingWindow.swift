import CRecurrentKernels

/// Which steps of a sequence each step of a convolution's or a pooling's result sees: `size` steps, `dilation` apart, of a
/// sequence with zeros before and behind it; the next window begins `stride` steps later.
package struct SlidingWindow: Hashable, Sendable {
  package let size: Int
  package let stride: Int
  package let dilation: Int
  package let paddingBefore: Int
  package let paddingAfter: Int

  package init(size: Int, stride: Int = 1, dilation: Int = 1, paddingBefore: Int = 0, paddingAfter: Int = 0) {
    precondition(size >= 1 && stride >= 1 && dilation >= 1, "a window's size, stride and dilation are at least 1")
    precondition(paddingBefore >= 0 && paddingAfter >= 0, "a padding is negative")
    self.size = size
    self.stride = stride
    self.dilation = dilation
    self.paddingBefore = paddingBefore
    self.paddingAfter = paddingAfter
  }

  /// How many windows fit a sequence of `count` steps: PyTorch's formula; 0 where it is shorter than a window.
  package func outputCount(of count: Int) -> Int {
    let room = count + paddingBefore + paddingAfter - (dilation * (size - 1) + 1)
    return room < 0 ? 0 : room / stride + 1
  }

  /// The same for each row of a batch.
  package func outputLengths(of lengths: [Int32]?) -> [Int32]? {
    lengths?.map { Int32(outputCount(of: Int($0))) }
  }

  /// The windows of a time-major batch.
  ///
  /// - Parameters:
  ///   - shape: `[T, N, …]`.
  ///   - lengths: The real steps of each row; nil when all have T.
  ///   - pitch: What the numbers of the rows are multiplied by.
  package func windows(of shape: Shape, lengths: [Int32]?, pitch: Int = 1) -> Windows {
    Windows(
      shape, size: size, stepCount: outputCount(of: shape[0]), lengths: lengths,
      outputLengths: outputLengths(of: lengths), pitch: pitch
    ) { step, tap in step * stride + tap * dilation - paddingBefore }
  }
}

/// The rows of a time-major batch that each step of a result sees.
package struct Windows: Sendable {
  /// How many a step sees, real or not.
  package let size: Int
  /// The steps of the result, T_out.
  package let stepCount: Int
  package let batchSize: Int
  /// The real steps of each row of the result; nil when all have T_out.
  package let lengths: [Int32]?
  /// Rows of `[T · N, …]`, `[T_out, N, size]`; -1 for padding, and for all of a step behind the end of its row.
  package let rows: [Int32]

  /// One step that sees all real steps of its row.
  package init(wholeRowsOf shape: Shape, lengths: [Int32]?) {
    self.init(
      shape, size: shape[0], stepCount: 1, lengths: lengths, outputLengths: lengths?.map { Swift.min($0, 1) }, pitch: 1
    ) { _, tap in tap }
  }

  fileprivate init(
    _ shape: Shape, size: Int, stepCount: Int, lengths: [Int32]?, outputLengths: [Int32]?, pitch: Int,
    source: (_ step: Int, _ tap: Int) -> Int
  ) {
    let batchSize = shape[1]
    precondition(
      shape[0] * batchSize * pitch <= Int(Int32.max), "a batch of \(shape[0]) by \(batchSize) steps is too large")
    self.size = size
    self.stepCount = stepCount
    self.batchSize = batchSize
    self.lengths = outputLengths
    let total = stepCount * batchSize * size
    rows = [Int32](unsafeUninitializedCapacity: total) { rows, count in
      count = total
      for row in 0..<batchSize {
        let length = lengths.map { Int($0[row]) } ?? shape[0]
        let realCount = outputLengths.map { Int($0[row]) } ?? stepCount
        for step in 0..<stepCount {
          let place = (step * batchSize + row) * size
          for tap in 0..<size {
            let source = source(step, tap)
            let isReal = step < realCount && source >= 0 && source < length
            rows[place + tap] = isReal ? Int32((source * batchSize + row) * pitch) : -1
          }
        }
      }
    }
  }

  /// T_out · N.
  package var count: Int { stepCount * batchSize }
}

extension Tensor {
  /// Writes zeros to the steps of `[T, N, …]` behind the ends of the rows, in place.
  func clearPadding(lengths: [Int32]?) {
    guard let lengths else { return }
    let width = shape.elementCount(of: 2..<shape.rank)
    for (row, length) in lengths.enumerated() {
      for step in Int(length)..<Swift.max(shape[0], Int(length)) {
        let start = (step * lengths.count + row) * width * elementType.stride
        kernels.pointee.fill(Int64(width), 0, mutablePointer + start)
      }
    }
  }
}
