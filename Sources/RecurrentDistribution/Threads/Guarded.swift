#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A value that several threads share, and that they can wait to see changed.
// Unchecked: `value` is touched with `mutex` held, and the two pointers never change.
final class Guarded<Value>: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var value: Value

  init(_ value: Value) {
    self.value = value
    pthread_mutex_init(mutex, nil)
    let attributes = UnsafeMutablePointer<pthread_condattr_t>.allocate(capacity: 1)
    defer { attributes.deallocate() }
    pthread_condattr_init(attributes)
    #if !canImport(Darwin)
      // A wait must not end early or late because somebody sets the clock.
      pthread_condattr_setclock(attributes, CLOCK_MONOTONIC)
    #endif
    pthread_cond_init(changed, attributes)
    pthread_condattr_destroy(attributes)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// Reads the value.
  func read<Result>(_ body: (Value) -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body(value)
  }

  /// Changes the value, and lets all who wait look at it.
  @discardableResult
  func change<Result>(_ body: (inout Value) -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer {
      pthread_cond_broadcast(changed)
      pthread_mutex_unlock(mutex)
    }
    return body(&value)
  }

  /// Waits until `body` gives something.
  func wait<Result>(_ body: (inout Value) -> Result?) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if let result = body(&value) { return result }
      pthread_cond_wait(changed, mutex)
    }
  }

  /// Waits until `body` gives something, or for some seconds at most.
  func wait<Result>(seconds: Double, _ body: (inout Value) -> Result?) -> Result? {
    let end = MonotonicTime.now + seconds
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if let result = body(&value) { return result }
      let left = end - MonotonicTime.now
      if left <= 0 { return nil }
      wait(atMost: left)
    }
  }

  private func wait(atMost seconds: Double) {
    #if canImport(Darwin)
      var time = MonotonicTime.timespec(seconds)
      pthread_cond_timedwait_relative_np(changed, mutex, &time)
    #else
      var time = MonotonicTime.timespec(MonotonicTime.now + seconds)
      pthread_cond_timedwait(changed, mutex, &time)
    #endif
  }
}

/// The clock of the machine, which never goes back.
enum MonotonicTime {
  /// Seconds since some moment.
  static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Lets the calling thread sleep.
  static func sleep(seconds: Double) {
    var time = timespec(seconds)
    nanosleep(&time, nil)
  }

  static func timespec(_ seconds: Double) -> timespec {
    let whole = seconds.rounded(.down)
    return .init(tv_sec: Int(whole), tv_nsec: Int((seconds - whole) * 1e9))
  }

  private static func timespec() -> timespec { .init(tv_sec: 0, tv_nsec: 0) }
}
