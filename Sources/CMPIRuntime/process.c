/* What is asked of the system about this process and its threads. */
#define _GNU_SOURCE
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>
#if defined(__linux__)
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include "mpi_runtime.h"

void mpi_thread_sleep_exactly(void) {
#if defined(__linux__)
  /* Without this a sleep may take 50 microseconds longer than it was asked to. */
  prctl(PR_SET_TIMERSLACK, 1000UL, 0, 0, 0);
#endif
}

static _Atomic int status_instead_of_zero;

void mpi_process_must_not_succeed(int status) { atomic_store(&status_instead_of_zero, status); }

#if defined(__linux__)
/* Takes the place of the C library's. The launcher of MPICH takes a rank that leaves with 0 in the middle of its work for the end of
 * a job that went well, kills the others and ends with 0, and no handler is called at such an exit. Weak, so that whoever has
 * reasons of their own to define it, such as a sanitizer, can. */
__attribute__((weak, noreturn)) void _exit(int status) {
  if (status == 0) status = atomic_load(&status_instead_of_zero);
  for (;;) syscall(SYS_exit_group, status);
}
#endif

void mpi_process_cores(uint8_t cores[mpi_process_core_bytes]) {
  memset(cores, 0, mpi_process_core_bytes);
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    for (int core = 0; core < 8 * mpi_process_core_bytes && core < CPU_SETSIZE; core++)
      if (CPU_ISSET(core, &set)) cores[core / 8] |= (uint8_t)(1 << core % 8);
    return;
  }
#endif
  memset(cores, 0xFF, mpi_process_core_bytes);
}
