// SPDX-License-Identifier: MIT
//
// Texts of error numbers for package syscall, as Go words them: the C
// library's, but without a capital letter.
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

intptr_t gl_strerror(char *buf, intptr_t size, intptr_t err) {
  const char *text = strerrordesc_np((int)err);
  if (!text)
    return snprintf(buf, (size_t)size, "errno %d", (int)err);
  size_t n = strlen(text);
  if (n > (size_t)size)
    n = (size_t)size;
  memcpy(buf, text, n);
  // "No such file", but not "RFS specific error".
  if (n > 1 && !isupper((unsigned char)buf[1]))
    buf[0] = (char)tolower((unsigned char)buf[0]);
  return (intptr_t)n;
}
