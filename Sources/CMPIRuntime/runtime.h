/* What the parts of this module share. */
#ifndef RECURRENT_MPI_RUNTIME_PARTS_H
#define RECURRENT_MPI_RUNTIME_PARTS_H

#include "mpi_runtime.h"

/* Every function that is called, by the last part of its name. */
#define FOR_EACH_FUNCTION(DO) \
  DO(Init_thread) \
  DO(Initialized) \
  DO(Finalize) \
  DO(Abort) \
  DO(Get_library_version) \
  DO(Error_string) \
  DO(Comm_rank) \
  DO(Comm_size) \
  DO(Comm_dup) \
  DO(Comm_set_errhandler) \
  DO(Isend) \
  DO(Irecv) \
  DO(Ibcast) \
  DO(Iallgatherv) \
  DO(Ibarrier) \
  DO(Test)

/* A function whose type is known only with that of the handles. */
typedef void (*any_function)(void);

typedef struct mpi_functions {
#define MEMBER(name) any_function name;
  FOR_EACH_FUNCTION(MEMBER)
#undef MEMBER
} mpi_functions;

typedef struct mpi_constants {
  mpi_handle world;
  mpi_handle byte;
  mpi_handle errors_return;
  void *status_ignore;
} mpi_constants;

/* The calls in which handles occur: once for ints, once for pointers. */
typedef struct mpi_handle_calls {
  int (*start)(mpi_runtime *runtime, int *rank, int *size);
  int (*abort)(const mpi_runtime *runtime, int status);
  int (*send)(const mpi_runtime *runtime, mpi_channel channel, const void *bytes, int count, int peer,
              mpi_handle *request);
  int (*receive)(const mpi_runtime *runtime, mpi_channel channel, void *bytes, int count, int peer,
                 mpi_handle *request);
  int (*broadcast)(const mpi_runtime *runtime, void *bytes, int count, int root, mpi_handle *request);
  int (*all_gather)(const mpi_runtime *runtime, const void *own, int own_count, void *all, const int *counts,
                    const int *places, mpi_handle *request);
  int (*barrier)(const mpi_runtime *runtime, mpi_handle *request);
  int (*test)(const mpi_runtime *runtime, mpi_handle *request, int *is_done);
} mpi_handle_calls;

struct mpi_runtime {
  void *library;
  mpi_family family;
  mpi_functions functions;
  mpi_constants constants;
  const mpi_handle_calls *calls;
  mpi_handle channels[mpi_channel_count];
};

extern const mpi_handle_calls mpi_number_calls;
extern const mpi_handle_calls mpi_pointer_calls;

#endif
