import Testing

@testable import RecurrentFormats

@Suite struct TickGeneratorTests {
  private func labels(_ kind: Scale.Kind, _ domain: ClosedRange<Double>, _ count: Int) -> [String] {
    TickGenerator.ticks(for: Scale(kind, domain: domain, from: 0, to: 100), count: count).map(\.label)
  }

  @Test(
    arguments: [
      (0.0...700.0, 8, ["0", "100", "200", "300", "400", "500", "600", "700"]),
      (104...622, 6, ["200", "300", "400", "500", "600"]),
      (0...1, 5, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
      (0.1...0.35, 5, ["0.10", "0.15", "0.20", "0.25", "0.30", "0.35"]),
      (-2_500_000...1_500_000, 4, ["\u{2212}2,000,000", "\u{2212}1,000,000", "0", "1,000,000"]),
      (1949...1960, 6, ["1,950", "1,952", "1,954", "1,956", "1,958", "1,960"]),
      (0...3e9, 3, ["0", "10⁹", "2×10⁹", "3×10⁹"]),
      (0...3e-7, 3, ["0", "10⁻⁷", "2×10⁻⁷", "3×10⁻⁷"]),
    ] as [(ClosedRange<Double>, Int, [String])])
  func linearTicks(_ domain: ClosedRange<Double>, _ count: Int, _ expected: [String]) {
    #expect(labels(.linear, domain, count) == expected)
  }

  @Test(
    arguments: [
      (0.001...10.0, 4, ["0.001", "0.01", "0.1", "1", "10"]),
      (0.0005...0.5, 7, ["0.0005", "0.001", "0.002", "0.005", "0.01", "0.02", "0.05", "0.1", "0.2", "0.5"]),
      (1e-12...1, 3, ["10⁻¹²", "10⁻⁸", "10⁻⁴", "1"]),
      (2...5, 4, ["2", "3", "4", "5"]),
      (100...1_000_000, 4, ["100", "1,000", "10,000", "100,000", "1,000,000"]),
      (1e-300...1e300, 4, ["10⁻³⁰⁰", "10⁻¹⁵⁰", "1", "10¹⁵⁰", "10³⁰⁰"]),
    ] as [(ClosedRange<Double>, Int, [String])])
  func logarithmicTicks(_ domain: ClosedRange<Double>, _ count: Int, _ expected: [String]) {
    #expect(labels(.logarithmic, domain, count) == expected)
  }

  @Test func noMarksBetweenWholeNumbers() {
    let scale = Scale(.linear, domain: 1...3, from: 0, to: 100)
    #expect(TickGenerator.ticks(for: scale, count: 10, minimumStep: 1).map(\.label) == ["1", "2", "3"])
  }

  @Test(arguments: [
    (Scale.Kind.linear, 104.0...622.0, 8, 0.0...700.0),
    (.linear, 0.6...0.83, 5, 0.6...0.85), (.linear, -8...290, 7, -13...300), (.linear, 0...10, 5, 0...10),
    (.linear, 500...622, 5, 500...650), (.linear, -622...(-104), 8, -700...0),
    (.logarithmic, 0.0006...0.35, 8, 0.0005...0.5),
    (.logarithmic, 0.001...10, 8, 0.001...10),
  ])
  func domainsAreRounded(
    _ kind: Scale.Kind, _ domain: ClosedRange<Double>, _ count: Int, _ expected: ClosedRange<Double>
  ) {
    let rounded = TickGenerator.roundedDomain(domain, kind: kind, count: count)
    #expect(abs(rounded.lowerBound - expected.lowerBound) < 1e-9)
    #expect(abs(rounded.upperBound - expected.upperBound) < 1e-9)
  }

  @Test func anyDomainGivesFewRisingMarksInside() {
    var generator = SplitMix64(seed: 3)
    for _ in 0..<3000 {
      let size = Double.random(in: -300...300, using: &generator)
      let values = (0..<2).map { _ in
        Double.random(in: -1...1, using: &generator) * exponent(size + Double.random(in: -3...3, using: &generator))
      }.sorted()
      for kind in [Scale.Kind.linear, .logarithmic] {
        let count = Int.random(in: 2...12, using: &generator)
        let domain = TickGenerator.roundedDomain(values[0]...values[1], kind: kind, count: count)
        let scale = Scale(kind, domain: domain, from: 0, to: 100)
        let ticks = TickGenerator.ticks(for: scale, count: count)
        #expect(ticks.count <= 2 * count + 5, "\(domain)")
        #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0.value < $1.value }, "\(domain)")
        #expect(Set(ticks.map(\.label)).count == ticks.count, "\(ticks.map(\.label))")
        if kind == .linear { #expect(domain.lowerBound <= values[0] && domain.upperBound >= values[1]) }
      }
    }
  }

  private func exponent(_ power: Double) -> Double { Double("1e\(Int(power))") ?? 1 }
}
