import RecurrentFormats
import RecurrentLayers

extension Forecaster: ExchangeableModel {
  /// The recurrent layers and the head of the one member.
  public func exchanged() throws(ExchangeError) -> ExchangedNetwork {
    var layers = ExchangedLayers(task: Self.task)
    let member = network.first
    func refuse(_ isThere: Bool, _ problem: String, _ mend: String) throws(ExchangeError) {
      if isThere { throw layers.error(problem, mend: mend) }
    }
    try refuse(!network.others.isEmpty, "its forecast is the mean of several members", "train with members 1")
    try refuse(member.skip != nil, "a linear map leads past the recurrent layers", "train with skip false")
    try refuse(member.windowSkip != nil, "a linear map leads past the recurrent layers", "train with window_skip false")
    try refuse(!configuration.baseLags.isEmpty, "values of past seasons are added", "train without base_lags")
    try refuse(member.embedding != nil, "it tells series apart by numbers", "train without series_embedding")
    try layers.add(member.stack, from: "stack")
    if configuration.arrangement == .windows { layers.add("last", .lastStep) }
    layers.add("head", member.head, from: "head")
    layers.notes = exchangeNotes
    return layers.network()
  }

  private var exchangeNotes: [String] {
    let (targets, horizon) = (schema.targets, configuration.modelHorizon)
    let steps =
      configuration.arrangement == .windows
      ? "the last \((configuration.memberLookBacks.first ?? configuration.lookBack) / configuration.valuesPerStep) steps"
      : "all steps of a series, one for each row to forecast"
    let features = "\(network.first.stack.inputSize) features, in the order of "
    let columns = targets + schema.pastCovariates + schema.futureCovariates
    let values =
      configuration.parameterCount == 1
      ? "" : "for each of \(configuration.parameterCount) parameters of the distribution, "
    return [
      "goes in: \(steps), each of \(features)\(columns.printableList(limit: 12)), transformed and scaled as 'preparation' in config.json says",
      "comes out: \(values)for each of \(horizon) steps ahead \(targets.printableList(limit: 12)), scaled in the same way",
    ]
  }
}
