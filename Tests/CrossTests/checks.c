/* Arrays, numbers and expectations of the checks, and the program itself:
 *
 *     agreement [TABLE ...]
 *
 * checks the named tables, or every float table that this processor runs, and ends with 1 when something differs. */
#include "checks.h"

#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

const rk_kernels *sides[2];

/* --- arrays */

enum { array_limit = 4096, guard_bytes = 64, unwritten = 0xff };

typedef struct array {
  uint8_t *pages;
  size_t size, start; /* of the pages in front of the fence; where the array begins */
} array;

static array arrays[array_limit];
static int array_count;
static size_t page_size;

static void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void stop(const char *reason) {
  fprintf(stderr, "%s\n", reason);
  exit(70);
}

void *elements(int side, int64_t count) {
  if (array_count == array_limit) stop("too many arrays in one check");
  const size_t bytes = (size_t)count * (side ? sizeof(double) : sizeof(float));
  const size_t size = (bytes + guard_bytes + page_size - 1) / page_size * page_size;
  uint8_t *pages = mmap(NULL, size + page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED || mprotect(pages + size, page_size, PROT_NONE) != 0) stop("no memory for an array");
  memset(pages, unwritten, size);
  arrays[array_count++] = (array){pages, size, size - bytes};
  return pages + size - bytes;
}

static void release_arrays(void) {
  for (int i = 0; i < array_count; i++) {
    const uint8_t *guard = arrays[i].pages + arrays[i].start - guard_bytes;
    for (int byte = 0; byte < guard_bytes; byte++) {
      if (guard[byte] != unwritten) {
        fail("something was written before an array");
        break;
      }
    }
    munmap(arrays[i].pages, arrays[i].size + page_size);
  }
  array_count = 0;
}

twin empty(int64_t count) { return (twin){count, {elements(0, count), elements(1, count)}}; }

static void set(twin t, int64_t i, double value) {
  ((float *)t.at[0])[i] = (float)value;
  ((double *)t.at[1])[i] = (double)(float)value;
}

twin filled(int64_t count, double value) {
  const twin t = empty(count);
  for (int64_t i = 0; i < count; i++) set(t, i, value);
  return t;
}

twin listed(int64_t count, const double *values) {
  const twin t = empty(count);
  for (int64_t i = 0; i < count; i++) set(t, i, values[i]);
  return t;
}

twin copied(twin original) {
  if (!original.at[0]) return absent;
  const twin t = empty(original.count);
  memcpy(t.at[0], original.at[0], (size_t)t.count * sizeof(float));
  memcpy(t.at[1], original.at[1], (size_t)t.count * sizeof(double));
  return t;
}

/* --- numbers: SplitMix64 (Steele, Lea, Flood 2014) */

static uint64_t number_state;

void seed_numbers(uint64_t seed) { number_state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1; }

static uint64_t next_number(void) {
  uint64_t z = number_state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

int64_t whole(int64_t low, int64_t high) { return low + (int64_t)(next_number() % (uint64_t)(high - low + 1)); }

twin reals(int64_t count, double low, double high) {
  const twin t = empty(count);
  for (int64_t i = 0; i < count; i++) set(t, i, low + (high - low) * (double)(next_number() >> 40) * 0x1p-24);
  return t;
}

twin wholes(int64_t count, int64_t limit) {
  const twin t = empty(count);
  for (int64_t i = 0; i < count; i++) set(t, i, (double)whole(-limit, limit));
  return t;
}

/* --- checks */

enum { said_at_most = 40 };
static char check_name[256];
static int passed, failed, failures_here, said, is_open;

static void fail(const char *format, ...) {
  failures_here++;
  if (said++ >= said_at_most) return;
  va_list arguments;
  va_start(arguments, format);
  printf("%s: %s: ", sides[0]->name, check_name);
  vprintf(format, arguments);
  printf("\n");
  va_end(arguments);
}

static void close_check(void) {
  release_arrays();
  if (is_open && failures_here) failed++;
  else if (is_open) passed++;
  failures_here = is_open = 0;
}

void begin_check(const char *format, ...) {
  close_check();
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(check_name, sizeof check_name, format, arguments);
  va_end(arguments);
  is_open = 1;
}

/* Somebody touched the page behind an array: say in which check. */
static void report_crash(int number) {
  static const char text[] = ": an array was overrun, or the program crashed\n";
  const int is_told = write(STDOUT_FILENO, check_name, strlen(check_name)) > 0
                      && write(STDOUT_FILENO, text, sizeof text - 1) > 0;
  _exit(is_told ? 128 + number : 70);
}

int end_checks(void) {
  close_check();
  printf("%s: %d passed, %d failed\n", sides[0]->name, passed, failed);
  const int result = failed;
  passed = failed = said = 0;
  return result;
}

void expect_close(const char *what, twin actual, double absolute, double relative) {
  const float *a = actual.at[0];
  const double *b = actual.at[1];
  for (int64_t i = 0; i < actual.count; i++) {
    const double value = (double)a[i], expected = isfinite(a[i]) ? b[i] : (double)(float)b[i];
    if (value == expected || (isnan(value) && isnan(expected))) continue;
    if (fabs(value - expected) <= absolute + relative * fabs(expected)) continue;
    fail("%s: element %lld is %.9g, not %.9g", what, (long long)i, value, expected);
    return;
  }
}

void expect_agreement(const char *what, twin actual, double tolerance) {
  double largest = 1;
  for (int64_t i = 0; i < actual.count; i++) largest = fmax(largest, fabs(((const double *)actual.at[1])[i]));
  expect_close(what, actual, tolerance * largest, tolerance);
}

void expect_bits(const char *what, const void *actual, const void *expected, int64_t count) {
  const uint32_t *a = actual, *b = expected;
  for (int64_t i = 0; i < count; i++) {
    if (a[i] == b[i]) continue;
    fail("%s: the bits of element %lld are %08x, not %08x", what, (long long)i, a[i], b[i]);
    return;
  }
}

void expect_true(const char *what, int is_true) {
  if (!is_true) fail("%s", what);
}

/* --- the program */

static int is_wanted(const rk_kernels *table, int count, char **names) {
  for (int i = 1; i < count; i++) {
    if (strcmp(names[i], table->name) == 0) return 1;
  }
  return count == 1 && table->element == RK_FLOAT32;
}

int main(int count, char **names) {
  page_size = (size_t)sysconf(_SC_PAGESIZE);
  setvbuf(stdout, NULL, _IOLBF, 0);
  signal(SIGSEGV, report_crash);
  signal(SIGBUS, report_crash);
  int found = 0, failures = 0;
  for (int32_t i = 0; i < rk_kernels_count(); i++) {
    if (!is_wanted(rk_kernels_at(i), count, names)) continue;
    sides[0] = rk_kernels_at(i);
    sides[1] = rk_kernels_reference(RK_FLOAT64);
    check_elements();
    check_rows();
    check_products();
    check_optimizers();
    check_random();
    check_layers();
    check_layer_bits();
    check_programs();
    failures += end_checks();
    found++;
  }
  if (found < (count > 1 ? count - 1 : 1)) {
    fprintf(stderr, "a table that was asked for does not run on this processor\n");
    return 1;
  }
  return failures > 0;
}
