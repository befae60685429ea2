import CRecurrentKernels
import Testing

extension ThreadSettingTests {
  /// The number of threads must not change a bit of any result.
  @Suite(.serialized, .guardedBuffers) struct ThreadCountTests {
    /// Runs `compute` with several numbers of threads and compares what it returns.
    private func expectSameBits(_ what: String, _ compute: () -> [Buffer]) {
      defer { rk_set_threads(rk_default_threads()) }
      rk_set_threads(1)
      let expected = compute()
      for threads: Int32 in [2, 3, 8] {
        rk_set_threads(threads)
        for (k, (actual, expected)) in zip(compute(), expected).enumerated() {
          CRecurrentKernelsTests.expectSameBits(actual, expected, "\(what), result \(k), \(threads) threads")
        }
      }
    }

    /// Wide enough for the vector tables to share the work; the references never do.
    private func size(_ kernels: Kernels, _ large: Int, _ small: Int) -> Int { kernels.table.lanes > 1 ? large : small }

    @Test(arguments: Kernels.all, [Cell.lstm, .gruResetAfter, .gruResetBefore, .elman])
    func recurrentLayers(kernels: Kernels, cell: Cell) {
      for (steps, batch, hidden) in [
        (size(kernels, 24, 4), 37, size(kernels, 96 / cell.gates * 2, 10)),
        // Units shared out as well as rows: few rows of many units.
        (9, 2, size(kernels, 160, 5)), (5, 9, size(kernels, 320, 5)),
      ] {
        let plain = RecurrentLayer(cell, steps: steps, batch: batch, input: 33, hidden: hidden, seed: 80)
        var masked = RecurrentBitTests.ragged(plain)
        masked.reverse = true
        masked.dropStates(perStep: hidden > 200)
        for layer in [plain, RecurrentBitTests.ragged(plain), masked] {
          let run = RecurrentRun(kernels, layer)
          expectSameBits("\(kernels.name) \(layer.testDescription)") {
            let output = run.forward(training: true)
            return [output.y, output.hLast] + run.backward(after: output).named.map(\.buffer)
          }
        }
      }
    }

    @Test(arguments: Kernels.all) func connectionistLosses(kernels: Kernels) {
      let targets = (0..<9).map { row in (0..<3 * row).map { Int32(1 + ($0 * 7 + row) % 29) } }
      let problem = CTCTests.Problem(symbols: 30, steps: 60, targets: targets)
      expectSameBits(kernels.name) { [problem.losses(kernels).losses, problem.gradient(kernels)] }
    }

    /// Several independent layers in one call, among as many threads as there may be.
    @Test(arguments: Kernels.all, [Cell.lstm, .gruResetBefore])
    func layersTogether(kernels: Kernels, cell: Cell) {
      let layers = (0..<5).map { number in
        var layer = RecurrentLayer(
          cell, steps: 6, batch: 3 + number * 4, input: 7, hidden: size(kernels, 70, 6), seed: 84 + number)
        layer.reverse = number % 2 == 1
        return number % 3 == 2 ? RecurrentBitTests.ragged(layer) : layer
      }
      let runs = layers.map { RecurrentRun(kernels, $0) }
      let outputs = runs.map { $0.forward(training: true) }
      let gradients = zip(runs, outputs).map { $0.backward(after: $1) }
      defer { rk_set_threads(rk_default_threads()) }
      for threads: Int32 in [1, 2, 3, 8] {
        rk_set_threads(threads)
        let together = RecurrentRun.forward(runs)
        for (output, expected) in zip(together, outputs) {
          CRecurrentKernelsTests.expectSameBits(output.y, expected.y, "\(kernels.name), y, \(threads) threads")
          CRecurrentKernelsTests.expectSameBits(output.hLast, expected.hLast, "\(kernels.name), h_last")
        }
        for (all, expected) in zip(RecurrentRun.backward(runs, after: together), gradients) {
          for (name, buffer) in all.named {
            guard let other = expected[name] else { continue }
            CRecurrentKernelsTests.expectSameBits(buffer, other, "\(kernels.name), \(name), \(threads) threads")
          }
        }
      }
    }

    @Test(arguments: Kernels.all, [1, 1e-20]) func products(kernels: Kernels, magnitude: Double) {
      // Products of two small numbers are denormal: zero, or not, for any number of threads.
      let (m, n, k) = (size(kernels, 150, 20), size(kernels, 170, 30), size(kernels, 190, 10))
      var numbers = Numbers(seed: 81)
      let (a, b) = (kernels.buffer(numbers.reals(m * k, 0, magnitude)), numbers.reals(k * n, 0, magnitude))
      let packed = GemmTests.pack(kernels, b, k, n, transposed: false)
      let plain = kernels.buffer(b)
      expectSameBits("\(kernels.name), magnitude \(magnitude)") {
        let c = kernels.buffer(count: m * n)
        kernels.table.gemm(
          Int64(m), Int64(n), Int64(k), a.pointer, Int64(k), packed.pointer, nil, c.pointer, Int64(n), 0)
        let d = kernels.buffer(count: m * n)
        kernels.table.fill(Int64(m * n), magnitude * magnitude, d.pointer)
        kernels.table.gemm_transposed(
          Int64(m), Int64(n), Int64(k), a.pointer, Int64(m), plain.pointer, Int64(n), d.pointer, Int64(n))
        return [c, d]
      }
    }

