// SPDX-License-Identifier: MIT
//
// What Go's linker says about the cryptographic module: its name and sum, and
// where its sections are. Gl certifies nothing, and a magic number that is not
// there makes the check of FIPS 140 mode fail as it should.
struct fipsinfo {
  char magic[16], sum[32];
  void *self;
  struct {
    void *start, *end;
  } sections[4];
};

struct fipsinfo gl_fipsinfo;

// C compilers do not quote the names they are given.
__asm__(".globl \"go:fipsinfo\"\n.set \"go:fipsinfo\", gl_fipsinfo");
