/* Loaded before a program, makes one rank of a job fail: FAULT is what happens, FAULT_RANK to which rank, FAULT_AFTER the
 * file that must be there first, FAULT_DELAY the milliseconds to wait from then on, FAULT_TIME the file that is made at that moment. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void fail(const char *fault) {
  if (strcmp(fault, "kill") == 0) kill(getpid(), SIGKILL);
  if (strcmp(fault, "exit_3") == 0) _exit(3);
  if (strcmp(fault, "exit_0") == 0) _exit(0);
  if (strcmp(fault, "exit_0_in_order") == 0) exit(0);
  if (strcmp(fault, "stop") == 0) kill(getpid(), SIGSTOP);
  if (strcmp(fault, "segfault") == 0) {
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
  }
}

static void *wait_and_fail(void *fault) {
  while (access(getenv("FAULT_AFTER"), F_OK) != 0) usleep(1000);
  usleep(1000 * (useconds_t)atoi(getenv("FAULT_DELAY")));
  FILE *const time = fopen(getenv("FAULT_TIME"), "w");
  if (time) fclose(time);
  fail(fault);
  return NULL;
}

__attribute__((constructor)) static void begin(void) {
  const char *rank = getenv("OMPI_COMM_WORLD_RANK");
  if (!rank) rank = getenv("PMI_RANK");
  if (!rank || !getenv("FAULT") || strcmp(rank, getenv("FAULT_RANK")) != 0) return;
  pthread_t thread;
  pthread_create(&thread, NULL, wait_and_fail, getenv("FAULT"));
}
