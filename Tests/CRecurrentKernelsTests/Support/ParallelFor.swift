import CRecurrentKernels
import Foundation
import Testing

/// `rk_parallel_for` with a closure for its body.
func parallelFor(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  typealias Body = @Sendable (Int) -> Void
  var body: Body = body
  withUnsafeMutablePointer(to: &body) { pointer in
    rk_parallel_for(Int64(count), pointer) { context, index in
      context?.assumingMemoryBound(to: Body.self).pointee(Int(index))
    }
  }
}

/// The calling thread.
func currentThread() -> UInt {
  #if canImport(Darwin)
    UInt(bitPattern: pthread_self())
  #else
    UInt(pthread_self())
  #endif
}

/// Whether half of the smallest normal number is zero on the calling thread.
func flushesDenormals() -> Bool {
  let half = UnsafeMutablePointer<Float>.allocate(capacity: 1)
  defer { half.deallocate() }
  half.initialize(to: .leastNormalMagnitude)
  half.pointee *= 0.5
  return half.pointee.bitPattern == 0
}

/// All tests that set the number of threads, one after the other.
@Suite(.serialized) struct ThreadSettingTests {}
