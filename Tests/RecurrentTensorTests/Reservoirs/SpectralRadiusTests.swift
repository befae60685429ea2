import Foundation
import RecurrentTensor
import RecurrentTestSupport
import Testing

@Suite struct SpectralRadiusTests {
  /// LAPACK's answer; matrices with a complex dominant pair among them.
  @Test(arguments: ["random", "dense", "rotation", "small", "symmetric", "wide"]) func lapack(name: String) throws {
    let fixture = try Fixture("reservoir/reservoir")
    let value = try fixture.doubles("radius/\(name)/value")[0]
    let found = try fixture.tensor("radius/\(name)/W").spectralRadius()
    #expect(abs(found - value) <= 1e-9 * value, "\(found) is not \(value)")
  }

  /// All eigenvalues of a cycle have the same size: nothing converges before the basis is complete.
  @Test(arguments: [1, 2, 5, 40, 150]) func cycles(size: Int) throws {
    var elements = [Float](repeating: 0, count: size * size)
    for i in 0..<size { elements[i * size + (i + 1) % size] = i == 0 ? 2 : 1 }
    let expected = size == 1 ? 2 : pow(2, 1 / Double(size))
    #expect(abs(try Tensor(elements, shape: [size, size]).spectralRadius() - expected) < 1e-9)
  }

  /// Units outside all cycles have no part in it, whatever their weights.
  @Test func chainsHaveNone() throws {
    let size = 60
    var elements = [Float](repeating: 0, count: size * size)
    for i in 1..<size { elements[i * size + i - 1] = 3 }
    #expect(try Tensor(elements, shape: [size, size]).spectralRadius() == 0)
    elements[5 * size + 5] = -0.5
    #expect(try Tensor(elements, shape: [size, size]).spectralRadius() == 0.5)
    #expect(try Tensor(zeros: [3, 3]).spectralRadius() == 0)
  }

  /// A power of a matrix has the power of its radius, a block of two the larger one, and doubles are as good as floats.
  @Test func laws() throws {
    let a = Tensor(normal: [70, 70], key: RandomKey(seed: 3))
    let radius = try a.spectralRadius()
    #expect(abs(try matmul(a, a).spectralRadius() / (radius * radius) - 1) < 1e-5)
    #expect(abs(try (a * Tensor(-0.25)).spectralRadius() / radius - 0.25) < 1e-9)
    #expect(abs(try a.converted(to: .float64).spectralRadius() / radius - 1) < 1e-12)
    let zeros = Tensor(zeros: [70, 70])
    let blocks = Tensor(
      concatenating: [
        Tensor(concatenating: [a, zeros], axis: 1), Tensor(concatenating: [a, a * Tensor(0.5)], axis: 1),
      ], axis: 0)
    #expect(abs(try blocks.spectralRadius() / radius - 1) < 1e-9)
  }

  @Test func numbersThatAreNotFinite() {
    var elements = [Float](repeating: 1, count: 9)
    elements[5] = .nan
    let error = #expect(throws: SpectralRadiusError.self) { try Tensor(elements, shape: [3, 3]).spectralRadius() }
    #expect(error == .notFinite(row: 1, column: 2))
    #expect(error?.description == "the matrix has no spectral radius: element [1, 2] is not finite")
  }
}
