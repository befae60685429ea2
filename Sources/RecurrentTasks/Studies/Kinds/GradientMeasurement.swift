import RecurrentFormats
import RecurrentTraining

/// What `GradientStudy` finds out about one network.
struct GradientMeasurement {
  let subject: GradientSubject
  /// For each path the length of the gradient at every lag, relative to lag 0.
  let curves: [(path: GradientSubject.Path, norms: [Double])]
  /// For each part of the state the same along all paths together.
  let wholeNorms: [(part: String, norms: [Double])]
  /// The spectral norm of the product of Jacobians for every lag from 1 on, mean over the rows.
  let productNorms: [Double]
  /// What clipping multiplies all gradients by.
  let clipFactor: Double
  /// The common length of the gradients of all parameters.
  let gradientNorm: Double
  /// The spectral radius of the last step's Jacobian, mean over the rows.
  let jacobianRadius: Double
  /// The spectral radius of each gate's recurrent matrix; empty where there are none of that form.
  let recurrentRadii: [Double]
  let saturations: [GateSaturation]

  var json: JSONValue {
    var paths = JSONObject()
    for (path, norms) in curves {
      paths[path.name] = ["half": .number(norms[norms.count / 2]), "last": .number(norms[norms.count - 1])]
    }
    var gates = JSONObject()
    for gate in saturations {
      gates[gate.gate] = [
        "open": .number(gate.openShare), "closed": .number(gate.closedShare), "mean": .number(gate.mean),
      ]
    }
    return [
      "network": .string(subject.rawValue), "relative_norm": .object(paths), "gradient_norm": .number(gradientNorm),
      "clip_factor": .number(clipFactor), "jacobian_radius": .number(jacobianRadius),
      "recurrent_radii": .array(recurrentRadii.map { .number($0) }), "gates": .object(gates),
    ]
  }

  var summary: [[String]] {
    curves.map { path, norms in
      [
        path.name, NumberText.significant(norms[norms.count / 2], digits: 3),
        NumberText.significant(norms[norms.count - 1], digits: 3), NumberText.significant(jacobianRadius, digits: 3),
        recurrentRadii.map { NumberText.significant($0, digits: 3) }.joined(separator: " "),
      ]
    }
  }
}
