#ifndef RECURRENT_CORES_H
#define RECURRENT_CORES_H

#include <stdint.h>

/* Physical cores that this process may use: affinity mask and cgroup quota on Linux; at least 1. */
int32_t rk_usable_cores(void);

#endif
