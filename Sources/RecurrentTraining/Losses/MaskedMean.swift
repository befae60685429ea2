import RecurrentTensor

extension Tensor {
  /// The elements whose mask is not 0, and 0 for the others, which then carry no gradient.
  func keepingCounted(_ mask: Tensor?) -> Tensor {
    guard let mask else { return self }
    let zeros = Tensor(repeating: 0, shape: shape, elementType: elementType, on: node?.tape)
    return select(mask.maskStretched(to: shape, on: node?.tape), self, zeros)
  }

  /// The sum divided by the number of elements whose mask is not 0, or by 1 if there are none. Elements whose mask is 0
  /// must be 0.
  func meanOfCounted(_ mask: Tensor?) -> Tensor {
    guard let mask else { return count == 0 ? sum() : mean() }
    return sum() / Float(Swift.max(1, mask.countedElements(of: shape)))
  }
}
