/* MPI through a library that is opened at run time: one binary works with Open MPI, MPICH and those with its binary
 * interface, and the standard interface of MPI 5, and with none of them installed. No header of theirs is used. */
#ifndef RECURRENT_MPI_RUNTIME_H
#define RECURRENT_MPI_RUNTIME_H
#include <stdint.h>
#endif
