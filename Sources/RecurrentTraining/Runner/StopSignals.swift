#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Runs `body` with a request that Ctrl-C (SIGINT), SIGTERM and SIGUSR1 make, and gives the signals back afterwards.
///
/// The handler does nothing but set the flag; a second Ctrl-C ends the process at once, with exit code 130. Calls of
/// different threads share the request.
@discardableResult
public func withStopSignals<Result, Failure: Error>(
  _ body: (StopRequest) throws(Failure) -> Result
) throws(Failure) -> Result {
  // The request must exist before a handler can run, which could not make it.
  let request = signalRequest
  request.clear()
  let previous = stopSignals.map { ($0, signal($0, handleStopSignal)) }
  defer { for (number, handler) in previous { _ = signal(number, handler) } }
  return try body(request)
}

private let signalRequest = StopRequest()

private let stopSignals = [SIGINT, SIGTERM, SIGUSR1]

/// Runs between any two instructions of the program: only atomic stores and `_exit` are allowed here.
private func handleStopSignal(_ number: Int32) {
  switch number {
  case SIGINT:
    if signalRequest.isMade { _exit(130) }
    signalRequest.stop(.interrupt)
  case SIGUSR1: signalRequest.stop(.preemption)
  default: signalRequest.stop(.termination)
  }
}
