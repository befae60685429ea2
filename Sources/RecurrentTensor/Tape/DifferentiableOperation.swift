/// One operation on a tape: what its forward pass kept, and how a gradient flows back through it.
///
/// An operation is a plain struct whose stored properties are what the backward pass needs. One operation, forward and
/// backward, is one file in `Operations`.
package protocol DifferentiableOperation: Sendable {
  /// Adds to the gradients of the operands what flows back from the gradients of the outputs. Called once at most; the
  /// operation may write over what it kept, if nobody else reads that.
  mutating func pullback(_ adjoints: inout Adjoints)
}

extension DifferentiableOperation {
  /// Runs the pullback of the operation that was moved to `memory`.
  static func pullback(at memory: UnsafeMutableRawPointer, _ adjoints: inout Adjoints) {
    memory.assumingMemoryBound(to: Self.self).pointee.pullback(&adjoints)
  }

  /// Ends the operation that was moved to `memory`, letting go of what it kept.
  static func deinitialize(at memory: UnsafeMutableRawPointer) {
    memory.assumingMemoryBound(to: Self.self).deinitialize(count: 1)
  }
}
