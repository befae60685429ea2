// Preloaded into a process (LD_PRELOAD), makes one of its system calls on files go wrong, or all from one on.
//
// Calls that change files are counted: those that open for writing, write, synchronise, move, make, cut and remove. What
// happens at which of them comes from the environment:
//
//   FAULT_CALL    the name of a call (`write`, `rename` ...), or nothing for any of them
//   FAULT_PATH    part of a path: only calls on paths that hold it are counted (for a move: the destination)
//   FAULT_NUMBER  the call at which it happens, from 1
//   FAULT_ONWARD  1: at all later ones as well
//   FAULT_ACTION  kill           the process is killed before the call
//                 kill-after     ... after it
//                 torn           half of the bytes are written, then the process is killed; other calls: as kill
//                 short          half of the bytes are written, and the call says so; other calls are left alone
//                 error NUMBER   the call does nothing and fails with this errno
//                 signal NUMBER  the process sends itself a signal after the call
//   FAULT_LOG     a file to which a line `number call result path` is added for each counted call, once it is done;
//                 a process that is killed loses none of them
//
// What is written to standard error is left alone, so that a test can read what the program says.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef enum { LET_PASS, FAIL, KILL, KILL_AFTER, WRITE_HALF, WRITE_HALF_AND_KILL, SIGNAL_AFTER } Action;

static struct {
  const char *call, *path;
  long number;
  bool onward;
  Action action;
  int argument;
  int log;
} plan;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long counted, matched;

// The paths of files that are open for writing, for the log.
enum { DESCRIPTORS = 1024 };
static char *written_paths[DESCRIPTORS];

static void end_process(void) {
  kill(getpid(), SIGKILL);
  pause();
}

__attribute__((constructor)) static void read_plan(void) {
  const char *number = getenv("FAULT_NUMBER"), *action = getenv("FAULT_ACTION"), *log = getenv("FAULT_LOG");
  plan.call = getenv("FAULT_CALL");
  plan.path = getenv("FAULT_PATH");
  plan.number = number ? atol(number) : 0;
  plan.onward = getenv("FAULT_ONWARD") != NULL;
  plan.log = log ? (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666) : -1;
  if (!action) {
    plan.number = 0;
  } else if (sscanf(action, "error %d", &plan.argument) == 1) {
    plan.action = FAIL;
  } else if (sscanf(action, "signal %d", &plan.argument) == 1) {
    plan.action = SIGNAL_AFTER;
  } else if (strcmp(action, "kill") == 0) {
    plan.action = KILL;
  } else if (strcmp(action, "kill-after") == 0) {
    plan.action = KILL_AFTER;
  } else if (strcmp(action, "torn") == 0) {
    plan.action = WRITE_HALF_AND_KILL;
  } else if (strcmp(action, "short") == 0) {
    plan.action = WRITE_HALF;
  } else {
    fprintf(stderr, "faults.c: no such action: %s\n", action);
    _exit(64);
  }
}

typedef struct {
  const char *call, *path;
  long number;
  Action action;
} Point;

// Counts a call, and says what is to happen at it.
static Point arrive(const char *call, const char *path) {
  Point point = {call, path ? path : "?", 0, LET_PASS};
  pthread_mutex_lock(&lock);
  point.number = ++counted;
  bool fits = (!plan.call || strcmp(plan.call, call) == 0) && (!plan.path || strstr(point.path, plan.path));
  if (fits) {
    matched++;
    if (plan.number > 0 && (matched == plan.number || (plan.onward && matched > plan.number))) point.action = plan.action;
  }
  pthread_mutex_unlock(&lock);
  if (point.action == KILL) end_process();
  return point;
}

