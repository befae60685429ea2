import Foundation
import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

@testable import RecurrentTasks

@Suite struct SeriesTests {
  private func expectSeries(_ values: [Double], _ name: String, tolerance: Double = 1e-9) throws {
    let expected = try Fixture("reservoir/reservoir").doubles("series/\(name)")
    #expect(values.count == expected.count)
    let worst = zip(values, expected).map { abs($0 - $1) }.max() ?? .infinity
    #expect(worst <= tolerance, "\(name): \(worst)")
  }

  @Test func mackeyGlassOfReservoirPy() throws {
    let history = try Fixture("reservoir/reservoir").doubles("series/history")
    try expectSeries(MackeyGlass().series(600, after: history), "mackey_glass")
    try expectSeries(MackeyGlass(delay: 30, start: 0.9).series(300, after: history), "mackey_glass_30")
    try expectSeries(MackeyGlass(timeStep: 0.5).series(300, after: history), "mackey_glass_half")
  }

  @Test func mackeyGlassOfRungeAndKutta() throws {
    let history = try Fixture("reservoir/reservoir").doubles("series/history")
    try expectSeries(MackeyGlass(integration: .rungeKutta).series(300, after: history), "mackey_glass_rk4")
    try expectSeries(
      MackeyGlass(timeStep: 0.5, integration: .rungeKutta).series(300, after: history), "mackey_glass_rk4_half")
  }

  @Test func seriesAreFunctionsOfTheirKey() {
    let series = MackeyGlass().series(50, key: RandomKey(seed: 1))
    #expect(series == MackeyGlass().series(50, key: RandomKey(seed: 1)))
    #expect(series != MackeyGlass().series(50, key: RandomKey(seed: 2)))
    #expect(series[0] == 1.2)
    #expect(MackeyGlass().series(0, key: RandomKey(seed: 1)).isEmpty)
    #expect(SequenceBatch(series: series).values.shape == [50, 1, 1])
  }

  /// Without delay nothing is produced and what there is decays.
  @Test func mackeyGlassWithoutDelayDecays() {
    let series = MackeyGlass(delay: 0, integration: .rungeKutta).series(20, after: [])
    for (step, value) in series.enumerated() { #expect(abs(value - 1.2 * exp(-0.1 * Double(step))) < 1e-6) }
  }

  @Test(arguments: [(10, NARMA.tenth), (30, NARMA())]) func narmaOfReservoirPy(order: Int, system: NARMA) throws {
    let inputs = try Fixture("reservoir/reservoir").doubles("series/narma\(order)/u")
    try expectSeries(system.outputs(of: inputs), "narma\(order)/y")
  }

  @Test func narmaInputs() {
    let (inputs, outputs) = NARMA.tenth.series(2000, key: RandomKey(seed: 4))
    #expect(inputs.count == 2000 && outputs.count == 2000)
    #expect(inputs.allSatisfy { (0..<0.5).contains($0) })
    #expect(abs(inputs.reduce(0, +) / 2000 - 0.25) < 0.01)
    // y(t+1) needs u(t) and u(t-10) only from the inputs that are returned.
    let t = 1500
    let past = outputs[t - 10..<t].reduce(0, +)
    let next = 0.3 * outputs[t] + 0.05 * outputs[t] * past + 1.5 * inputs[t - 10] * inputs[t] + 0.1
    #expect(abs(next - outputs[t + 1]) < 1e-12)
  }

  @Test func lorenzOfNumPy() throws {
    let points = LorenzSystem(timeStep: 0.01).series(200, from: [1, 1, 1])
    try expectSeries(points.flatMap { [$0.x, $0.y, $0.z] }, "lorenz", tolerance: 1e-8)
  }

  /// The attractor: within its known box, on both wings, and neighbours part.
  @Test func lorenzAttractor() {
    let points = LorenzSystem().series(3000, key: RandomKey(seed: 9))
    #expect(points.allSatisfy { abs($0.x) < 21 && abs($0.y) < 28 && $0.z > 0 && $0.z < 50 })
    #expect(points.contains { $0.x > 10 } && points.contains { $0.x < -10 })
    let near = LorenzSystem().series(1500, from: points[0] + LorenzSystem.Point(1e-8, 0, 0))
    #expect(abs(near[5].x - points[5].x) < 1e-6)
    #expect(zip(near, points).contains { abs($0.x - $1.x) > 5 })
    #expect(SequenceBatch(series: points).values.shape == [3000, 1, 3])
  }
}
