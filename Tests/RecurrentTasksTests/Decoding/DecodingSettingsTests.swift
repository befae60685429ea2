import Testing

@testable import RecurrentTasks

@Suite struct DecodingSettingsTests {
  @Test func limitsFollowTheLengths() {
    var settings = DecodingSettings()
    settings.maxLengthRatio = 1.5
    #expect([0, 1, 20].map { settings.limit(forLength: $0) } == [10, 11, 40])
    settings.maxLengthRatio = 1000
    #expect(settings.limit(forLength: .max) == 1_000_010)
  }

  private func expectRefusal(of setting: String, _ change: (inout DecodingSettings) -> Void) {
    var settings = DecodingSettings()
    change(&settings)
    let error = #expect(throws: DecodingSettingsError.self) { try settings.validate() }
    #expect(error?.setting == setting)
  }

  @Test func valuesThatMakeNoSenseAreNamed() {
    expectRefusal(of: "beam_size") { $0.beamSize = 0 }
    expectRefusal(of: "n_best") { $0.nBest = 0 }
    expectRefusal(of: "n_best") { $0.nBest = 6 }
    expectRefusal(of: "length_penalty") { $0.lengthPenalty = .nan }
    expectRefusal(of: "coverage_penalty") { $0.coveragePenalty = -1 }
    expectRefusal(of: "max_length_ratio") { $0.maxLengthRatio = .infinity }
    expectRefusal(of: "no_repeat_ngram") { $0.noRepeatNgram = 0 }
  }

  @Test func filtersThatMakeNoSenseAreNamed() {
    func expectRefusal(of setting: String, _ change: (inout SamplingSettings) -> Void) {
      var sampling = SamplingSettings()
      change(&sampling)
      self.expectRefusal(of: setting) { $0.sampling = sampling }
    }
    expectRefusal(of: "temperature") { $0.temperature = -0.1 }
    expectRefusal(of: "top_k") { $0.topK = 0 }
    expectRefusal(of: "top_p") { $0.topP = 1.1 }
    expectRefusal(of: "min_p") { $0.minP = .nan }
    expectRefusal(of: "repeat_penalty") { $0.repeatPenalty = 0 }
    expectRefusal(of: "repeat_window") { $0.repeatWindow = -1 }
  }

  @Test func moreDrawsThanBeamsAreFine() throws {
    var settings = DecodingSettings()
    try settings.validate()
    settings.sampling = SamplingSettings()
    settings.nBest = 20
    try settings.validate()
  }
}
