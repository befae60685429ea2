import Foundation
import RecurrentFormats
import RecurrentTraining

/// Pictures, tables and results of a `DynamicsStudy`.
struct DynamicsReport {
  let study: DynamicsStudy
  let horizon: Int

  func report(_ outcomes: [DynamicsOutcome], stopReason: StopReason?) -> StudyReport {
    var report = StudyReport(kind: "dynamics")
    report.stopReason = stopReason
    report.pictures = [("forecasts", forecastChart(outcomes))]
    if outcomes.contains(where: { $0.dynamics != nil }) {
      report.pictures.append(("jacobians", jacobianChart(outcomes)))
    }
    report.tables = [("forecasts", forecastTable(outcomes)), ("jacobians", jacobianTable(outcomes))]
    report.json["series"] = .string(study.series.rawValue)
    report.json["lyapunov_exponent"] = .number(study.series.lyapunovExponent)
    report.json["horizon"] = .integer(horizon)
    report.json["seed"] = .integer(Int(clamping: study.seed))
    report.json["results"] = .array(outcomes.map(json))
    report.summary =
      [["network", "error at 1", "valid steps", "Lyapunov times", "exponent before", "after", "seconds"]]
      + outcomes.map(summary)
    return report
  }

  // MARK: Pictures

  private func forecastChart(_ outcomes: [DynamicsOutcome]) -> LineChart {
    let steps = (1...horizon).map(Double.init)
    var series = outcomes.map { LineChart.Series($0.subject.rawValue, x: steps, y: $0.errors, style: $0.subject.style) }
    // From the best network's first error on, as fast as the series itself pulls neighbours apart.
    if let best = outcomes.compactMap(\.errors.first).min() {
      let growth = steps.map { best * exp(study.series.lyapunovExponent * ($0 - 1)) }
      series.append(
        LineChart.Series(
          "growth by the series' own exponent", x: steps, y: growth.map { $0 <= 1.5 ? $0 : .nan }, style: .lowerBound))
    }
    series.append(
      LineChart.Series(
        "end of valid forecasts", x: [1, Double(horizon)], y: [DynamicsOutcome.validError, DynamicsOutcome.validError],
        style: .bound))
    return LineChart(
      title: "Free forecasts of \(study.series.title)",
      subtitle: "trained on \(study.trainingCount) points; mean of \(DynamicsStudy.forecastCount) forecasts; "
        + "a Lyapunov time is \(NumberText.significant(1 / study.series.lyapunovExponent, digits: 3)) steps",
      xAxis: Axis(title: "steps ahead"),
      yAxis: Axis(.logarithmicNumbers, title: "root mean squared error in deviations of the series"), series: series)
  }

  private func jacobianChart(_ outcomes: [DynamicsOutcome]) -> LineChart {
    let series = outcomes.flatMap { outcome -> [LineChart.Series] in
      guard let dynamics = outcome.dynamics else { return [] }
      func line(_ name: String, _ norms: [Double], _ dash: String?) -> LineChart.Series {
        LineChart.Series(
          "\(outcome.subject.rawValue) \(name)", x: norms.indices.map { Double($0 + 1) },
          y: norms.map { $0 >= 1e-16 ? $0 : .nan },
          style: LineStyle(color: outcome.subject.style.color, dash: dash))
      }
      return [
        line("before training", dynamics.before.productNorms, "7 3"), line("after", dynamics.after.productNorms, nil),
      ]
    }
    return LineChart(
      title: "How long a state is felt, before and after training",
      subtitle: "reading \(study.series.title), \(study.hiddenSize) units",
      xAxis: Axis(title: "lag in steps"),
      yAxis: Axis(.logarithmicNumbers, title: "spectral norm of the product of Jacobians"), series: series)
  }

  // MARK: Numbers

  private func forecastTable(_ outcomes: [DynamicsOutcome]) -> CSVWriter {
    var table = CSVWriter(columns: ["network", "steps_ahead", "rmse"])
    for outcome in outcomes {
      for (step, error) in outcome.errors.enumerated() {
        table.append([.text(outcome.subject.rawValue), .integer(step + 1), .number(error)])
      }
    }
    return table
  }

  private func jacobianTable(_ outcomes: [DynamicsOutcome]) -> CSVWriter {
    var table = CSVWriter(columns: ["network", "lag", "product_norm_before", "product_norm_after"])
    for outcome in outcomes {
      guard let dynamics = outcome.dynamics else { continue }
      for (lag, norms) in zip(dynamics.before.productNorms, dynamics.after.productNorms).enumerated() {
        table.append([
          .text(outcome.subject.rawValue), .integer(lag + 1), .number(norms.0), .number(norms.1),
        ])
      }
    }
    return table
  }

  private func json(_ outcome: DynamicsOutcome) -> JSONValue {
    var object: JSONObject = [
      "network": .string(outcome.subject.rawValue), "error_at_1": .number(outcome.errors[0]),
      "valid_steps": .integer(outcome.validSteps), "lyapunov_times": .number(lyapunovTimes(outcome)),
      "seconds": .number(outcome.seconds),
    ]
    if let dynamics = outcome.dynamics {
      for (name, state) in [("before", dynamics.before), ("after", dynamics.after)] {
        object[name] = ["exponent": .number(state.exponent), "jacobian_radius": .number(state.radius)]
      }
    }
    return .object(object)
  }

  private func summary(_ outcome: DynamicsOutcome) -> [String] {
    [
      outcome.subject.rawValue, NumberText.significant(outcome.errors[0], digits: 3),
      outcome.validSteps == horizon ? "\(horizon) or more" : String(outcome.validSteps),
      NumberText.significant(lyapunovTimes(outcome), digits: 3),
      outcome.dynamics.map { NumberText.significant($0.before.exponent, digits: 3) } ?? "",
      outcome.dynamics.map { NumberText.significant($0.after.exponent, digits: 3) } ?? "",
      NumberText.significant(outcome.seconds, digits: 3),
    ]
  }

  private func lyapunovTimes(_ outcome: DynamicsOutcome) -> Double {
    Double(outcome.validSteps) * study.series.lyapunovExponent
  }
}

extension DynamicsStudy.Subject {
  /// How the network is drawn in every picture.
  var style: LineStyle { LineStyle.standard(DynamicsStudy.Subject.allCases.firstIndex(of: self) ?? 0) }
}
