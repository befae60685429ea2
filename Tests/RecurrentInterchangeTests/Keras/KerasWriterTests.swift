import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

@testable import RecurrentInterchange

@Suite struct KerasWriterTests {
  private func tensors(_ network: SequenceNetwork) -> [[Float]] { network.tensors.map(\.value.scalars) }

  @Test(arguments: KerasGolden.models)
  func writesWhatItReads(_ name: String) throws {
    let model = try KerasFile(path: KerasFixture.path("models/\(name).keras")).model()
    let writer = try KerasWriter(model.network.description, name: "again")
    let (bytes, audit) = try writer.bytes(model.network)
    #expect(audit.unexplained.isEmpty)
    let again = try KerasFile(bytes: bytes).model()
    #expect(again.name == "again" && again.audit.unexplained.isEmpty)
    // Nothing is summed on this way, so not a bit changes; what Keras lacked and was made up is written.
    #expect(tensors(again.network) == tensors(model.network))
    #expect(try KerasGolden.used(again.network, name) <= 1)
    // All weights of the network have an entry, and none of the file is left out.
    let file = try KerasFile(bytes: bytes)
    #expect(Set(audit.entries.compactMap(\.target)) == Set(file.datasets.map(\.path)))
  }
}
