/// Sums rows of numbers as a binary tree over them does: the sum of the first half and the sum of the second.
///
/// - Parameter leaves: A power of two of rows of the same count.
public func foldInTree<Number: FloatingPoint>(_ leaves: ArraySlice<[Number]>) -> [Number] {
  if leaves.count == 1 { return leaves[leaves.startIndex] }
  let middle = leaves.startIndex + leaves.count / 2
  return zip(foldInTree(leaves[..<middle]), foldInTree(leaves[middle...])).map(+)
}
