import RecurrentTensor
import Testing

struct ShapeTests {
  @Test func sizes() {
    let shape: Shape = [4, 3, 2]
    #expect(shape.rank == 3)
    #expect(shape.elementCount == 24)
    #expect(shape.dimensions == [4, 3, 2])
    #expect(shape[0] == 4 && shape[2] == 2 && shape[-1] == 2 && shape[-3] == 4)
    #expect("\(shape)" == "[4, 3, 2]")
    #expect(Shape([]).elementCount == 1 && Shape([]).rank == 0)
    #expect(Shape([5, 0]).elementCount == 0)
    let six: Shape = [1, 2, 3, 4, 5, 6]
    #expect(six.dimensions == [1, 2, 3, 4, 5, 6])
    #expect(six.elementCount == 720)
    #expect(six.elementCount(of: 3..<6) == 120)
    #expect(six.elementCount(of: 2..<2) == 1)
  }

  @Test func equalityIgnoresHowAShapeWasMade() {
    var changed: Shape = [7, 3, 2]
    changed[0] = 4
    #expect(changed == [4, 3, 2])
    #expect(Set([changed, [4, 3, 2]]).count == 1)
    #expect(changed.removing(axis: -1) == [4, 3])
    #expect(changed.removing(axis: 0) == [3, 2])
    #expect(changed.removing(axis: 0).removing(axis: 0).removing(axis: 0) == [])
    #expect(changed.inserting(9, at: 0) == [9, 4, 3, 2])
    #expect(changed.inserting(9, at: 3) == [4, 3, 2, 9])
    #expect(changed.inserting(9, at: 1).removing(axis: 1) == changed)
    #expect(changed.replacing(axis: 1, with: 8) == [4, 8, 2])
    #expect(changed != [4, 3, 2, 1])
    #expect(Shape([1]) != [])
    let six: Shape = [1, 2, 3, 4, 5, 6]
    #expect(six.removing(axis: 0).inserting(1, at: 0) == six)
    #expect(six.removing(axis: 4).inserting(5, at: 4) == six)
  }

  @Test func broadcasting() {
    #expect(Shape([2, 1]).broadcast(with: [3], in: "test") == [2, 3])
    #expect(Shape([]).broadcast(with: [2, 3], in: "test") == [2, 3])
    #expect(Shape([2, 3]).broadcast(with: [], in: "test") == [2, 3])
    #expect(Shape([0, 3]).broadcast(with: [1, 1], in: "test") == [0, 3])
    #expect(Shape([1, 1]).broadcast(with: [0, 3], in: "test") == [0, 3])
    #expect(Shape([4, 1, 3]).broadcast(with: [2, 1], in: "test") == [4, 2, 3])
  }

  @Test func strides() {
    #expect(Shape([4, 3, 2]).strides == [6, 2, 1, 0, 0, 0, 0, 0])
    #expect(Shape([3, 1]).strides(stretchedTo: [2, 3, 4]) == [0, 1, 0, 0, 0, 0, 0, 0])
  }

  /// Asynchronous functions keep variables in memory that is aligned to 16 bytes; what needs more crashes there.
  @Test func fitsIntoAsynchronousFunctions() async {
    #expect(MemoryLayout<Shape>.alignment <= 16)
    #expect(MemoryLayout<Tensor>.alignment <= 16)
    let shapes: [Shape] = [[1, 2], [3, 4, 5]]
    var total = 0
    for shape in shapes { total += await elementCount(of: shape, shape) }
    #expect(total == 124)
  }

  private func elementCount<Value: Sendable>(of value: Value, _ shape: Shape) async -> Int {
    await Task.yield()
    return shape.elementCount + ((value as? Shape)?.elementCount ?? 0)
  }

  @Test func messagesNameOperationAxisAndSizes() {
    let shape: Shape = [4, 3]
    #expect(
      ShapeError(operation: "linear", actual: shape, reason: .dimension(axis: 1, name: "features", expected: 5))
        .description == "linear: axis 1 (features) of shape [4, 3] is 3, expected 5")
    #expect(
      ShapeError(operation: "matmul", actual: shape, reason: .rank(expected: 3)).description
        == "matmul: expected 3 axes, got shape [4, 3] with 2")
    #expect(
      ShapeError(operation: "+", actual: shape, reason: .incompatible([2])).description
        == "+: shapes [2] and [4, 3] do not fit together")
    #expect(throws: ShapeError(operation: "Tensor", actual: shape, reason: .elementCount(expected: 12, actual: 1))) {
      try Tensor(validating: [1], shape: shape)
    }
  }

  @Test func whatIsImpossibleTraps() async {
    await #expect(processExitsWith: .failure) { _ = Shape([1, 2, 3, 4, 5, 6, 7]) }
    await #expect(processExitsWith: .failure) { _ = Shape([-1]) }
    await #expect(processExitsWith: .failure) { _ = Shape([1 << 40]) }
    await #expect(processExitsWith: .failure) { _ = Shape([2, 3])[2] }
    await #expect(processExitsWith: .failure) { _ = Shape([2, 3]).broadcast(with: [2], in: "test") }
  }
}
