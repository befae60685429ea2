import CRecurrentKernels
import Testing

@Suite struct PhiloxTests {
  /// The published known answers of Random123 for philox4x32 with 10 rounds.
  @Test func knownAnswers() {
    let cases: [(counter: UInt64, stream: UInt64, seed: UInt64, words: [UInt32])] = [
      (0, 0, 0, [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
      (.max, .max, .max, [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
      (
        0x85a3_08d3_243f_6a88, 0x0370_7344_1319_8a2e, 0x299f_31d0_a409_3822,
        [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
      ),
    ]
    for known in cases {
      var words = [UInt32](repeating: 0, count: 4)
      rk_philox(known.seed, known.stream, known.counter, &words)
      #expect(words == known.words)
    }
  }
}
