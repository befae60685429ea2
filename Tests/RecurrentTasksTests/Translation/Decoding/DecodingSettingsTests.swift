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

  @Test(arguments: [
    ("beam_size", { $0.beamSize = 0 }), ("n_best", { $0.nBest = 6 }), ("n_best", { $0.nBest = 0 }),
    ("length_penalty", { $0.lengthPenalty = .nan }), ("coverage_penalty", { $0.coveragePenalty = -1 }),
    ("max_length_ratio", { $0.maxLengthRatio = .infinity }), ("no_repeat_ngram", { $0.noRepeatNgram = 0 }),
    ("temperature", { $0.sampling = SamplingSettings(); $0.sampling?.temperature = -0.1 }),
    ("top_k", { $0.sampling = SamplingSettings(); $0.sampling?.topK = 0 }),
    ("top_p", { $0.sampling = SamplingSettings(); $0.sampling?.topP = 1.1 }),
  ] as [(String, @Sendable (inout DecodingSettings) -> Void)])
  func valuesThatMakeNoSenseAreNamed(_ setting: String, _ change: @Sendable (inout DecodingSettings) -> Void) {
    var settings = DecodingSettings()
    change(&settings)
    let error = #expect(throws: DecodingSettingsError.self) { try settings.validate() }
    #expect(error?.setting == setting)
  }

  @Test func moreDrawsThanBeamsAreFine() throws {
    var settings = DecodingSettings()
    try settings.validate()
    settings.sampling = SamplingSettings()
    settings.nBest = 20
    try settings.validate()
  }
}
