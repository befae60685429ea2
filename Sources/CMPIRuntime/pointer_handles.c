/* Libraries whose handles are pointers. */
#include <stddef.h>

#include "runtime.h"

#define HANDLE void *
#define OF(handle) (handle).pointer
#define CALLS mpi_pointer_calls
#include "handle_calls.inc"
