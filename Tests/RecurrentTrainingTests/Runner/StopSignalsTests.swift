import Foundation
import Testing

@testable import RecurrentTraining

/// Signals belong to the whole process, so these tests run in processes of their own.
@Suite struct StopSignalsTests {
  /// Sends a signal to this thread, which waits until it was handled. Tests run on threads that block signals.
  private static func send(_ signal: Int32) {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, signal)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    raise(signal)
  }

  /// Trains until a signal that the process sends to itself in the third step, and exits as the tool would.
  private static func trainUntil(_ signal: Int32) throws -> Never {
    var configuration = TrainingConfiguration()
    configuration.epochs = 100
    configuration.threads = 1
    let runner = try TrainingRunner(LineTask(), model: Line(), configuration: configuration)
    let report = try withStopSignals { stop in
      try runner.run(until: stop) { event in
        if case .step(let step) = event, step.step == 3 { send(signal) }
      }
    }
    guard case .interrupted(let reason) = report.outcome, report.steps == 3 else { exit(1) }
    exit(reason.exitStatus.code)
  }

  @Test func interrupt() async {
    await #expect(processExitsWith: .exitCode(130)) { try StopSignalsTests.trainUntil(SIGINT) }
  }

  @Test func termination() async {
    await #expect(processExitsWith: .exitCode(143)) { try StopSignalsTests.trainUntil(SIGTERM) }
  }

  @Test func preemption() async {
    await #expect(processExitsWith: .exitCode(75)) { try StopSignalsTests.trainUntil(SIGUSR1) }
  }

  @Test func secondInterruptEndsAtOnce() async {
    await #expect(processExitsWith: .exitCode(130)) {
      withStopSignals { _ in
        StopSignalsTests.send(SIGINT)
        StopSignalsTests.send(SIGINT)
        exit(1)
      }
    }
  }

  @Test func signalsAreGivenBack() async {
    await #expect(processExitsWith: .signal(SIGTERM)) {
      withStopSignals { _ in () }
      StopSignalsTests.send(SIGTERM)
    }
  }

  @Test func requestIsNewEachTime() async {
    await #expect(processExitsWith: .success) {
      withStopSignals { _ in StopSignalsTests.send(SIGTERM) }
      withStopSignals { stop in if stop.reason != nil { exit(1) } }
    }
  }

  @Test(arguments: [StopReason.interrupt, .termination, .preemption, .program])
  func reasonsAreKept(_ reason: StopReason) {
    let request = StopRequest()
    #expect(request.reason == nil)
    request.stop(reason)
    #expect(request.reason == reason)
  }
}
