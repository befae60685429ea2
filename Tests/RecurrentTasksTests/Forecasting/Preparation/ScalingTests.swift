import Foundation
import RecurrentTasks
import Testing

@Suite struct ScalingTests {
  @Test func byHand() {
    #expect(AffineScale.fit(.minMax, to: [2, 6, 4]) == AffineScale(offset: 2, scale: 4))
    // Mean 5, squared distances 9 1 1 1 0 0 4 16, their mean 4: the textbook example of a population deviation.
    #expect(AffineScale.fit(.standard, to: [2, 4, 4, 4, 5, 5, 7, 9]) == AffineScale(offset: 5, scale: 2))
    #expect(AffineScale.fit(.none, to: [2, 6]) == .identity)
    #expect(AffineScale.fit(.window, to: [2, 4, 4, 4, 5, 5, 7, 9]) == AffineScale(offset: 5, scale: 2))
    #expect(AffineScale(offset: 2, scale: 4).scaled(4) == 0.5)
    #expect(AffineScale(offset: 2, scale: 4).restored(0.5) == 4)
  }

  /// Counts are told by their mean size: 0 stays 0.
  @Test func meanSize() {
    #expect(AffineScale.fit(.mean, to: [0, 2, -4, 6]) == AffineScale(offset: 0, scale: 3))
    #expect(AffineScale.fit(.mean, to: [0, 0]) == .identity)
    #expect(AffineScale.fit(.mean, to: [1e308, 1e308]) == .identity)
  }

  /// Missing values count neither in windows nor where all of one are missing.
  @Test func windowsWithMissingValues() {
    let normalization = WindowNormalization(epsilon: 0.5)
    #expect(normalization.scale(of: [.nan, 2, 4, .nan]) == AffineScale(offset: 3, scale: 1.5))
    #expect(normalization.scale(of: [.nan, .nan]) == .identity)
  }

  @Test(arguments: Scaling.allCases.filter { $0 != .mean })
  func constantSeriesBecomeZeroAndComeBack(scaling: Scaling) {
    for value in [0.1, 0, -7, 1e300, 5e-300] {
      let scale = AffineScale.fit(scaling, to: Array(repeating: value, count: 7))
      #expect(scaling == .none || scale.scaled(value) == 0)
      #expect(scale.restored(scale.scaled(value)) == value)
    }
    #expect(AffineScale.fit(scaling, to: []) == .identity)
    // A third of one, added up in two ways: the difference is no signal.
    let noise = AffineScale.fit(scaling, to: [0.1 + 0.2, 0.3])
    #expect(noise.scale == 1)
  }

  @Test(arguments: [Scaling.minMax, .standard])
  func extremeValuesDoNotTrap(scaling: Scaling) {
    for values in [[1e-200, 3e-200], [-1e308, 1e308], [1e200, 3e200], [.leastNonzeroMagnitude, 0]] {
      let scale = AffineScale.fit(scaling, to: values)
      #expect(scale.scale > 0 && scale.scale.isFinite && scale.offset.isFinite)
    }
    #expect(abs(AffineScale.fit(.standard, to: [1e-200, 3e-200]).scaled(3e-200) - 1) < 1e-12)
    #expect(abs(AffineScale.fit(.standard, to: [1e200, 3e200]).scaled(3e200) - 1) < 1e-12)
  }

  @Test func aStoredScaleMustHaveAnInverse() throws {
    let scale = AffineScale(offset: 1.5, scale: 0.1)
    #expect(try JSONDecoder().decode(AffineScale.self, from: JSONEncoder().encode(scale)) == scale)
    let altered = Data(#"{"offset":1,"scale":0}"#.utf8)
    #expect(throws: DecodingError.self) { _ = try JSONDecoder().decode(AffineScale.self, from: altered) }
  }

  @Test func windowsHaveTheirOwnScale() {
    let scale = WindowNormalization(epsilon: 0.5).scale(of: [2, 4, 4, 4, 5, 5, 7, 9])
    #expect(scale == AffineScale(offset: 5, scale: 2.5))
    #expect(WindowNormalization().scale(of: [3, 3]) == AffineScale(offset: 3, scale: 0.1))
  }
}
