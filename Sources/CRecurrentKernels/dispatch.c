#include "recurrent_kernels.h"