// Notes a call that is done, and does what is to happen after it.
static void leave(Point point, long result) {
  int error = errno;
  if (plan.log >= 0) {
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%ld %s %ld %s\n", point.number, point.call, result, point.path);
    if (length > 0) syscall(SYS_write, plan.log, line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
  }
  if (point.action == KILL_AFTER || point.action == WRITE_HALF_AND_KILL) end_process();
  if (point.action == SIGNAL_AFTER) kill(getpid(), plan.argument);
  errno = error;
}

// A call with its fault: `work` is the real call.
#define CALL(type, point, work)       \
  type result = -1;                   \
  if (point.action == FAIL)           \
    errno = plan.argument;            \
  else                                \
    result = work;                    \
  leave(point, (long)result);         \
  return result

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

// Opening

static bool writes(int flags) { return (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)); }

static void remember(int descriptor, const char *path) {
  if (descriptor < 0 || descriptor >= DESCRIPTORS) return;
  free(written_paths[descriptor]);
  written_paths[descriptor] = path ? strdup(path) : NULL;
}

static int open_at(int folder, const char *path, int flags, mode_t mode) {
  if (!writes(flags)) {
    // A folder is opened for reading to be synchronised.
    int descriptor = (int)syscall(SYS_openat, folder, path, flags, mode);
    if (flags & O_DIRECTORY) remember(descriptor, path);
    return descriptor;
  }
  Point point = arrive("open", path);
  int descriptor = -1;
  if (point.action == FAIL)
    errno = plan.argument;
  else
    descriptor = (int)syscall(SYS_openat, folder, path, flags, mode);
  if (descriptor >= 0) remember(descriptor, path);
  leave(point, descriptor);
  return descriptor;
}

static mode_t mode_of(int flags, va_list arguments) {
  return flags & (O_CREAT | O_TMPFILE) ? (mode_t)va_arg(arguments, int) : 0;
}

int open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_at(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_at(folder, path, flags, mode);
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));
int openat64(int folder, const char *path, int flags, ...) __attribute__((alias("openat")));

// Calls on open files

static const char *path_of(int descriptor) {
  if (descriptor == STDOUT_FILENO) return "standard output";
  return descriptor >= 0 && descriptor < DESCRIPTORS ? written_paths[descriptor] : NULL;
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
  const char *path = path_of(descriptor);
  if (!path) return syscall(SYS_write, descriptor, bytes, count);
  Point point = arrive("write", path);
  if (point.action == WRITE_HALF || point.action == WRITE_HALF_AND_KILL) count = (count + 1) / 2;
  CALL(ssize_t, point, syscall(SYS_write, descriptor, bytes, count));
}

int fsync(int descriptor) {
  Point point = arrive("fsync", path_of(descriptor));
  CALL(int, point, (int)syscall(SYS_fsync, descriptor));
}

int close(int descriptor) {
  const char *path = path_of(descriptor);
  if (!path || descriptor == STDOUT_FILENO) return (int)syscall(SYS_close, descriptor);
  Point point = arrive("close", path);
  // The descriptor is gone even where the call says that it failed.
  int result = (int)syscall(SYS_close, descriptor);
  if (point.action == FAIL) {
    result = -1;
    errno = plan.argument;
  }
  leave(point, result);
  remember(descriptor, NULL);
  return result;
}

// Calls on names

int rename(const char *from, const char *to) {
  Point point = arrive("rename", to);
  CALL(int, point, REAL(rename)(from, to));
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
  Point point = arrive("renameat2", to);
  CALL(int, point, (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
}

int mkdir(const char *path, mode_t mode) {
  Point point = arrive("mkdir", path);
  CALL(int, point, REAL(mkdir)(path, mode));
}

int unlink(const char *path) {
  Point point = arrive("unlink", path);
  CALL(int, point, REAL(unlink)(path));
}

int rmdir(const char *path) {
  Point point = arrive("rmdir", path);
  CALL(int, point, REAL(rmdir)(path));
}

int truncate(const char *path, off_t length) {
  Point point = arrive("truncate", path);
  CALL(int, point, REAL(truncate)(path, length));
}

int ftruncate(int descriptor, off_t length) {
  Point point = arrive("ftruncate", path_of(descriptor));
  CALL(int, point, (int)syscall(SYS_ftruncate, descriptor, length));
}
