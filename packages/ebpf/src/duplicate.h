// SPDX-License-Identifier: MIT
//
// What duplicate.bpf.c shares with the edge. apps/edge/src/reconcile/duplication-maps.ts lays out the same structures.
#pragma once

// As packages/core/src/numbering.ts has them.
#define CLASSES 4096
#define CLASS_SHIFT 16
#define SITES 16384

// Most prefixes of all sites, and most pairs of a class or a device with a site. Entries take memory as they come.
#define PREFIXES 262144
#define PAIRS 65536

#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define DESTINATION_OPTIONS 60

// A stamp begins, in IPv4, with two "no operation" and option 158 (for experiments, RFC 4727) of 14 octets; in IPv6 it is a
// destination-options header whose one option is 0x1e (for experiments, RFC 4727; a node that does not know it passes over it)
// of 12 octets, after the octet that says which header follows.
#define IPV4_HEAD 0x01019e0e
#define IPV6_HEAD 0x00011e0c

// In the network's byte order.
struct stamp {
  __be32 head;
  __be32 sender;
  __be32 number;  // of the packet, or of the first segment it becomes
  // For a packet that leaves as several segments: what the first of them has in the low half of its TCP sequence number, and
  // how many octets each takes; or its identification and SIZE_BY_IDENTIFICATION. Zero otherwise.
  __be16 base;
  __be16 size;
};
#define SIZE_BY_IDENTIFICATION 0xffff

// The index of the site, and a random number that is another one whenever the site's numbers begin anew.
#define EPOCH_BITS 18
struct self {
  __u32 sender;
};

// IPv4 as ::ffff:a.b.c.d.
struct prefix {
  __u32 length;
  __be32 address[4];
};

struct target_key {
  __u16 class;
  __u16 site;
};

// The tunnels that a packet leaves by, whichever of them routing chose.
struct targets {
  __u32 ifindex[2];
};

// The last 32,768 numbers: over half a minute of 1,000 packets/s, a third of a second of 100,000. Smaller, and the copies over
// a path with that much more delay are not known any more; larger, and each site that sends takes more than 8 KiB.
#define WORDS 1024
// Numbers have 32 bits, so blocks of 32 numbers have 27.
#define BLOCKS (1u << 27)
#define BLOCK_VALID BLOCKS
struct window {
  __u32 sender;
  __u32 unused;
  __u64 words[WORDS];
};

// Of the segments that the kernel puts together again: 64 KiB of them, down to 512 octets each.
#define MAX_BLOCKS 5

// By the device and the index of the site at its other end. Segments count as packets.
struct counter_key {
  __u32 ifindex;
  __u32 site;
};
struct counters {
  __u64 sent;     // copies that left by this device
  __u64 single;   // packets that left by this device only, as they cannot be stamped
  __u64 first;    // packets that arrived here first
  __u64 dropped;  // copies that arrived here second
  __u64 late;     // copies that were older than the window
};
