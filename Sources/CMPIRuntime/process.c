/* What is asked of the system about this process and its threads. */
#define _GNU_SOURCE
#include <string.h>
#if defined(__linux__)
#include <sched.h>
#include <sys/prctl.h>
#endif

#include "mpi_runtime.h"

void mpi_thread_sleep_exactly(void) {
#if defined(__linux__)
  /* Without this a sleep may take 50 microseconds longer than it was asked to. */
  prctl(PR_SET_TIMERSLACK, 1000UL, 0, 0, 0);
#endif
}

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
