extension Sequence<String> {
  /// The texts as an enumeration for a message, each fit for one line; of many only the first `limit`.
  package func printableList(limit: Int = 30) -> String {
    var shown: [String] = []
    var count = 0
    for text in self {
      count += 1
      if count <= limit { shown.append(text.printable()) }
    }
    let list = shown.joined(separator: ", ")
    return count > limit ? list + ", … (\(count) in all)" : list
  }
}
