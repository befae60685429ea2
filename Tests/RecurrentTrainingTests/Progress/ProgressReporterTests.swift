import RecurrentFormats
import Testing

@testable import RecurrentTraining

@Suite struct ProgressReporterTests {
  /// What a reporter has written.
  private final class Sink {
    var text = ""
  }

  private func terminal(
    isTerminal: Bool, _ environment: [String: String] = ["LANG": "en_US.UTF-8"], colors: Terminal.ColorChoice = .never
  ) -> Terminal {
    Terminal(descriptor: 2, isTerminal: isTerminal, colors: colors) { environment[$0] }
  }

  /// Shows a made-up run of two epochs of ten steps, each of which takes a second, and whatever else is given.
  private func shown(
    on terminal: Terminal, width: Int = 100, isQuiet: Bool = false, secondsPerStep: Double = 1,
    finishedEpochs: Int = 0, extra: [Int: TrainingEvent] = [:], end: TrainingEvent = .finished
  ) -> String {
    let time = ManualClock()
    let sink = Sink()
    var reporter = ProgressReporter(
      terminal: terminal, isQuiet: isQuiet, clock: { time.seconds }, width: { width }, write: { sink.text += $0 })
    reporter.observe(
      .started(
        TrainingStart(
          epochs: 2, batchesPerEpoch: 10, finishedEpochs: finishedEpochs, finishedSteps: finishedEpochs * 10,
          itemName: "tokens")))
    for step in finishedEpochs * 10 + 1...20 {
      time.advance(by: secondsPerStep)
      let batch = (step - 1) % 10 + 1
      reporter.observe(
        .step(
          StepReport(
            epoch: (step - 1) / 10 + 1, batch: batch, batchCount: 10, step: step, loss: 1, meanLoss: 1 / Double(step),
            learningRate: 0.001, gradientNorm: 1, itemCount: 5000)))
      if batch == 10 {
        reporter.observe(
          .epochEnded(
            EpochReport(
              epoch: step / 10, step: step, trainingLoss: 1, learningRate: 0.001, metrics: [Metric("rmse", 13.4567)])))
      }
      if let event = extra[step] { reporter.observe(event) }
    }
    reporter.observe(end)
    return sink.text
  }

  @Test func plainLines() {
    #expect(
      shown(on: terminal(isTerminal: false)) == """
        training: 2 epochs of 10 batches
        epoch 1/2  loss 0.2000  rate 0.001  5.00k tokens/s  ETA 0:15
        epoch 1/2  loss 0.1000  rate 0.001  5.00k tokens/s  ETA 0:10
        epoch 2/2  loss 0.06667  rmse 13.46  rate 0.001  5.00k tokens/s  ETA 0:05
        epoch 2/2  loss 0.05000  rmse 13.46  rate 0.001  5.00k tokens/s  ETA 0:00
        finished epoch 2, step 20  loss 0.05000  rmse 13.46  20.0 s

        """)
  }

  @Test func plainLinesOfAShortRun() {
    #expect(
      shown(on: terminal(isTerminal: false), secondsPerStep: 0.01) == """
        training: 2 epochs of 10 batches
        finished epoch 2, step 20  loss 0.05000  rmse 13.46  0.200 s

        """)
  }

  @Test func resumedRunCountsFromWhereItGoesOn() {
    let text = shown(on: terminal(isTerminal: false), finishedEpochs: 1)
    #expect(text.hasPrefix("training: 2 epochs of 10 batches, going on after step 10\n"))
    // Half of the rest is done in five seconds, so five seconds are left.
    #expect(text.contains("5.00k tokens/s  ETA 0:05\n"))
  }

  @Test func barIsDrawnInPlace() {
    let text = shown(on: terminal(isTerminal: true), width: 90)
    let draws = text.split(separator: "\r")
    #expect(
      draws[4] == "epoch 1/2  ━━━━━━─────────────────────  "
        + "loss 0.2000  rate 0.001  5.00k tokens/s  ETA 0:15\u{1B}[K")
    #expect(text.hasSuffix("\r\u{1B}[Kfinished epoch 2, step 20  loss 0.05000  rmse 13.46  20.0 s\n"))
    #expect(text.count { $0 == "\n" } == 1)
  }

  @Test func barWithoutUnicode() {
    let text = shown(on: terminal(isTerminal: true, ["LANG": "C"]), width: 90)
    #expect(text.contains("epoch 1/2  ======---------------------  loss"))
  }

  @Test func barIsDrawnTenTimesASecond() {
    let draws = shown(on: terminal(isTerminal: true), secondsPerStep: 0.03).split(separator: "\r").count
    // 0.6 seconds, and the last line.
    #expect((5...8).contains(draws))
  }

  @Test(arguments: 1...120)
  func barNeverWraps(_ width: Int) {
    let text = shown(on: terminal(isTerminal: true), width: width)
    for draw in text.split(separator: "\r").dropLast() {
      #expect(draw.replacing("\u{1B}[K", with: "").count <= width - 1)
    }
  }

  @Test func colours() {
    #expect(!shown(on: terminal(isTerminal: true)).contains("\u{1B}[36m"))
    #expect(shown(on: terminal(isTerminal: true, colors: .auto)).contains("\u{1B}[36m━"))
    #expect(!shown(on: terminal(isTerminal: true, ["NO_COLOR": "1"], colors: .auto)).contains("\u{1B}[36m"))
  }

  @Test func warningsStandAboveTheBar() {
    struct Full: Error, CustomStringConvertible { var description: String { "the disk is full" } }
    let text = shown(on: terminal(isTerminal: true), extra: [5: .checkpointFailed(Full())])
    #expect(
      text.contains("\r\u{1B}[Kwarning: checkpoint not written: the disk is full; trying again later\n\repoch 1/2"))
    let plain = shown(on: terminal(isTerminal: false), isQuiet: true, extra: [5: .checkpointFailed(Full())])
    #expect(plain == "warning: checkpoint not written: the disk is full; trying again later\n")
  }

  @Test func quiet() {
    #expect(shown(on: terminal(isTerminal: true), isQuiet: true).isEmpty)
    #expect(shown(on: terminal(isTerminal: false), isQuiet: true).isEmpty)
  }

  @Test func endings() {
    let best = BestEpoch(epoch: 1, step: 10, metric: Metric("validation_rmse", 12.5))
    #expect(
      shown(on: terminal(isTerminal: false), end: .stoppedEarly(epoch: 2, best: best)).hasSuffix(
        "stopped early after epoch 2: best validation_rmse 12.50 after epoch 1  loss 0.05000  rmse 13.46  20.0 s\n"))
    #expect(
      shown(on: terminal(isTerminal: false), end: .interrupted(.interrupt)).hasSuffix(
        "stopped after epoch 2, step 20  loss 0.05000  rmse 13.46  20.0 s\n"))
  }
}
