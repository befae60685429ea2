import ArgumentParser
import RecurrentTasks

/// How translations are searched for.
struct DecodingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("beginnings that go on at every step; 1 takes the likeliest symbol", valueName: "number"))
  var beamSize: Int?

  @Option(help: ArgumentHelp("translations of each source", valueName: "number"))
  var nBest = 1

  @Option(
    help: ArgumentHelp("power of the length that scores are divided by; 0: short ones win", valueName: "number"))
  var lengthPenalty: Double?

  @Option(help: ArgumentHelp("what not looking at a place of the source costs (default: 0)", valueName: "number"))
  var coveragePenalty: Double?

  @Option(help: ArgumentHelp("most symbols for each one of the source, and ten more (default: 2)", valueName: "number"))
  var maxLengthRatio: Double?

  @Option(help: ArgumentHelp("write no sequence of so many symbols twice", valueName: "number"))
  var noRepeatNgram: Int?

  @Flag(help: "write the word that was looked at where the vocabulary lacks one")
  var replaceUnknown = false

  @Option(
    help: ArgumentHelp("draw in place of searching; below 1 the likely becomes likelier", valueName: "number"))
  var temperature: Double?

  @Option(help: ArgumentHelp("draw among so many of the likeliest", valueName: "number"))
  var topK: Int?

  @Option(help: ArgumentHelp("draw among the likeliest that have this probability together", valueName: "share"))
  var topP: Double?

  @Option(help: ArgumentHelp("the seed of all draws", valueName: "number"))
  var seed = 42

  func validate() throws {
    guard seed >= 0 else { throw ValidationError("--seed is 0 or more") }
    if isSampled, beamSize != nil || lengthPenalty != nil || coveragePenalty != nil {
      throw ValidationError(
        "draws are not searched for; leave --beam-size and the penalties out, or --temperature, --top-k and --top-p")
    }
    do throws(DecodingSettingsError) {
      try settings.validate()
    } catch {
      throw ValidationError("--\(error.setting.map { $0 == "_" ? "-" : String($0) }.joined()) is \(error.bounds)")
    }
  }

  private var isSampled: Bool { temperature != nil || topK != nil || topP != nil }

  var settings: DecodingSettings {
    var settings = DecodingSettings()
    settings.beamSize = beamSize ?? max(settings.beamSize, min(nBest, 1000))
    settings.nBest = nBest
    settings.lengthPenalty = lengthPenalty ?? settings.lengthPenalty
    settings.coveragePenalty = coveragePenalty ?? settings.coveragePenalty
    settings.maxLengthRatio = maxLengthRatio ?? settings.maxLengthRatio
    settings.noRepeatNgram = noRepeatNgram
    settings.replacesUnknown = replaceUnknown
    settings.seed = seed
    if isSampled {
      var sampling = SamplingSettings()
      sampling.temperature = temperature ?? 1
      sampling.topK = topK
      sampling.topP = topP
      settings.sampling = sampling
    }
    return settings
  }
}
