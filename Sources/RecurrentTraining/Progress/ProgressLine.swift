/// One line that says how far a run is.
struct ProgressLine: Sendable {
  var epoch: Int
  var epochs: Int
  /// The part of the whole run that is done, from 0 to 1.
  var fraction: Double
  var meanLoss: Double
  /// A figure of the last epoch, if there is one.
  var metric: Metric?
  var learningRate: Double
  var itemsPerSecond: Double?
  var itemName: String
  var secondsLeft: Double?

  private static let barWidths = 8...32

  /// The figures as they stand in logs, each with its name.
  var figures: [String] {
    var figures = ["loss \(NumberText.significant(meanLoss))"]
    if let metric { figures.append("\(metric.name) \(NumberText.significant(metric.value))") }
    figures.append("rate \(NumberText.shortest(learningRate))")
    if let itemsPerSecond { figures.append("\(NumberText.compact(itemsPerSecond)) \(itemName)/s") }
    if let secondsLeft { figures.append("ETA \(NumberText.duration(secondsLeft))") }
    return figures
  }

  /// The epoch, as wide for the first as for the last.
  var position: String {
    let total = String(epochs)
    let done = String(epoch)
    return "epoch " + String(repeating: " ", count: max(0, total.count - done.count)) + done + "/" + total
  }

  /// The line for a log.
  var plain: String { ([position] + figures).joined(separator: "  ") }

  /// The line for a terminal, never wider than it: the bar shrinks first, then figures fall off the end but for the ETA.
  func drawn(on terminal: Terminal, width: Int) -> String {
    // The last column stays free: some terminals wrap when it is written.
    let room = max(0, width - 1)
    var figures = figures
    func length(_ bar: Int) -> Int { ([position] + figures).reduce(bar) { $0 + $1.count + 2 } - (bar == 0 ? 2 : 0) }
    while figures.count > 2, length(Self.barWidths.lowerBound) > room { figures.remove(at: figures.count - 2) }
    if length(0) > room { return String(position.prefix(room)) }
    let left = room - length(0) - 2
    let bar = left < Self.barWidths.lowerBound ? nil : self.bar(min(left, Self.barWidths.upperBound), on: terminal)
    let parts = [terminal.styled(position, .bold), bar].compactMap { $0 } + figures
    return parts.joined(separator: "  ")
  }

  private func bar(_ width: Int, on terminal: Terminal) -> String {
    let done = min(width, max(0, Int((fraction * Double(width)).rounded(.down))))
    let (full, empty) = terminal.isUnicode ? ("━", "─") : ("=", "-")
    return terminal.styled(String(repeating: full, count: done), .cyan)
      + terminal.styled(String(repeating: empty, count: width - done), .dim)
  }
}
