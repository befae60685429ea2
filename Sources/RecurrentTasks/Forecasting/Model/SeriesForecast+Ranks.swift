import RecurrentTraining

extension SeriesForecast: RankCoded {
  func write(to message: inout RankMessage) {
    message.append(origin)
    values.write(to: &message)
    message.append(quantiles.count)
    for quantile in quantiles {
      message.append(quantile.probability)
      quantile.values.write(to: &message)
    }
  }

  init?(_ reader: inout RankMessageReader) {
    guard let origin = reader.count(), let values = [[Double]](&reader), let count = reader.count() else { return nil }
    self.init(origin: origin, values: values)
    for _ in 0..<count {
      guard let probability = reader.double(), let values = [[Double]](&reader) else { return nil }
      quantiles.append(ForecastQuantile(probability: probability, values: values))
    }
  }
}
