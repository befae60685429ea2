import CRecurrentKernels
import Foundation
import Testing

/// The functions of cell programs by themselves.
@Suite(.guardedBuffers) struct ActivationTests {
  struct Function: Sendable, CustomTestStringConvertible {
    let name: String
    let activation: rk_activation
    var p = 0.0
    var q = 0.0
    let value: @Sendable (Double) -> Double
    var testDescription: String { name }
  }

  static let functions = [
    Function(name: "identity", activation: RK_ACTIVATION_IDENTITY) { $0 },
    Function(name: "tanh", activation: RK_ACTIVATION_TANH) { tanh($0) },
    Function(name: "sigmoid", activation: RK_ACTIVATION_SIGMOID) { 1 / (1 + exp(-$0)) },
    Function(name: "relu", activation: RK_ACTIVATION_RELU) { max($0, 0) },
    Function(name: "leaky relu", activation: RK_ACTIVATION_LEAKY_RELU, p: 0.2) { $0 < 0 ? 0.2 * $0 : $0 },
    Function(name: "thresholded", activation: RK_ACTIVATION_THRESHOLDED_RELU, p: 0.5) { $0 > 0.5 ? $0 : 0 },
    Function(name: "hard sigmoid", activation: RK_ACTIVATION_HARD_SIGMOID, p: 0.2, q: 0.5) {
      min(max(0.2 * $0 + 0.5, 0), 1)
    },
    Function(name: "clamp", activation: RK_ACTIVATION_CLAMP, p: 0.7) { min(max($0, -0.7), 0.7) },
    Function(name: "softsign", activation: RK_ACTIVATION_SOFTSIGN) { $0 / (1 + abs($0)) },
    Function(name: "softplus", activation: RK_ACTIVATION_SOFTPLUS) { log1p(exp($0)) },
    Function(name: "elu", activation: RK_ACTIVATION_ELU, p: 0.8) { $0 < 0 ? 0.8 * expm1($0) : $0 },
    Function(name: "affine", activation: RK_ACTIVATION_AFFINE, p: 0.9, q: 0.1) { 0.9 * $0 + 0.1 },
    Function(name: "scaled tanh", activation: RK_ACTIVATION_SCALED_TANH, p: 1.7, q: 0.6) { 1.7 * tanh(0.6 * $0) },
  ]

  /// Away from the corners, at which a function has two slopes.
  private static let points = (0..<37).map { -3.03 + 0.17 * Double($0) }

  @Test(arguments: Kernels.all, functions)
  func valuesAndSlopes(kernels: Kernels, function: Function) {
    let x = kernels.buffer(Self.points)
    let count = Int64(x.count)
    let y = kernels.buffer(count: x.count)
    kernels.table.activation(function.activation, function.p, function.q, count, x.pointer, y.pointer)
    let dy = kernels.buffer(Self.points.map { 2 - $0 })
    let dx = kernels.buffer(count: x.count)
    kernels.table.activation_gradient(
      function.activation, function.p, function.q, count, y.pointer, dy.pointer, dx.pointer)
    let width = 1e-5
    for (index, point) in Self.points.enumerated() {
      let slope = (function.value(point + width) - function.value(point - width)) / (2 * width) * (2 - point)
      let tolerance = 40 * kernels.epsilon
      let place = "\(kernels.name) \(function.name)(\(point))"
      #expect(abs(y.values[index] - function.value(point)) <= tolerance * 4, "\(place)")
      #expect(abs(dx.values[index] - slope) <= tolerance * 10 + 1e-8, "\(place), slope")
    }
  }
}
