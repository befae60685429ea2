/* Opening a library and finding out what it is; the calls in which no handle occurs. */
#include "runtime.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- what a library is */

static const char *missing_function(mpi_runtime *runtime) {
#define FIND(name) \
  if (!(runtime->functions.name = (any_function)dlsym(runtime->library, "MPI_" #name))) return "MPI_" #name;
  FOR_EACH_FUNCTION(FIND)
#undef FIND
  return NULL;
}

/* The names by which libraries with the interface of MPICH call themselves. */
static bool is_like_mpich(const mpi_runtime *runtime) {
  static const char *const names[] = {"MPICH", "Intel(R) MPI", "MVAPICH"};
  static const int count = sizeof names / sizeof names[0];
  char text[mpi_runtime_largest_text];
  mpi_runtime_version(runtime, text);
  for (int i = 0; i < count; i++)
    if (strstr(text, names[i])) return true;
  return false;
}

static bool has_standard_interface(void *library) {
  int (*const version)(int *, int *) = (int (*)(int *, int *))dlsym(library, "MPI_Abi_get_version");
  int major = 0, minor = 0;
  return version && version(&major, &minor) == 0 && major > 0;
}

static mpi_handle number(int value) { return (mpi_handle){.number = value}; }
static mpi_handle pointer(void *value) { return (mpi_handle){.pointer = value}; }
static mpi_handle fixed(intptr_t value) { return pointer((void *)value); }

static bool find_open_mpi(mpi_runtime *runtime) {
  mpi_constants *constants = &runtime->constants;
  runtime->family = mpi_family_open_mpi;
  runtime->calls = &mpi_pointer_calls;
  constants->world = pointer(dlsym(runtime->library, "ompi_mpi_comm_world"));
  constants->byte = pointer(dlsym(runtime->library, "ompi_mpi_byte"));
  constants->errors_return = pointer(dlsym(runtime->library, "ompi_mpi_errors_return"));
  constants->status_ignore = NULL;
  return constants->world.pointer && constants->byte.pointer && constants->errors_return.pointer;
}

static void set_mpich(mpi_runtime *runtime) {
  runtime->family = mpi_family_mpich;
  runtime->calls = &mpi_number_calls;
  runtime->constants = (mpi_constants){
      .world = number(0x44000000),
      .byte = number(0x4c00010d),
      .errors_return = number(0x54000001),
      .status_ignore = (void *)1,
  };
}

static void set_standard(mpi_runtime *runtime) {
  runtime->family = mpi_family_standard;
  runtime->calls = &mpi_pointer_calls;
  runtime->constants = (mpi_constants){
      .world = fixed(0x101),
      .byte = fixed(0x247),
      .errors_return = fixed(0x142),
      .status_ignore = NULL,
  };
}

static bool find_family(mpi_runtime *runtime) {
  if (has_standard_interface(runtime->library)) set_standard(runtime);
  else if (find_open_mpi(runtime)) return true;
  else if (is_like_mpich(runtime)) set_mpich(runtime);
  else return false;
  return true;
}

/* --- opening and closing */

static void *open_library(const char *path) {
#if defined(__APPLE__)
  /* Parts that the library loads later look for its symbols among those of the process. */
  return dlopen(path, RTLD_LAZY | RTLD_GLOBAL);
#else
  return dlopen(path, RTLD_LAZY | RTLD_LOCAL);
#endif
}

mpi_runtime *mpi_runtime_open(const char *path, char problem[mpi_runtime_largest_text]) {
  mpi_runtime *runtime = calloc(1, sizeof *runtime);
  if (!runtime || !(runtime->library = open_library(path))) {
    const char *reason = runtime ? dlerror() : "no memory is left";
    snprintf(problem, mpi_runtime_largest_text, "%s", reason ? reason : "it cannot be opened");
    free(runtime);
    return NULL;
  }
  const char *missing = missing_function(runtime);
  if (!missing && find_family(runtime)) return runtime;
  if (missing) snprintf(problem, mpi_runtime_largest_text, "it has no function %s", missing);
  else snprintf(problem, mpi_runtime_largest_text, "it is neither Open MPI nor MPICH nor has it MPI 5's binary interface");
  mpi_runtime_close(runtime);
  return NULL;
}

void mpi_runtime_close(mpi_runtime *runtime) {
  dlclose(runtime->library);
  free(runtime);
}

mpi_family mpi_runtime_family(const mpi_runtime *runtime) { return runtime->family; }

/* --- calls in which no handle occurs */

void mpi_runtime_version(const mpi_runtime *runtime, char text[mpi_runtime_largest_text]) {
  int length = 0;
  text[0] = 0;
  if (((int (*)(char *, int *))runtime->functions.Get_library_version)(text, &length) != 0) text[0] = 0;
  text[mpi_runtime_largest_text - 1] = 0;
}

bool mpi_runtime_is_started(const mpi_runtime *runtime) {
  int flag = 0;
  return ((int (*)(int *))runtime->functions.Initialized)(&flag) == 0 && flag;
}

int mpi_runtime_finish(mpi_runtime *runtime) { return ((int (*)(void))runtime->functions.Finalize)(); }

void mpi_runtime_explain(const mpi_runtime *runtime, int code, char text[mpi_runtime_largest_text]) {
  int length = 0;
  text[0] = 0;
  if (((int (*)(int, char *, int *))runtime->functions.Error_string)(code, text, &length) != 0 || !text[0])
    snprintf(text, mpi_runtime_largest_text, "error %d", code);
}

/* --- calls in which handles occur */

int mpi_runtime_start(mpi_runtime *runtime, int *rank, int *size) { return runtime->calls->start(runtime, rank, size); }

int mpi_runtime_abort(const mpi_runtime *runtime, int status) { return runtime->calls->abort(runtime, status); }

int mpi_runtime_send(const mpi_runtime *runtime, mpi_channel channel, const void *bytes, int count, int peer,
                     mpi_handle *request) {
  return runtime->calls->send(runtime, channel, bytes, count, peer, request);
}

int mpi_runtime_receive(const mpi_runtime *runtime, mpi_channel channel, void *bytes, int count, int peer,
                        mpi_handle *request) {
  return runtime->calls->receive(runtime, channel, bytes, count, peer, request);
}

int mpi_runtime_broadcast(const mpi_runtime *runtime, void *bytes, int count, int root, mpi_handle *request) {
  return runtime->calls->broadcast(runtime, bytes, count, root, request);
}

int mpi_runtime_all_gather(const mpi_runtime *runtime, const void *own, int own_count, void *all, const int *counts,
                           const int *places, mpi_handle *request) {
  return runtime->calls->all_gather(runtime, own, own_count, all, counts, places, request);
}

int mpi_runtime_barrier(const mpi_runtime *runtime, mpi_handle *request) {
  return runtime->calls->barrier(runtime, request);
}

int mpi_runtime_test(const mpi_runtime *runtime, mpi_handle *request, int *is_done) {
  return runtime->calls->test(runtime, request, is_done);
}
