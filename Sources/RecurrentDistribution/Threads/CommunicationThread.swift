/// One thread that carries out work in the order in which it comes.
final class CommunicationThread: Sendable {
  private struct Queue {
    var work: [@Sendable () -> Void] = []
    var isClosed = false
  }

  private let queue: Guarded<Queue>
  private let thread: OwnThread

  /// Starts the thread.
  ///
  /// - Parameters:
  ///   - idleSeconds: How long the thread waits for work before it does `idle`.
  ///   - idle: What is to be done now and then, also where no work comes.
  init(idleSeconds: Double = 3600, idle: @escaping @Sendable () -> Void = {}) throws(CommunicationError) {
    let queue = Guarded(Queue())
    self.queue = queue
    // The thread must not keep this object alive, which is how it learns that nobody needs it any more.
    thread = try OwnThread(stackSize: 4 << 20) {
      while true {
        let next: [@Sendable () -> Void]?? = queue.wait(seconds: idleSeconds) { queue in
          if !queue.work.isEmpty {
            defer { queue.work.removeAll(keepingCapacity: true) }
            return .some(queue.work)
          }
          return queue.isClosed ? .some(nil) : nil
        }
        switch next {
        case nil: idle()
        case .some(nil): return
        case .some(.some(let work)): for item in work { item() }
        }
      }
    }
  }

  deinit { queue.change { $0.isClosed = true } }

  /// Whether the caller is this thread.
  var isCurrent: Bool { thread.isCurrent }

  /// Has `work` carried out, and returns at once.
  func submit(_ work: @escaping @Sendable () -> Void) {
    queue.change { $0.work.append(work) }
  }

  /// Has `body` carried out, and waits for what it gives.
  func run<Result, Failure: Error>(_ body: @escaping () throws(Failure) -> Result) throws(Failure) -> Result {
    if isCurrent { return try body() }
    let outcome = Guarded<Swift.Result<Result, Failure>?>(nil)
    let lent = Lent(body: body)
    submit {
      let result: Swift.Result<Result, Failure>
      do throws(Failure) { result = .success(try lent.body()) } catch { result = .failure(error) }
      outcome.change { $0 = result }
    }
    return try outcome.wait { $0 }.get()
  }

  /// Has `body` carried out, which calls `function`, and waits for what it gives, but not for ever.
  func run<Result>(
    _ function: String, atMost seconds: Double, _ body: @escaping () throws(CommunicationError) -> Result
  ) throws(CommunicationError) -> Result {
    let outcome = Guarded<Swift.Result<Result, CommunicationError>?>(nil)
    let lent = Lent(body: body)
    submit {
      let result: Swift.Result<Result, CommunicationError>
      do throws(CommunicationError) { result = .success(try lent.body()) } catch { result = .failure(error) }
      outcome.change { $0 = result }
    }
    guard let result = outcome.wait(seconds: seconds, { $0 }) else {
      throw .timedOut(function: function, seconds: seconds)
    }
    return try result.get()
  }
}

/// What another thread runs while its owner waits.
// Unchecked: two threads never run at the same time what is captured, as the owner waits for the outcome, or gives up
// and throws, and no longer touches it.
private struct Lent<Result, Failure: Error>: @unchecked Sendable {
  let body: () throws(Failure) -> Result
}
