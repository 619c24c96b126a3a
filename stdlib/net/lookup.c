// SPDX-License-Identifier: MIT
//
// Names by the C library, which knows /etc/hosts, /etc/nsswitch.conf and DNS.
// These calls block a thread. Results are stored one after the other as
// {length, bytes}; errors are EAI_* (negative), -errno - 1000 for EAI_SYSTEM.
#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

static intptr_t failed(int err) {
  return err == EAI_SYSTEM ? -1000 - errno : err;
}

// The addresses of host in buf, 20 bytes each: the family (4 or 6), three
// zeros, 4 or 16 bytes... then the zone's number in 4 bytes. Returns how many.
intptr_t gl_net_addresses(const char *host, uint8_t *buf, intptr_t max) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
  int err = getaddrinfo(host, NULL, &hints, &list);
  if (err) return failed(err);
  intptr_t n = 0;
  for (struct addrinfo *a = list; a && n < max; a = a->ai_next) {
    uint8_t *p = buf + 24 * n;
    memset(p, 0, 24);
    if (a->ai_family == AF_INET) {
      p[0] = 4;
      memcpy(p + 4, a->ai_addr->sa_data + 2, 4);
    } else if (a->ai_family == AF_INET6) {
      struct { uint16_t family, port; uint32_t flow; uint8_t ip[16];
               uint32_t scope; } sa;
      memcpy(&sa, a->ai_addr, sizeof sa);
      p[0] = 6;
      memcpy(p + 4, sa.ip, 16);
      memcpy(p + 20, &sa.scope, 4);
    } else {
      continue;
    }
    n++;
  }
  freeaddrinfo(list);
  return n;
}

// The true name of host in buf. Returns its length.
intptr_t gl_net_cname(const char *host, char *buf, intptr_t size) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                           .ai_flags = AI_CANONNAME}, *list;
  int err = getaddrinfo(host, NULL, &hints, &list);
  if (err) return failed(err);
  const char *name = list->ai_canonname ? list->ai_canonname : host;
  size_t n = strnlen(name, (size_t)size);
  memcpy(buf, name, n);
  freeaddrinfo(list);
  return (intptr_t)n;
}

// The name of the host with an address. Returns its length.
intptr_t gl_net_hostname(const void *sa, intptr_t salen, char *buf,
                         intptr_t size) {
  int err = getnameinfo(sa, (socklen_t)salen, buf, (socklen_t)size, NULL, 0,
                        NI_NAMEREQD);
  return err ? failed(err) : (intptr_t)strlen(buf);
}

// The port of a service, 0 if there is none.
intptr_t gl_net_port(const char *network, const char *service) {
  struct servent s, *found = NULL;
  char buf[1024];
  if (getservbyname_r(service, network, &s, buf, sizeof buf, &found) != 0 ||
      !found)
    return 0;
  return (uint16_t)(s.s_port >> 8 | s.s_port << 8);
}

intptr_t gl_net_ifindex(const char *name) {
  return (intptr_t)if_nametoindex(name);
}

intptr_t gl_net_ifname(intptr_t index, char *buf) {
  return if_indextoname((unsigned)index, buf) ? (intptr_t)strlen(buf) : 0;
}
