/* Libraries whose handles are ints. */
#include <stddef.h>

#include "runtime.h"

#define HANDLE int
#define OF(handle) (handle).number
#define CALLS mpi_number_calls
#include "handle_calls.inc"
