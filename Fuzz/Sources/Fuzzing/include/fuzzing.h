#include <stddef.h>
#include <stdint.h>

/// Runs libFuzzer with the arguments of a program and calls back with one input after another.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
