import Testing

@testable import RecurrentFormats

@Suite struct ScaleTests {
  @Test func linear() {
    let scale = Scale(.linear, domain: -10...30, from: 400, to: 0)
    #expect(scale.place(of: -10) == 400 && scale.place(of: 30) == 0 && scale.place(of: 10) == 200)
    #expect(scale.place(of: 50) == -200)
    #expect(scale.place(of: .nan) == nil && scale.place(of: .infinity) == nil)
  }

  @Test func logarithmic() throws {
    let scale = Scale(.logarithmic, domain: 0.01...100, from: 0, to: 400)
    for (value, place) in [(0.01, 0.0), (0.1, 100), (1, 200), (100, 400)] {
      #expect(abs(try #require(scale.place(of: value)) - place) < 1e-9)
    }
    #expect(scale.place(of: 0) == nil && scale.place(of: -1) == nil)
  }

  @Test(arguments: [
    (Scale.Kind.linear, 5.0...5.0), (.linear, 0...0), (.linear, -1e300...(-1e300)), (.logarithmic, 5...5),
    (.logarithmic, -5...5), (.logarithmic, 0...0), (.logarithmic, -5...(-1)),
  ])
  func domainsWithoutLengthAreWidened(_ kind: Scale.Kind, _ domain: ClosedRange<Double>) throws {
    let scale = Scale(kind, domain: domain, from: 0, to: 100)
    #expect(scale.domain.lowerBound < scale.domain.upperBound)
    let place = try #require(scale.place(of: scale.domain.upperBound))
    #expect(abs(place - 100) < 1e-6)
  }

  @Test func theWidestDomainHasFinitePlaces() {
    let widest = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
    #expect(Scale(.linear, domain: widest, from: 0, to: 100).place(of: 0) == 50)
  }
}
