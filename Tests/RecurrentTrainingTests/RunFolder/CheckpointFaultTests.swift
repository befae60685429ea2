import Foundation
import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import Testing

@testable import RecurrentTraining

/// Whatever happens while a checkpoint is written, the one before it, or the new one, is there and whole.
@Suite struct CheckpointFaultTests {
  private func checkpoint(step: Int) -> Checkpoint {
    var state = TrainingState()
    state.step = step
    state.best = BestEpoch(epoch: step, step: step, metric: Metric("validation_mse", 1 / Double(step + 1)))
    var model = Line()
    model.bias.value = Tensor(Float(step))
    return Checkpoint(
      description: CheckpointState(
        place: .init(state: state, metricsByteCount: 0, plateau: nil), identity: [:]),
      tensors: RunTensors(
        model: model.namedTensors, optimizer: [("step", Tensor(Float(step)))], best: model.namedTensors, average: [],
        carry: []))
  }

  /// Writes checkpoints 1 to 3 without and 4 with a fault at its call number `call`.
  ///
  /// - Returns: Whether the fault was reached.
  private func write(failingAt call: Int, once: Bool) throws -> Bool {
    let folder = try TemporaryFolder()
    let healthy = CheckpointStore(path: folder.path("checkpoints"), system: UnsynchronizedFiles())
    for step in 1...3 { _ = try healthy.write(checkpoint(step: step)) }
    let files = UnsynchronizedFiles(failingAt: call, once: once)
    let failing = CheckpointStore(path: healthy.path, system: files)
    var failure: (any Error)?
    do { _ = try failing.write(checkpoint(step: 4)) } catch { failure = error }
    if let failure { #expect(ExitStatus(of: failure) == .ioError) }

    // What the next process finds.
    try AtomicFolder.recover(in: healthy.path)
    let found = try #require(try healthy.newest { Issue.record("call \(call): \($0)") })
    let step = found.description.state.step
    #expect(step == 4 || (step == 3 && failure != nil), "call \(call)")
    #expect(found.tensors.model["bias"]?.scalar == Float(step))
    #expect(found.tensors.optimizer["step"]?.scalar == Float(step))
    for pointer in ["last", "best"] {
      let name = try #require(folder.text("checkpoints/\(pointer)"))
      #expect(name.hasPrefix("step-") && name.hasSuffix("\n"), "call \(call): \(pointer) is \(name)")
    }
    // And it can go on.
    _ = try healthy.write(checkpoint(step: 5))
    #expect(try healthy.newest { _ in }?.description.state.step == 5)
    #expect(!folder.names(in: "checkpoints").contains { $0.hasPrefix(".") })
    return files.didFail
  }

  @Test(arguments: [true, false])
  func everyCall(once: Bool) throws {
    var calls = 0
    while try write(failingAt: calls, once: once) { calls += 1 }
    // Five files, manifest, folder and two pointers are each made, written, synchronized, closed and moved.
    #expect(calls > 40)
  }
}
