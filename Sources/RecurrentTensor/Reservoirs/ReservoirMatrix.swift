package import CRecurrentKernels
import Synchronization

/// The recurrent matrix of a reservoir in the form that its kernel reads, made once and kept until the matrix changes.
package final class ReservoirCache: Sendable {
  private let kept = Mutex<(source: PackedWeights.Source, matrix: ReservoirMatrix)?>(nil)

  package init() {}

  func matrix(of weight: Tensor) -> ReservoirMatrix {
    let source = PackedWeights.Source(weight)
    return kept.withLock { kept in
      if let kept, kept.source == source { return kept.matrix }
      let matrix = ReservoirMatrix(weight)
      kept = (source, matrix)
      return matrix
    }
  }
}

/// A square matrix, dense or sparse, whichever makes for the faster product.
struct ReservoirMatrix: Sendable {
  /// Beyond this share of elements that are not 0 the dense product is the faster one.
  static let greatestSparseShare = 0.15

  private enum Form {
    case dense(Storage)
    case sparse(SlicedRows)
  }
  private let form: Form

  init(_ weight: Tensor) {
    let nonzero = weight.nonzeroCount
    let isSparse = Double(nonzero) <= ReservoirMatrix.greatestSparseShare * Double(weight.count)
    form = isSparse ? .sparse(SlicedRows(weight)) : .dense(ReservoirMatrix.pack(weight))
  }

  /// W transposed, as the right factor of x Wᵀ.
  private static func pack(_ weight: Tensor) -> Storage {
    let kernels = weight.kernels
    let units = Int64(weight.shape[0])
    let storage = Storage(
      capacity: Int(kernels.pointee.gemm_packed_size(units, units)), elementType: weight.elementType)
    kernels.pointee.gemm_pack(units, units, weight.pointer, 1, units, storage.base)
    return storage
  }

  /// Calls `body` with the description that the kernel wants.
  func withDescription<Value>(_ body: (rk_reservoir_matrix) -> Value) -> Value {
    switch form {
    case .dense(let storage):
      defer { extendLifetime(storage) }
      return body(rk_reservoir_matrix(packed: storage.base, slice_starts: nil, columns: nil, weights: nil))
    case .sparse(let rows):
      defer { extendLifetime(rows.weights) }
      return rows.starts.withUnsafeBufferPointer { starts in
        rows.columns.withUnsafeBufferPointer { columns in
          body(
            rk_reservoir_matrix(
              packed: nil, slice_starts: starts.baseAddress, columns: columns.baseAddress, weights: rows.weights.base))
        }
      }
    }
  }
}

/// A sparse matrix in slices of as many rows as a vector has lanes; see `rk_reservoir_matrix`.
struct SlicedRows: Sendable {
  private(set) var starts: [Int64] = [0]
  private(set) var columns: [Int32] = []
  let weights: Storage

  init(_ matrix: Tensor) {
    let rows = CompressedRows(matrix)
    let lanes = Int(matrix.kernels.pointee.lanes)
    var values: [Double] = []
    for first in stride(from: 0, to: rows.count, by: lanes) {
      let slice = (first..<first + lanes).map { $0 < rows.count ? rows.range(of: $0) : 0..<0 }
      let longest = slice.map(\.count).max() ?? 0
      for entry in 0..<longest {
        for (lane, range) in slice.enumerated() {
          let isThere = entry < range.count
          // What fills a row up is multiplied by 0, so it must not be infinite where the row's own numbers are not.
          let filler = range.isEmpty ? Int32(min(first + lane, rows.count - 1)) : rows.columns[range.lowerBound]
          columns.append(isThere ? rows.columns[range.lowerBound + entry] : filler)
          values.append(isThere ? rows.values[range.lowerBound + entry] : 0)
        }
      }
      starts.append(Int64(columns.count / lanes))
    }
    weights = Storage(capacity: values.count, elementType: matrix.elementType)
    switch matrix.elementType {
    case .float32:
      let floats = weights.base.assumingMemoryBound(to: Float.self)
      for (index, value) in values.enumerated() { floats[index] = Float(value) }
    case .float64:
      let doubles = weights.base.assumingMemoryBound(to: Double.self)
      for (index, value) in values.enumerated() { doubles[index] = value }
    }
  }
}
