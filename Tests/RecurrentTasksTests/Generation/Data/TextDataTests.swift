import RecurrentFormats
import RecurrentTraining
import Testing

@testable import RecurrentTasks

/// Public texts, read as others count them.
@Suite struct TextDataTests {
  private static let tunes = "irish-abc/irish.abc"
  private static let treebank = "penn-treebank/ptb.valid.txt"

  /// The blocks of the file that abc2midi 20230208 prints an error for, each judged by itself.
  private static let refusedByABC2MIDI: Set = [
    22, 41, 58, 63, 77, 79, 81, 90, 91, 100, 103, 107, 120, 123, 131, 142, 144, 152, 161, 168, 176, 188, 189, 193, 201,
    209, 216, 217, 230, 240, 275, 281, 283, 300, 303, 344, 374, 388, 418, 453, 472, 502, 506, 522, 549, 608, 609, 611,
    618, 625, 650, 665, 694, 702, 717, 721, 750, 765, 769, 772,
  ]

  @Test(.enabled(if: SharedData.has(tunes), SharedData.comment))
  func whatABC2MIDIRefusesIsNotWellFormed() throws {
    let records = try TextRecord.records(ofFile: SharedData.path(Self.tunes), separator: nil, conditions: [])
    #expect(records.count == 806)
    let refused = Set(records.indices.filter { ABCTune(records[$0].text).problem != nil })
    #expect(Self.refusedByABC2MIDI.subtracting(refused).isEmpty)
    // What we refuse beyond that: music behind a field's letter, and signs that the standard reserves.
    #expect(refused.count < 75, "\(refused.subtracting(Self.refusedByABC2MIDI).sorted())")
  }

  /// With the end of each line the files have as many words as the data README says.
  @Test(.enabled(if: SharedData.has(treebank), SharedData.comment))
  func theTreebankHasItsWords() throws {
    var configuration = GenerationConfiguration()
    try configuration.apply(try GenerationConfiguration.preset(named: "ptb-small").assignments)
    (configuration.data, configuration.validation) = (SharedData.path(Self.treebank), nil)
    configuration.test = SharedData.path("penn-treebank/ptb.test.txt")
    let data = try GenerationData.read(configuration)
    #expect(data.parts.mapValues(\.running.count) == [.train: 73_760, .test: 82_430])
    #expect(data.tokenizer.encode("no <unk>\n").count == 3)
  }
}
