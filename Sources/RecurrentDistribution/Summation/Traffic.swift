/// What the sums over ranks have taken, as one rank sees it.
public struct Traffic: Hashable, Sendable {
  /// Bytes of gradients that this rank has sent.
  public var byteCount = 0
  /// Seconds that the thread which communicates has spent on sums, waiting for other ranks included.
  public var seconds = 0.0
  /// Seconds that this rank waited for sums and messages with nothing else to do: what is not hidden behind computing.
  public var waitedSeconds = 0.0

  /// Nothing so far.
  public init() {}
}

/// Counts what goes over the wire.
final class TrafficMeter: Sendable {
  private let counted = Guarded(Traffic())

  var traffic: Traffic { counted.read { $0 } }

  func count(_ bytes: Int) { counted.change { $0.byteCount += bytes } }
  func count(seconds: Double) { counted.change { $0.seconds += seconds } }
}
