import Foundation
import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
public import RecurrentTraining

/// How the gradient of a loss at the last step fades, or grows, on its way back through time (Hochreiter, 1991; Bengio,
/// Simard and Frasconi, "Learning long-term dependencies with gradient descent is difficult", 1994; Pascanu, Mikolov
/// and Bengio, "On the difficulty of training recurrent neural networks", 2013).
///
/// Networks with first weights read sequences of the adding problem; lengths are relative to the gradient at the last
/// step.
public struct GradientStudy: Sendable {
  /// The networks.
  public var subjects = GradientSubject.allCases
  /// How far back to look, in steps.
  public var lag = 100
  /// The number of units of each network, H.
  public var hiddenSize = 32
  /// The sequences of the batch, N.
  public var batchSize = 4
  /// What the gradients of all parameters are clipped to.
  public var clipNorm = 1.0
  /// Whether the gates of LSTM and GRU begin open for times of up to `lag` steps (chrono initialisation).
  public var opensGates = true
  /// Where weights and data are drawn from.
  public var seed: UInt64 = 1

  /// Shorter gradients are not drawn.
  private static let floor = 1e-16

  /// All networks over 100 steps.
  public init() {}

  var problem: AddingProblem { AddingProblem(stepCount: lag) }

  /// Measures and draws.
  ///
  /// - Parameters:
  ///   - stop: Asks for an end after the running network.
  ///   - observe: Called before each network.
  public func run(
    stop: StopRequest = StopRequest(), observe: (StudyEvent) -> Void = { _ in }
  ) throws(StudyError) -> StudyReport {
    var measurements: [GradientMeasurement] = []
    for subject in subjects where stop.reason == nil {
      observe(.began("gradients of \(subject.rawValue)"))
      measurements.append(try subject.measure(self, key: RandomKey(seed: seed).folding(0)))
    }
    var report = StudyReport(kind: "gradients")
    report.stopReason = stop.reason
    report.pictures = [("gradients", chart(measurements))]
    report.tables = [("gradients", table(measurements)), ("gates", gateTable(measurements))]
    report.json["lag"] = .integer(lag)
    report.json["hidden"] = .integer(hiddenSize)
    report.json["seed"] = .integer(Int(clamping: seed))
    report.json["clip"] = .number(clipNorm)
    report.json["results"] = .array(measurements.map(\.json))
    report.summary =
      [["network", "left after \(lag / 2) steps", "after \(lag)", "radius of J", "radius of R"]]
      + measurements.flatMap(\.summary)
    return report
  }

  /// Everything about one network.
  func measure<Cell: CellWithEquations & TraceableCell>(
    _ subject: GradientSubject, _ cell: Cell, _ key: RandomKey
  ) throws(StudyError) -> GradientMeasurement {
    let (inputs, targets) = problem.batch(batchSize, key: key.folding(1))
    let layer = RecurrentLayer(cell)
    let head = Linear(inputSize: cell.hiddenSize, outputSize: 1, key: key.folding(2))
    let gradients = layer.stateGradients(inputs) { meanSquaredError(head($0.last), targets) }
    let incoming = gradients.values[0][lag - 1]
    let jacobians = cell.stepJacobians(inputs)
    let model = ManyToOne(layer, pooling: .last, head: head)
    let norm = valueWithGradient(at: model) { meanSquaredError($0(inputs), targets) }.gradients.globalNorm
    do throws(SpectralRadiusError) {
      return GradientMeasurement(
        subject: subject,
        curves: subject.paths.map { path in
          (path, relative(jacobians.gradientNorms(of: incoming, along: path.path).dropLast()))
        },
        // A part that the loss does not see at the last step is compared with the one that it sees.
        wholeNorms: gradients.partNames.map { part in
          (part, relative((gradients.norms(of: part) ?? [])[...], to: incoming.length))
        },
        productNorms: jacobians.productNorms().map { $0.reduce(0, +) / Double($0.count) },
        clipFactor: min(1, clipNorm / norm), gradientNorm: norm,
        jacobianRadius: try jacobians.steps.last.map { step throws(SpectralRadiusError) in
          let radii = try step.spectralRadii()
          return radii.reduce(0, +) / Double(radii.count)
        } ?? 0,
        recurrentRadii: try (cell as? any FusedCell)?.weights.recurrentSpectralRadii() ?? [],
        saturations: layer.trace(inputs).gateSaturations())
    } catch {
      throw .spectralRadius(error)
    }
  }

