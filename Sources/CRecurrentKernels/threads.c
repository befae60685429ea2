/* A pool of threads that lives as long as the process. Its members are started when first needed, wait for work by
 * spinning for some microseconds and then sleep.
 *
 * One team at a time owns the pool; another one that is asked for meanwhile, or from inside a body, is its caller
 * alone. The owner writes the job, hands each member it wants a new job number, and takes part as member 0; members
 * report when they have left the body. Members that were not asked sleep on. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "cores.h"
#include "denormals.h"
#include "recurrent_kernels.h"

enum {
  member_limit = 255,
  spin_rounds = 2000, /* of a pause each: some 20 to 100 microseconds */
  stack_size = 4 << 20
};

/* --- waiting: spin, then sleep */

/* A number that one thread changes and another waits to see changed. */
typedef struct signal_word {
  _Alignas(128) _Atomic uint64_t value;
  _Atomic bool sleeping;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
} signal_word;

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}

/* The order "write the value, then look for a sleeper" here and "announce sleep, then look at the value" below are
 * sequentially consistent, so one of the two sees the other. */
static void set_signal(signal_word *word, uint64_t value) {
  atomic_store(&word->value, value);
  if (!atomic_load(&word->sleeping)) return;
  pthread_mutex_lock(&word->mutex);
  pthread_cond_signal(&word->changed);
  pthread_mutex_unlock(&word->mutex);
}

static uint64_t wait_for_change(signal_word *word, uint64_t known, bool may_spin) {
  uint64_t value;
  for (int round = 0; may_spin && round < spin_rounds; round++) {
    if ((value = atomic_load_explicit(&word->value, memory_order_acquire)) != known) return value;
    pause_briefly();
  }
  pthread_mutex_lock(&word->mutex);
  atomic_store(&word->sleeping, true);
  while ((value = atomic_load(&word->value)) == known) pthread_cond_wait(&word->changed, &word->mutex);
  atomic_store(&word->sleeping, false);
  pthread_mutex_unlock(&word->mutex);
  return value;
}

/* --- the pool */

static struct {
  _Atomic int32_t wanted_threads; /* 0: not set yet */
  _Atomic bool taken;             /* by the thread whose job runs; it alone touches what follows */
  int32_t members;                /* threads started so far */
  uint64_t jobs;                  /* handed out so far */
  signal_word asked[member_limit];
  signal_word done;               /* number of the last job that all members have left */

  /* the running job */
  int32_t size; /* of the team */
  void *context;
  void (*body)(void *context, int32_t member, int32_t members);
  bool may_spin;
  _Alignas(128) _Atomic int32_t busy_members;
} pool;

static _Thread_local bool inside_body;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int32_t default_threads;

static void prepare(void) {
  const int32_t cores = rk_usable_cores();
  default_threads = cores <= member_limit ? cores : member_limit + 1;
  for (int k = 0; k <= member_limit; k++) {
    signal_word *word = k < member_limit ? &pool.asked[k] : &pool.done;
    pthread_mutex_init(&word->mutex, NULL);
    pthread_cond_init(&word->changed, NULL);
  }
}

static void *run_member(void *argument) {
  signal_word *asked = argument;
  const int32_t member = (int32_t)(asked - pool.asked) + 1;
  uint64_t job = 0;
  bool may_spin = true;
  inside_body = true;
  rk_flush_denormals();
  for (;;) {
    job = wait_for_change(asked, job, may_spin);
    may_spin = pool.may_spin;
    pool.body(pool.context, member, pool.size);
    if (atomic_fetch_sub(&pool.busy_members, 1) == 1) set_signal(&pool.done, job);
  }
  return NULL;
}

/* Starts threads until there are `wanted`, and returns how many of those there are. Signals are left to the threads of
 * the program. */
