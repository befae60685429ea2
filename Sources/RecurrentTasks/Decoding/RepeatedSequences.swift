import RecurrentTensor

/// Finds the symbols with which a sequence of `length` symbols would come a second time.
struct RepeatedSequences {
  let length: Int

  /// Appends them to a list; each as often as there are places it follows from.
  ///
  /// - Parameter symbols: The symbols before, the last one first.
  func append(after symbols: [Int32], to list: inout RowLists) {
    let known = length - 1
    guard symbols.count >= length else { return }
    for place in 1...symbols.count - known {
      let isSame = (0..<known).allSatisfy { symbols[place + $0] == symbols[$0] }
      if isSame { list.append(symbols[place - 1]) }
    }
  }
}
