// SPDX-License-Identifier: MIT
//
// Batches of Gs: the global run queue and the global list of dead Gs.
//
// A list linked through the Gs themselves would be simpler, but to walk it is
// to wait for one line of memory after the other, each last written by another
// processor, and with the lock of the list held: that was a third of the time
// of a program that makes goroutines faster than it runs them. A batch holds
// pointers to a hundred Gs side by side. No G is touched to queue it, and who
// takes one can ask for the memory of the next in advance.
//
//   GBatches.head -> GBatch -> GBatch -> ...  tail
//                     |from ... to|
//
// A batch is a first segment from the slabs of stack.c, so that what a rush of
// goroutines needed goes back like their stacks. The last batch of a queue
// stays with it when it runs empty.
//
// The caller holds the lock of the queue; pool.lock of stack.c comes after it.
#include "runtime.h"

enum { BATCH = 116 };

struct GBatch {
  GBatch *next;
  Seg *seg;            // the segment this lies in
  uint32_t from, to;   // what is in use of g
  G *g[BATCH];
};

_Static_assert(sizeof(GBatch) + sizeof(Seg) <= 1024, "fits a segment");

static GBatch *batch_new(GBatch *next) {
  Seg *s = stack_alloc(0);
  GBatch *b = (GBatch *)s->lo;
  b->next = next;
  b->seg = s;
  b->from = b->to = 0;
  return b;
}

// A queue: in at the tail, out at the head.
void gqueue_put(GBatches *q, G *gp) {
  GBatch *b = q->tail;
  if (UNLIKELY(!b || b->to == BATCH)) {
    GBatch *fresh = batch_new(NULL);
    if (b) b->next = fresh;
    else q->head = fresh;
    b = q->tail = fresh;
  }
  b->g[b->to++] = gp;
}

G *gqueue_get(GBatches *q) {
  GBatch *b = q->head;
  if (!b || b->from == b->to) return NULL;
  G *gp = b->g[b->from++];
  if (b->from < b->to) return gp;
  if (b == q->tail) {
    b->from = b->to = 0;
  } else {
    q->head = b->next;
    stack_free(b->seg);
  }
  return gp;
}

// A stack: in and out at the head.
void gstack_push(GBatches *q, G *gp) {
  if (!q->head || q->head->to == BATCH) q->head = batch_new(q->head);
  q->head->g[q->head->to++] = gp;
}

G *gstack_pop(GBatches *q) {
  GBatch *b = q->head;
  if (!b || b->to == 0) return NULL;
  G *gp = b->g[--b->to];
  if (b->to == 0 && b->next) {
    q->head = b->next;
    stack_free(b->seg);
  }
  return gp;
}

// What a processor that runs or reuses gp soon will touch: the lines of the G,
// and those of its stack. The second reads gp, the first does not.
void g_prefetch(const G *gp) {
  const char *p = (const char *)gp;
  for (int line = 0; line < 3; line++) __builtin_prefetch(p + line * 64, 1);
}

void g_prefetch_stack(const G *gp) {
  const char *top = (const char *)gp->first;
  for (int line = -2; line <= 0; line++)
    __builtin_prefetch(top + line * 64, 1);
}