    /// A linear network of denormal states and gradients.
    @Test(arguments: Kernels.all) func denormalStates(kernels: Kernels) {
      var layer = RecurrentLayer(
        .elman(RK_IDENTITY, "identity"), steps: size(kernels, 24, 4), batch: 37, input: 33,
        hidden: size(kernels, 160, 10), seed: 83)
      for path in [\RecurrentLayer.h0, \.dy, \.dhLast, \.inputBias, \.hiddenBias] {
        layer[keyPath: path] = layer[keyPath: path]?.map { $0 * 0x1p-127 }
      }
      layer.x = layer.x.map { $0 * 0x1p-127 }
      let run = RecurrentRun(kernels, layer)
      expectSameBits("\(kernels.name)") {
        let output = run.forward(training: true)
        return [output.y, output.hLast] + run.backward(after: output).named.map(\.buffer)
      }
    }

    @Test(arguments: Kernels.all) func rowsAndSums(kernels: Kernels) {
      let (rows, n) = (size(kernels, 300, 5), size(kernels, 257, 17))
      var numbers = Numbers(seed: 82)
      let (x, dy) = (kernels.buffer(numbers.reals(rows * n)), kernels.buffer(numbers.reals(rows * n)))
      let indices = (0..<rows).map { _ in Int32(numbers.integer(-1...6)) }
      let (R, N) = (Int64(rows), Int64(n))
      expectSameBits(kernels.name) {
        let table = kernels.table
        var results: [Buffer] = []
        func result(_ count: Int, added: Bool = false) -> UnsafeMutableRawPointer {
          let buffer = kernels.buffer(count: count)
          if added { table.fill(Int64(count), 0.5, buffer.pointer) }
          results.append(buffer)
          return buffer.pointer
        }
        table.softmax(R, N, x.pointer, result(rows * n))
        let normalizers = result(2 * rows)
        table.cross_entropy(R, N, 0.1, x.pointer, indices, result(rows), normalizers)
        table.cross_entropy_backward(R, N, 0.1, x.pointer, normalizers, indices, dy.pointer, result(rows * n))
        table.reduce(RK_SUM, R, N, 1, x.pointer, result(rows))
        table.reduce(RK_SUM, 1, R, N, x.pointer, result(n))
        let (mean, rstd) = (result(rows), result(rows))
        table.layer_norm(R, N, 1e-5, x.pointer, nil, nil, result(rows * n), mean, rstd)
        table.layer_norm_backward(
          R, N, x.pointer, nil, mean, rstd, dy.pointer, result(rows * n, added: true), result(n, added: true),
          result(n, added: true))
        table.scatter_add(R, N, dy.pointer, indices, result(7 * n, added: true))
        table.unary(RK_TANH, 0, R * N, x.pointer, result(rows * n))
        table.sgd(R * N, 0.1, 0, 0, 0, 0.1, 1, dy.pointer, nil, result(rows * n, added: true))
        let norm = table.squared_norm(R * N, x.pointer)
        return results + [Buffer(RK_FLOAT64, [norm])]
      }
    }

    @Test(arguments: Kernels.all) func reservoirs(kernels: Kernels) {
      // Units enough for the product of a dense matrix to be shared.
      let problem = ReservoirProblem(
        steps: 2, batch: 9, units: size(kernels, 500, 12), share: 0.05, lengths: [0, 1, 2, 1, 2, 1, 2, 0, 1])
      for isDense in [false, true] {
        expectSameBits("\(kernels.name) reservoir") {
          let result = problem.run(kernels, isDense: isDense)
          return [result.states, result.last]
        }
      }
    }

    @Test(arguments: Kernels.all) func leastSquares(kernels: Kernels) {
      let (rows, n) = (size(kernels, 300, 20), size(kernels, 250, 10))
      var numbers = Numbers(seed: 98)
      let x = kernels.buffer(numbers.reals(rows * n))
      expectSameBits("\(kernels.name) least squares") {
        let workspace = Buffer(RK_FLOAT64, count: Int(kernels.table.gram_workspace(Int64(n))))
        let a = Buffer(RK_FLOAT64, (0..<n * n).map { $0 % (n + 1) == 0 ? 1 : 0 })
        let (sums, scratch) = (
          a.pointer.assumingMemoryBound(to: Double.self), workspace.pointer.assumingMemoryBound(to: Double.self)
        )
        kernels.table.gram(Int64(rows), Int64(n), x.pointer, sums, scratch)
        let gram = a.copy()
        #expect(kernels.table.cholesky(Int64(n), sums, scratch) == -1)
        return [gram, a]
      }
    }
  }
}
