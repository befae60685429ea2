#include "mpi_runtime.h"