  private func relative(_ norms: ArraySlice<Double>, to first: Double? = nil) -> [Double] {
    let first = first ?? norms.first ?? 1
    return norms.map { first > 0 ? $0 / first : 0 }
  }

  // MARK: Drawing

  private func chart(_ measurements: [GradientMeasurement]) -> LineChart {
    var series: [LineChart.Series] = []
    for measurement in measurements {
      for (path, norms) in measurement.curves {
        series.append(line(path.name, norms, path.style))
        if measurement.subject == .relu, measurement.clipFactor < 1 {
          series.append(
            line(
              "relu, clipped to \(NumberText.shortest(clipNorm))", norms.map { $0 * measurement.clipFactor },
              LineStyle(color: path.style.color, dash: "2 3")))
        }
      }
    }
    let lags = Array(0..<lag)
    series.append(line("bound of tanh: 1", lags.map { _ in 1 }, .bound))
    series.append(line("bound of the sigmoid: ¼ a step", lags.map { pow(0.25, Double($0)) }, .lowerBound))
    return LineChart(
      title: "How far back the gradient reaches",
      subtitle: "first weights, \(hiddenSize) units, adding problem; gates of LSTM and GRU "
        + (opensGates ? "open for up to \(lag) steps" : "as PyTorch begins them"),
      xAxis: Axis(title: "time lag in steps"),
      yAxis: Axis(.logarithmicNumbers, title: "length of the gradient by the state, relative to lag 0"),
      series: series, height: 620)
  }

  private func line(_ name: String, _ norms: [Double], _ style: LineStyle) -> LineChart.Series {
    LineChart.Series(
      name, x: norms.indices.map(Double.init), y: norms.map { $0 >= Self.floor ? $0 : .nan }, style: style)
  }

  private func table(_ measurements: [GradientMeasurement]) -> CSVWriter {
    var table = CSVWriter(columns: ["network", "path", "lag", "relative_norm", "clipped", "jacobian_product_norm"])
    for measurement in measurements {
      let all =
        measurement.curves.map { ($0.path.name, $0.norms) }
        + measurement.wholeNorms.map { ("all paths to \($0.part)", $0.norms) }
      for (name, norms) in all {
        for (lag, norm) in norms.enumerated() {
          table.append([
            .text(measurement.subject.rawValue), .text(name), .integer(lag), .number(norm),
            .number(norm * measurement.clipFactor),
            lag == 0 ? .number(1) : .number(measurement.productNorms[lag - 1]),
          ])
        }
      }
    }
    return table
  }

  private func gateTable(_ measurements: [GradientMeasurement]) -> CSVWriter {
    var table = CSVWriter(columns: ["network", "gate", "share_above_0.9", "share_below_0.1", "mean"])
    for measurement in measurements {
      for gate in measurement.saturations {
        table.append([
          .text(measurement.subject.rawValue), .text(gate.gate), .number(gate.openShare), .number(gate.closedShare),
          .number(gate.mean),
        ])
      }
    }
    return table
  }
}

extension LineStyle {
  /// A limit that derivatives cannot pass.
  static let bound = LineStyle(color: "#2f3337", width: 1.2, dash: "2 3")
  /// Another one.
  static let lowerBound = LineStyle(color: "#2f3337", width: 1.2, dash: "8 4")
}

extension Tensor {
  fileprivate var length: Double { doubles.reduce(0) { $0 + $1 * $1 }.squareRoot() }
}
