package import CRecurrentKernels

extension rk_walk {
  /// A walk over `shape` in its own order, with operands that repeat along the axes where `a` or `b` have size 1.
  ///
  /// Axes of size 1 are left out, and axes that both operands cross without a jump are joined, so that most walks have
  /// one or two axes.
  package init(over shape: Shape, broadcasting a: Shape, and b: Shape) {
    self.init(
      dimensions: shape, aStrides: a.strides(stretchedTo: shape), bStrides: b.strides(stretchedTo: shape))
  }

  /// A walk with any strides, in elements.
  package init(dimensions: Shape, aStrides: SIMD8<Int>, bStrides: SIMD8<Int>) {
    self.init()
    var used = 0
    withUnsafeMutableBytes(of: &self.dimensions) { sizes in
      withUnsafeMutableBytes(of: &a_strides) { first in
        withUnsafeMutableBytes(of: &b_strides) { second in
          let sizes = sizes.assumingMemoryBound(to: Int64.self)
          let first = first.assumingMemoryBound(to: Int64.self)
          let second = second.assumingMemoryBound(to: Int64.self)
          sizes[0] = 1
          for axis in 0..<dimensions.rank where dimensions[axis] != 1 {
            let size = Int64(dimensions[axis])
            let joins =
              used > 0 && first[used - 1] == size * Int64(aStrides[axis])
              && second[used - 1] == size * Int64(bStrides[axis])
            if joins {
              sizes[used - 1] *= size
            } else {
              sizes[used] = size
              used += 1
            }
            first[used - 1] = Int64(aStrides[axis])
            second[used - 1] = Int64(bStrides[axis])
          }
        }
      }
    }
    rank = Int32(max(1, used))
  }
}

extension Shape {
  /// The distance, in elements, between neighbours along each axis of a contiguous tensor.
  package var strides: SIMD8<Int> {
    var strides = SIMD8<Int>(repeating: 0)
    var step = 1
    for axis in stride(from: rank - 1, through: 0, by: -1) {
      strides[axis] = step
      step *= self[axis]
    }
    return strides
  }

  /// The strides of this shape when it is repeated to fill `target`: 0 along the axes that are stretched.
  package func strides(stretchedTo target: Shape) -> SIMD8<Int> {
    let own = strides
    var stretched = SIMD8<Int>(repeating: 0)
    for axis in 0..<rank where self[axis] != 1 {
      stretched[axis + target.rank - rank] = own[axis]
    }
    return stretched
  }
}
