/// The sizes of a tensor's axes, outermost first.
///
/// Up to six axes, held inline, so that making a shape never allocates.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The most axes a shape can have.
  public static let maximumRank = 6

  // Two vectors, because one of eight would be aligned to 32 bytes, and so would be every type that holds a shape:
  // asynchronous functions keep their variables in memory that is aligned to 16 bytes only.
  private var outerSizes = SIMD4<Int32>(repeating: 1)
  private var innerSizes = SIMD2<Int32>(repeating: 1)
  private var count: Int32

  /// A shape with the given sizes, none negative, at most six.
  public init(_ dimensions: some Collection<Int>) {
    precondition(dimensions.count <= Shape.maximumRank, "a shape has at most \(Shape.maximumRank) axes")
    count = Int32(dimensions.count)
    for (axis, size) in dimensions.enumerated() {
      precondition(size >= 0 && size <= Int(Int32.max), "axis \(axis) has the impossible size \(size)")
      setSize(Int32(size), at: axis)
    }
  }

  /// A shape written as a list: `[T, N, C]`.
  public init(arrayLiteral elements: Int...) {
    self.init(elements)
  }

  /// The size of an axis counted from the start; 1 beyond the last.
  private func storedSize(at position: Int) -> Int32 {
    position < 4 ? outerSizes[position] : innerSizes[position - 4]
  }

  private mutating func setSize(_ size: Int32, at position: Int) {
    if position < 4 { outerSizes[position] = size } else { innerSizes[position - 4] = size }
  }

  /// The number of axes; 0 for a scalar.
  public var rank: Int { Int(count) }

  /// The product of all sizes; 1 for a scalar.
  @inline(__always)
  public var elementCount: Int {
    // Sizes beyond the last axis are 1.
    Int(outerSizes[0]) * Int(outerSizes[1]) * Int(outerSizes[2]) * Int(outerSizes[3]) * Int(innerSizes[0])
      * Int(innerSizes[1])
  }

  /// The sizes as an array.
  public var dimensions: [Int] { (0..<rank).map { Int(storedSize(at: $0)) } }

  /// The size of an axis; negative axes count from the end, so `-1` is the innermost.
  public subscript(axis: Int) -> Int {
    get { Int(storedSize(at: resolved(axis))) }
    set {
      precondition(newValue >= 0 && newValue <= Int(Int32.max), "impossible size \(newValue)")
      setSize(Int32(newValue), at: resolved(axis))
    }
  }

  /// `axis` counted from the start, whichever way it was given.
  package func resolved(_ axis: Int) -> Int {
    let fromStart = axis < 0 ? axis + rank : axis
    precondition(fromStart >= 0 && fromStart < rank, "axis \(axis) does not exist in shape \(self)")
    return fromStart
  }

  /// The product of the sizes of some consecutive axes.
  package func elementCount(of axes: Range<Int>) -> Int {
    var product = 1
    for axis in axes { product *= self[axis] }
    return product
  }

  /// The shape without one axis.
  package func removing(axis: Int) -> Shape {
    let gone = resolved(axis)
    var result = self
    for position in gone..<rank - 1 { result.setSize(storedSize(at: position + 1), at: position) }
    result.setSize(1, at: rank - 1)
    result.count -= 1
    return result
  }

  /// The shape with an axis of the given size put in at a position.
  package func inserting(_ size: Int, at axis: Int) -> Shape {
    precondition(rank < Shape.maximumRank && axis >= 0 && axis <= rank, "no room for an axis at \(axis) in \(self)")
    var result = self
    var position = rank
    while position > axis {
      result.setSize(storedSize(at: position - 1), at: position)
      position -= 1
    }
    result.count += 1
    result[axis] = size
    return result
  }

  /// The shape with the size of one axis replaced.
  package func replacing(axis: Int, with size: Int) -> Shape {
    var result = self
    result[axis] = size
    return result
  }

  /// The shape that both operands broadcast to: axes are matched from the innermost, and a size of 1 stretches.
  package func broadcast(with other: Shape, in operation: StaticString) -> Shape {
    if self == other { return self }
    var result = rank >= other.rank ? self : other
    for distance in 1...max(1, min(rank, other.rank)) where rank > 0 && other.rank > 0 {
      let mine = self[-distance]
      let theirs = other[-distance]
      guard mine == theirs || mine == 1 || theirs == 1 else {
        ShapeError(operation: operation, actual: other, reason: .incompatible(self)).trap()
      }
      result[-distance] = mine == 1 ? theirs : mine
    }
    return result
  }

  /// For example `[12, 1, 3]`.
  public var description: String {
    "[" + dimensions.map(String.init).joined(separator: ", ") + "]"
  }
}
