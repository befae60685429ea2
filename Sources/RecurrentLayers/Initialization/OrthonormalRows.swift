import RecurrentTensor

/// Random orthonormal vectors: normal numbers, made orthogonal by Gram and Schmidt in double precision.
///
/// All directions are equally likely (the Haar measure), which a QR decomposition gives only after its signs are mended.
struct OrthonormalRows {
  private typealias Lanes = SIMD8<Double>

  let count: Int
  let length: Int
  /// Lanes of one row; the last ones are filled with zeros.
  private let stride: Int
  private var lanes: [Lanes]

  /// `count` vectors of `length` numbers, `count` not above `length`.
  init(count: Int, length: Int, key: RandomKey) {
    self.count = count
    self.length = length
    stride = (length + 7) / 8
    lanes = [Lanes](repeating: .zero, count: count * stride)
    let normal = Tensor(normal: [count, length], key: key)
    normal.withScalars { scalars in
      for row in 0..<count {
        for place in 0..<length { lanes[row * stride + place / 8][place % 8] = Double(scalars[row * length + place]) }
      }
    }
    orthogonalize()
  }

  subscript(row: Int, place: Int) -> Double { lanes[row * stride + place / 8][place % 8] }

  /// Rows that are worked on together, so that an earlier one is read from memory once for all of them.
  private static let blockSize = 16

  private mutating func orthogonalize() {
    let (count, stride) = (count, stride)
    lanes.withUnsafeMutableBufferPointer { lanes in
      for start in Swift.stride(from: 0, to: count, by: OrthonormalRows.blockSize) {
        let block = start..<min(start + OrthonormalRows.blockSize, count)
        // Once leaves errors of the size of what was taken away; twice is enough (Giraud et al., 2005).
        for _ in 0..<2 {
          for earlier in 0..<start {
            for row in block { OrthonormalRows.makeOrthogonal(row, to: earlier, in: lanes, stride) }
          }
        }
        for row in block {
          for _ in 0..<2 {
            for earlier in start..<row { OrthonormalRows.makeOrthogonal(row, to: earlier, in: lanes, stride) }
          }
          let norm = OrthonormalRows.product(row, row, in: lanes, stride).squareRoot()
          for place in row * stride..<(row + 1) * stride { lanes[place] /= norm }
        }
      }
    }
  }

  /// Takes from `row` its part along the unit vector `other`.
  private static func makeOrthogonal(
    _ row: Int, to other: Int, in lanes: UnsafeMutableBufferPointer<Lanes>, _ stride: Int
  ) {
    let overlap = product(row, other, in: lanes, stride)
    for place in 0..<stride { lanes[row * stride + place] -= overlap * lanes[other * stride + place] }
  }

  private static func product(
    _ a: Int, _ b: Int, in lanes: UnsafeMutableBufferPointer<Lanes>, _ stride: Int
  ) -> Double {
    var sums = Lanes.zero
    for place in 0..<stride { sums += lanes[a * stride + place] * lanes[b * stride + place] }
    return sums.sum()
  }
}
