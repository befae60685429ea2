#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import RecurrentFormats

/// A thread of the system that runs `body` and ends. Waiting for other processes would hold up a whole pool of threads.
// Unchecked: the name of a thread never changes; it is a pointer where the system makes it one.
struct OwnThread: @unchecked Sendable {
  private let thread: pthread_t

  /// Starts the thread, to which no signal of the process is delivered.
  ///
  /// - Throws: `CommunicationError.threadRefused` where the system has no more threads for this process.
  init(stackSize: Int = 1 << 20, _ body: @escaping @Sendable () -> Void) throws(CommunicationError) {
    let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
    defer { attributes.deallocate() }
    pthread_attr_init(attributes)
    pthread_attr_setstacksize(attributes, stackSize)
    pthread_attr_setdetachstate(attributes, Int32(PTHREAD_CREATE_DETACHED))
    let body = Unmanaged.passRetained(Body(body))
    let argument = body.toOpaque()
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    #if canImport(Darwin)
      var thread: pthread_t?
      let failure = pthread_create(&thread, attributes, { runBody($0) }, argument)
    #else
      var thread = pthread_t()
      let failure = pthread_create(&thread, attributes, { runBody($0) }, argument)
    #endif
    pthread_sigmask(SIG_SETMASK, &before, nil)
    pthread_attr_destroy(attributes)
    guard failure == 0 else {
      body.release()
      throw .threadRefused(reason: SystemError(code: failure).message)
    }
    #if canImport(Darwin)
      guard let thread else { throw .threadRefused(reason: "it names none") }
    #endif
    self.thread = thread
  }

  /// Whether the caller is this thread.
  var isCurrent: Bool { pthread_equal(thread, pthread_self()) != 0 }
}

private final class Body: Sendable {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func runBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
  return nil
}
