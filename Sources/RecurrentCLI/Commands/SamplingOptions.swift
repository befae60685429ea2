import ArgumentParser
import RecurrentTasks

/// How the next symbol is chosen.
struct SamplingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("below 1 the likely becomes likelier; 0 takes the likeliest", valueName: "number"))
  var temperature: Double?

  @Option(help: ArgumentHelp("choose among so many of the likeliest; 0 for all", valueName: "number"))
  var topK: Int?

  @Option(help: ArgumentHelp("choose among the likeliest that have this probability together", valueName: "share"))
  var topP: Double?

  @Option(help: ArgumentHelp("choose among those with this share of the likeliest's probability", valueName: "share"))
  var minP: Double?

  @Option(help: ArgumentHelp("above 1, what came in the last 64 symbols becomes less likely", valueName: "number"))
  var repeatPenalty: Double?

  @Option(help: ArgumentHelp("the seed of all choices", valueName: "number"))
  var seed = 42

  @Option(help: ArgumentHelp("search for the likeliest texts with so many beams", valueName: "number"))
  var beamSize: Int?

  @Option(
    help: ArgumentHelp("of the search: power of the length that divides sums (default: 1)", valueName: "number"))
  var lengthPenalty: Double?

  func validate() throws {
    func require(_ isFine: Bool, _ rule: String) throws {
      if !isFine { throw ValidationError(rule) }
    }
    try require(temperature.map { $0 >= 0 && $0 <= 1000 } ?? true, "--temperature is from 0 to 1000")
    try require(topK.map { $0 >= 0 } ?? true, "--top-k is 0 or more")
    try require(topP.map { $0 > 0 && $0 <= 1 } ?? true, "--top-p is above 0 and at most 1")
    try require(minP.map { (0...1).contains($0) } ?? true, "--min-p is from 0 to 1")
    try require(repeatPenalty.map { $0 > 0 && $0 <= 1000 } ?? true, "--repeat-penalty is above 0 and at most 1000")
    try require(seed >= 0, "--seed is 0 or more")
    try require(beamSize.map { (1...1000).contains($0) } ?? true, "--beam-size is from 1 to 1000")
    try require(lengthPenalty.map { (-10...10).contains($0) } ?? true, "--length-penalty is from -10 to 10")
    try require(lengthPenalty == nil || beamSize != nil, "--length-penalty belongs to --beam-size")
    let isSampled = temperature != nil || topK != nil || topP != nil || minP != nil || repeatPenalty != nil
    try require(beamSize == nil || !isSampled, "a search chooses nothing by chance; leave the other options out")
  }

  var settings: SamplingSettings {
    var settings = SamplingSettings()
    settings.temperature = temperature ?? 1
    settings.topK = topK == 0 ? nil : topK
    settings.topP = topP
    settings.minP = minP
    settings.repeatPenalty = repeatPenalty ?? 1
    return settings
  }
}