static int32_t start_members(int32_t wanted) {
  if (pool.members >= wanted) return wanted;
  sigset_t all, before;
  pthread_attr_t attributes;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stack_size);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  while (pool.members < wanted
         && pthread_create(&thread, &attributes, run_member, &pool.asked[pool.members]) == 0) {
    pool.members++;
  }
  pthread_attr_destroy(&attributes);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return pool.members < wanted ? pool.members : wanted;
}

static void run_with_members(int32_t members, void *context, void (*body)(void *, int32_t, int32_t)) {
  const uint64_t job = ++pool.jobs;
  pool.size = members + 1;
  pool.context = context;
  pool.body = body;
  pool.may_spin = members < default_threads;
  atomic_store_explicit(&pool.busy_members, members, memory_order_relaxed);
  for (int32_t k = 0; k < members; k++) set_signal(&pool.asked[k], job);
  body(context, 0, members + 1);
  wait_for_change(&pool.done, job - 1, pool.may_spin);
}

/* --- the public functions */

int32_t rk_default_threads(void) {
  pthread_once(&once, prepare);
  return default_threads;
}

int32_t rk_threads(void) {
  const int32_t wanted = atomic_load_explicit(&pool.wanted_threads, memory_order_relaxed);
  return wanted > 0 ? wanted : rk_default_threads();
}

void rk_set_threads(int32_t count) {
  const int32_t largest = member_limit + 1;
  atomic_store(&pool.wanted_threads, count < 1 ? 1 : count > largest ? largest : count);
}

void rk_run_team(int32_t wanted, void *context, void (*body)(void *context, int32_t member, int32_t members)) {
  const bool nested = inside_body;
  const rk_float_mode mode = rk_flush_denormals();
  inside_body = true;
  pthread_once(&once, prepare);
  const int32_t size = rk_threads() < wanted ? rk_threads() : wanted;
  bool free = false;
  if (nested || size < 2 || !atomic_compare_exchange_strong(&pool.taken, &free, true)) {
    body(context, 0, 1);
  } else {
    const int32_t members = start_members(size - 1);
    if (members > 0) run_with_members(members, context, body);
    else body(context, 0, 1);
    atomic_store(&pool.taken, false);
  }
  inside_body = nested;
  rk_restore_float_mode(mode);
}

/* --- indices handed out one by one */

typedef struct indices {
  int64_t count;
  void *context;
  void (*body)(void *context, int64_t index);
  _Alignas(128) _Atomic int64_t next;
} indices;

static void take_indices(void *context, int32_t member, int32_t members) {
  (void)member, (void)members;
  indices *all = context;
  for (;;) {
    const int64_t index = atomic_fetch_add_explicit(&all->next, 1, memory_order_relaxed);
    if (index >= all->count) return;
    all->body(all->context, index);
  }
}

void rk_parallel_for(int64_t count, void *context, void (*body)(void *context, int64_t index)) {
  if (count <= 0) return;
  indices all = {.count = count, .context = context, .body = body, .next = 0};
  rk_run_team(count < member_limit ? (int32_t)count : member_limit + 1, &all, take_indices);
}

/* --- barriers */

void rk_wait_at(rk_barrier *barrier, int32_t members) {
  _Atomic uint32_t *arrived = (_Atomic uint32_t *)&barrier->arrived, *passed = (_Atomic uint32_t *)&barrier->passed;
  if (members < 2) return;
  const uint32_t round = atomic_load_explicit(passed, memory_order_relaxed);
  if (atomic_fetch_add_explicit(arrived, 1, memory_order_acq_rel) + 1 == (uint32_t)members) {
    atomic_store_explicit(arrived, 0, memory_order_relaxed);
    atomic_store_explicit(passed, round + 1, memory_order_release);
    return;
  }
  for (int spins = pool.may_spin ? spin_rounds : 0; spins > 0; spins--) {
    if (atomic_load_explicit(passed, memory_order_acquire) != round) return;
    pause_briefly();
  }
  /* More threads than cores, or one that was interrupted: let others run. */
  while (atomic_load_explicit(passed, memory_order_acquire) == round) sched_yield();
}
