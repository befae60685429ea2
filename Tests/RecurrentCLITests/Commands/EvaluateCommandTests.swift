import Testing

struct EvaluateCommandTests {
  @Test func tableAndJSON() throws {
    let folder = try TrainedModel.copy()
    let arguments = ["evaluate", "run", "--windows", "4", "--step", "6", "--horizon", "12"]
    let text = try recurrent(arguments, in: folder)
    #expect(text.status == 0)
    #expect(text.errors.isEmpty)
    for word in ["RMSE", "MASE", "model", "naive", "seasonal naive", "seasonal drift", "4 forecasts over 12 rows"] {
      #expect(text.output.contains(word))
    }
    let result = try recurrent(arguments + ["--json"], in: folder)
    let json = try #require(result.json)
    #expect(result.output.split(separator: "\n").count == 1)
    #expect(json["windows"] as? Int == 4 && json["step"] as? Int == 6 && json["horizon"] as? Int == 12)
    #expect((json["metrics"] as? [String: [String: Double]])?["test"]?["rmse"] != nil)
    // The year before each of the four windows, straight from the data.
    let naive = (json["baselines"] as? [String: [String: Double]])?["seasonal_naive"]?["mae"]
    #expect(naive == Self.seasonalNaiveError)
  }

  /// The mean absolute difference to the year before over rows 114..<126, 120..<132, 126..<138 and 132..<144.
  private static let seasonalNaiveError: Double = {
    // Monthly totals from July 1956 to December 1960, in thousands.
    let values: [Double] = [
      413, 405, 355, 306, 271, 306, 315, 301, 356, 348, 355, 422, 465, 467, 404, 347, 305, 336, 340, 318, 362, 348, 363,
      435, 491, 505, 404, 359, 310, 337, 360, 342, 406, 396, 420, 472, 548, 559, 463, 407, 362, 405, 417, 391, 419, 461,
      472, 535, 622, 606, 508, 461, 390, 432,
    ]
    let first = 144 - values.count
    let errors = [114, 120, 126, 132].flatMap { origin in
      (origin..<origin + 12).map { abs(values[$0 - first] - values[$0 - 12 - first]) }
    }
    return errors.reduce(0, +) / Double(errors.count)
  }()

  @Test func aliasIsTheSame() throws {
    let folder = try TrainedModel.copy()
    #expect(try recurrent("test", "run", in: folder).output == recurrent("evaluate", "run", in: folder).output)
  }
}
