import RecurrentTensor
import Testing

struct TensorTests {
  @Test func aCopyDoesNotChangeWithTheOriginal() {
    var original = Tensor([1, 2, 3])
    let copy = original
    #expect(original.pointer == copy.pointer)
    original.withMutableScalars { $0[0] = 9 }
    #expect(original.scalars == [9, 2, 3])
    #expect(copy.scalars == [1, 2, 3])
  }

  @Test func theOnlyOwnerIsChangedInPlace() {
    var tensor = Tensor([1, 2, 3])
    let address = tensor.pointer
    let stamp = tensor.storage.stamp
    tensor.makeUnique()
    #expect(tensor.pointer == address)
    #expect(tensor.storage.stamp != stamp)
    let isOnlyOwner = tensor.isOnlyOwner()
    #expect(isOnlyOwner)
  }

  @Test func aPartMadeUniqueHoldsOnlyItself() {
    let whole = Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2])
    var part = whole[1]
    part.withMutableScalars { $0[0] = 9 }
    #expect(part.scalars == [9, 4])
    #expect(part.storage.capacity == 2)
    #expect(whole.scalars == [1, 2, 3, 4, 5, 6])
  }

  @Test func conversions() {
    let tensor = Tensor([0.1, 0.2])
    let double = tensor.converted(to: .float64)
    #expect(double.elementType == .float64)
    #expect(double.doubles == [Double(Float(0.1)), Double(Float(0.2))])
    #expect(double.converted(to: .float32).scalars == tensor.scalars)
    #expect(double.scalars == tensor.scalars)
    #expect(Tensor(doubles: [0.1], shape: []).scalar == 0.1)
    #expect(tensor.converted(to: .float32).pointer == tensor.pointer)
  }

  @Test func waysToMakeOne() {
    #expect(Tensor(zeros: [2, 2]).scalars == [0, 0, 0, 0])
    #expect(Tensor(repeating: 3, shape: [2]).scalars == [3, 3])
    #expect(Tensor(7).shape == [])
    #expect(Tensor(7).scalar == 7)
    #expect(Tensor([7], shape: [1, 1]).scalar == 7)
    #expect(Tensor([1, 2], shape: [2, 1]).description == "Tensor[2, 1] 1.0 2.0")
    #expect(Tensor(zeros: [30]).description.hasSuffix(" …"))
    #expect(Tensor([]).count == 0)
  }

  @Test func misuseTraps() async {
    await #expect(processExitsWith: .failure) { _ = Tensor([1, 2, 3], shape: [2]) }
    await #expect(processExitsWith: .failure) { _ = Tensor([1, 2]).scalar }
    await #expect(processExitsWith: .failure) { Tensor([1]).converted(to: .float64).withScalars { _ in } }
  }
}
