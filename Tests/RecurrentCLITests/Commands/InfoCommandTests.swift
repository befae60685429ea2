import RecurrentTensor
import Testing

struct InfoCommandTests {
  @Test func program() throws {
    let result = try recurrent("info", "--json", in: TemporaryFolder())
    let json = try #require(result.json)
    let available = try #require(json["instruction_sets"] as? [String])
    #expect(available == ComputeEnvironment.availableInstructionSets)
    #expect(available.contains(try #require(json["instruction_set"] as? String)))
    #expect((json["threads"] as? Int ?? 0) >= 1)
    let version = try #require(json["version"] as? String)
    #expect(try recurrent("--version", in: TemporaryFolder()).output.hasPrefix("recurrent \(version) (Swift 6."))
    #expect(try recurrent("info", in: TemporaryFolder()).output.contains("instruction set"))
  }

  @Test func model() throws {
    let folder = try TrainedModel.copy()
    let text = try recurrent("info", "run", in: folder)
    #expect(text.status == 0)
    #expect(text.errors.isEmpty)
    // LSTM of 3 units on one feature: 4 gates of 3 units.
    for line in [
      "weight_ih_l0  [12, 1]          12", "weight_hh_l0  [12, 3]          36", "Passengers", "monthly", "epochs",
    ] {
      #expect(text.output.contains(line), "\(text.output)")
    }
    let json = try #require(try recurrent("info", "run/model", "--json", in: folder).json)
    #expect(json["task"] as? String == "forecast")
    let tensors = try #require(json["tensors"] as? [[String: Any]])
    #expect(tensors.compactMap { $0["count"] as? Int }.reduce(0, +) == json["parameters"] as? Int)
    #expect((json["training"] as? [String: Any])?["epochs"] as? Int == 2)
    #expect((json["columns"] as? [String: Any])?["target"] as? [String] == ["Passengers"])
  }
}
