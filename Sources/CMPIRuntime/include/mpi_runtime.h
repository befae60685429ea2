/* MPI through a library that is opened at run time: one binary works with Open MPI, with MPICH and those that share its
 * binary interface (Intel MPI, Cray MPICH, MVAPICH) and with the standard interface of MPI 5, and starts where there is
 * none of them. No header of theirs is used: what differs between them is the form of handles and a few constants.
 *
 * All calls but mpi_runtime_open, mpi_runtime_close and mpi_runtime_version are made by the thread that has called
 * mpi_runtime_start. Those that return a code return 0, or what mpi_runtime_explain has a text for. */
#ifndef RECURRENT_MPI_RUNTIME_H
#define RECURRENT_MPI_RUNTIME_H

#include <stdbool.h>
#include <stdint.h>

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

/* How a library represents communicators, types and requests. */
typedef enum mpi_family {
  mpi_family_open_mpi, /* pointers to objects of the library */
  mpi_family_mpich,    /* ints */
  mpi_family_standard  /* pointers whose values MPI 5 fixes */
} mpi_family;

/* Messages of one channel never meet those of another. */
typedef enum mpi_channel { mpi_channel_work, mpi_channel_beats, mpi_channel_count } mpi_channel;

/* A handle of any library. */
typedef union mpi_handle {
  int number;
  void *_Nullable pointer;
} mpi_handle;

/* A library that was opened. */
typedef struct mpi_runtime mpi_runtime;

enum {
  mpi_runtime_largest_text = 8192,   /* bytes of any text, with the 0 at its end */
  mpi_runtime_largest_count = 1 << 30 /* bytes of one message */
};

/* Opens the library at `path`, or the one that the loader finds by that name. Where that fails it gives NULL and writes
 * the reason. */
mpi_runtime *_Nullable mpi_runtime_open(const char *path, char problem[_Nonnull mpi_runtime_largest_text]);
void mpi_runtime_close(mpi_runtime *runtime);

mpi_family mpi_runtime_family(const mpi_runtime *runtime);
/* What the library says of itself: its name, its version, often more. */
void mpi_runtime_version(const mpi_runtime *runtime, char text[_Nonnull mpi_runtime_largest_text]);

/* Whether MPI was started in this process, by whomever. */
bool mpi_runtime_is_started(const mpi_runtime *runtime);
/* Starts MPI for calls of this thread, makes the channels, and has errors returned. */
int mpi_runtime_start(mpi_runtime *runtime, int *rank, int *size);
int mpi_runtime_finish(mpi_runtime *runtime);
/* Ends all ranks. Seldom returns. */
int mpi_runtime_abort(const mpi_runtime *runtime, int status);
void mpi_runtime_explain(const mpi_runtime *runtime, int code, char text[_Nonnull mpi_runtime_largest_text]);

/* Each begins something and returns at once; bytes must stay where they are until mpi_runtime_test says that it is done.
 * Counts are at most mpi_runtime_largest_count. */
int mpi_runtime_send(const mpi_runtime *runtime, mpi_channel channel, const void *bytes, int count, int peer,
                     mpi_handle *request);
int mpi_runtime_receive(const mpi_runtime *runtime, mpi_channel channel, void *bytes, int count, int peer,
                        mpi_handle *request);
int mpi_runtime_broadcast(const mpi_runtime *runtime, void *bytes, int count, int root, mpi_handle *request);
/* The bytes of all ranks, each at its place. */
int mpi_runtime_all_gather(const mpi_runtime *runtime, const void *own, int own_count, void *all, const int *counts,
                           const int *places, mpi_handle *request);
int mpi_runtime_barrier(const mpi_runtime *runtime, mpi_handle *request);
int mpi_runtime_test(const mpi_runtime *runtime, mpi_handle *request, int *is_done);

/* --- the process and its threads */

/* From here on the process does not end with 0: an exit with 0 becomes one with `status`, also where no handler is called. 0 lifts that.
 * Only known to work on Linux. */
void mpi_process_must_not_succeed(int status);
/* Has the calling thread sleep for short times as exactly as the system can. */
void mpi_thread_sleep_exactly(void);

enum { mpi_process_core_bytes = 128 };
/* The cores that this process may run on, a bit for each; all where the system does not say. */
void mpi_process_cores(uint8_t cores[_Nonnull mpi_process_core_bytes]);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
#endif
