// SPDX-License-Identifier: MIT
//
// The fuzz targets' parts: target.c compiles one input, mutate.c makes new
// inputs of old ones, and driver.c runs both where libFuzzer is not linked.
#ifndef GL_FUZZ_H
#define GL_FUZZ_H

#include <stddef.h>
#include <stdint.h>

// libFuzzer's entry points, which the driver calls as well.

// Compiles n bytes of source. Returns 0. A crash, an abort or a failed
// verification of the module is a bug.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
// Changes the n bytes at data in place, to at most max bytes. Returns the new
// length. Equal seeds give equal changes.
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t max,
                               unsigned seed);
// Puts a mixture of a and b into out, at most max bytes. Returns its length.
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t na,
                                 const uint8_t *b, size_t nb, uint8_t *out,
                                 size_t max, unsigned seed);

#endif
