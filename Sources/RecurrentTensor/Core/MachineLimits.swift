import CRecurrentKernels

/// Loops that reach the limits of the machine, run by the caller with a clock of its own.
package enum MachineLimits {
  /// Does multiply-adds in registers, on this thread or on all that kernels may use.
  ///
  /// - Returns: How many floating-point operations all threads did.
  package static func multiplyAdd(rounds: Int, threads: Int) -> Int {
    var operations: [Int64] = Array(repeating: 0, count: threads)
    operations.withUnsafeMutableBufferPointer { operations in
      // Each index writes its own element, and the buffer outlives the loop.
      nonisolated(unsafe) let operations = operations
      onEachThread(threads) { thread in
        var result: Float = 0
        operations[thread] = Kernels.float32.pointee.multiply_add_rounds(Int64(rounds), &result)
      }
    }
    return Int(operations.reduce(0, +))
  }

  /// Reads a block from end to end, each thread a part of its own.
  ///
  /// - Parameter block: Its number of elements must be a multiple of `threads`.
  package static func read(_ block: Tensor, passes: Int, threads: Int) {
    let part = block.count / threads
    // Nobody writes while it is read.
    nonisolated(unsafe) let start = block.pointer
    onEachThread(threads) { thread in
      var result: Float = 0
      Kernels.float32.pointee.read_passes(
        Int64(passes), Int64(part), start + thread * part * ElementType.float32.stride, &result)
    }
    extendLifetime(block)
  }

  private static func onEachThread(_ threads: Int, _ body: @Sendable (Int) -> Void) {
    if threads == 1 { return body(0) }
    withoutActuallyEscaping(body) { body in
      var work = Work(body: body)
      withUnsafeMutablePointer(to: &work) { work in
        rk_parallel_for(Int64(threads), work) { context, index in
          context?.assumingMemoryBound(to: Work.self).pointee.body(Int(index))
        }
      }
    }
  }

  private struct Work {
    let body: @Sendable (Int) -> Void
  }
}
