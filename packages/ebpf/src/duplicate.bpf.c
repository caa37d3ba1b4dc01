// SPDX-License-Identifier: MIT
//
// Packet duplication. On its way out of a tunnel a packet of a duplicating class gets a stamp with a number of its own, and
// a clone of it leaves by a second tunnel. On its way in the first of the two to arrive passes, without its stamp; the other is
// dropped. docs/duplication.md describes the stamp and the window; docs/adr/0013 says why it is an option of the IP header.
#include <linux/bpf.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <stdbool.h>
#include "duplicate.h"

#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86DD

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct self);
} dup_self SEC(".maps");

// A bit for each class, set where its packets are duplicated.
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, CLASSES / 64);
  __type(key, __u32);
  __type(value, __u64);
} dup_classes SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_LPM_TRIE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __uint(max_entries, PREFIXES);
  __type(key, struct prefix);
  __type(value, __u32);
} dup_sites SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __uint(max_entries, PAIRS);
  __type(key, struct target_key);
  __type(value, struct targets);
} dup_targets SEC(".maps");

// The number that the next packet to a site gets.
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, SITES);
  __type(key, __u32);
  __type(value, __u64);
} dup_numbers SEC(".maps");

// What has arrived, by the index of the site that sent it. Only sites that send stamps take room.
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __uint(max_entries, SITES);
  __type(key, __u32);
  __type(value, struct window);
} dup_windows SEC(".maps");

// A window in which nothing is marked, for each processor: too large for the stack.
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct window);
} dup_blank SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __uint(max_entries, PAIRS);
  __type(key, struct counter_key);
  __type(value, struct counters);
} dup_counters SEC(".maps");

// The value of a map that has only one.
static __always_inline void *only(void *map) {
  __u32 zero = 0;
  return bpf_map_lookup_elem(map, &zero);
}

static __always_inline struct counters *counters_of(__u32 ifindex, __u32 site) {
  struct counter_key key = {.ifindex = ifindex, .site = site};
  struct counters *found = bpf_map_lookup_elem(&dup_counters, &key);
  if (found) return found;
  struct counters none = {};
  bpf_map_update_elem(&dup_counters, &key, &none, BPF_NOEXIST);
  return bpf_map_lookup_elem(&dup_counters, &key);
}

#define COUNT(ifindex, site, field, n)                                                                                                               \
  do {                                                                                                                                               \
    struct counters *counted = counters_of(ifindex, site);                                                                                           \
    if (counted) __sync_fetch_and_add(&counted->field, n);                                                                                           \
  } while (0)

// The IP header, as far as every packet has it, and the stamp where it has one.
struct packet {
  union {
    struct iphdr v4;
    struct ipv6hdr v6;
  };
  struct stamp stamp;
  __u32 header;  // octets before the place of a stamp: 20 or 40
  bool stamped;
};

// False for what is neither IPv4 nor IPv6.
static __always_inline bool read_packet(struct __sk_buff *skb, struct packet *packet) {
  if (skb->protocol == bpf_htons(ETH_P_IP)) {
    packet->header = sizeof(struct iphdr);
    if (bpf_skb_load_bytes(skb, 0, &packet->v4, sizeof(struct iphdr))) return false;
    if (packet->v4.version != 4 || packet->v4.ihl < 5) return false;
    if (packet->v4.ihl < 5 + sizeof(struct stamp) / 4) return true;
    if (bpf_skb_load_bytes(skb, sizeof(struct iphdr), &packet->stamp, sizeof(struct stamp))) return false;
    packet->stamped = packet->stamp.head == bpf_htonl(IPV4_HEAD);
    return true;
  }
  if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
    packet->header = sizeof(struct ipv6hdr);
    if (bpf_skb_load_bytes(skb, 0, &packet->v6, sizeof(struct ipv6hdr))) return false;
    if (packet->v6.version != 6) return false;
    if (packet->v6.nexthdr != DESTINATION_OPTIONS) return true;
    if (bpf_skb_load_bytes(skb, sizeof(struct ipv6hdr), &packet->stamp, sizeof(struct stamp))) return false;
    packet->stamped = (packet->stamp.head & bpf_htonl(0x00ffffff)) == bpf_htonl(IPV6_HEAD);
    return true;
  }
  return false;
}

// The checksum of an IPv4 header after octets `from` in it have become `to`; sizes are multiples of four (RFC 1624).
static __always_inline __u16 checksum_after(__u16 before, void *from, __u32 from_size, void *to, __u32 to_size) {
  __u64 sum = (__u32)bpf_csum_diff(from, from_size, to, to_size, (__u16)~before);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return ~sum;
}

// The first four octets of an IPv4 header, and a stamp.
struct head4 {
  __u32 word;
  struct stamp stamp;
};

static __always_inline __u32 *site_of(struct packet *packet) {
  struct prefix key = {};
  key.length = 128;
  if (packet->header == sizeof(struct ipv6hdr)) {
    __builtin_memcpy(key.address, &packet->v6.daddr, 16);
  } else {
    key.address[2] = bpf_htonl(0xffff);
    key.address[3] = packet->v4.daddr;
  }
  return bpf_map_lookup_elem(&dup_sites, &key);
}

// How a packet that will become several ("GSO") is to be numbered: each segment gets a number of its own, which the receiver
// derives from what tells the segments apart. False where nothing does.
static __always_inline bool plan_segments(struct __sk_buff *skb, struct packet *packet, struct stamp *stamp, __u32 *segments, __u64 *flags) {
  __u32 size = skb->gso_size;
  *segments = 1;
  if (size == 0) return true;
  bool is_v4 = packet->header == sizeof(struct iphdr);
  __u32 transport = is_v4 ? packet->v4.ihl * 4 : packet->header;
  __u8 protocol = is_v4 ? packet->v4.protocol : packet->v6.nexthdr;
  if (protocol == PROTOCOL_TCP) {
    struct tcphdr tcp;
    if (size <= sizeof(struct stamp)) return false;
    if (bpf_skb_load_bytes(skb, transport, &tcp, sizeof(tcp))) return false;
    // the kernel makes the segments smaller by the stamp, so that they fit where they fitted without it
    size -= sizeof(struct stamp);
    __u32 headers = transport + tcp.doff * 4;
    if (skb->len <= headers || size > 0xfffe) return false;
    *segments = (skb->len - headers + size - 1) / size;
    stamp->base = bpf_htons((__u16)bpf_ntohl(tcp.seq));
    stamp->size = bpf_htons(size);
    return true;
  }
  if (protocol == PROTOCOL_UDP && is_v4) {
    *segments = skb->gso_segs;
    *flags = BPF_F_ADJ_ROOM_FIXED_GSO;
    stamp->base = packet->v4.id;
    stamp->size = bpf_htons(SIZE_BY_IDENTIFICATION);
    return *segments > 0;
  }
  return false;
}

// Makes room for the stamp behind the fixed header and writes it there. False where the packet has no room for it.
static __always_inline bool put_stamp(struct __sk_buff *skb, struct packet *packet, struct stamp *stamp, __u64 flags) {
  if (packet->header == sizeof(struct iphdr)) {
    struct iphdr *ip = &packet->v4;
    struct head4 after = {};
    __u32 before;
    if (ip->ihl + sizeof(struct stamp) / 4 > 15 || ip->tot_len == 0) return false;
    if (bpf_ntohs(ip->tot_len) > 0xffff - sizeof(struct stamp)) return false;
    if (bpf_skb_adjust_room(skb, sizeof(struct stamp), BPF_ADJ_ROOM_NET, flags)) return false;
    stamp->head = bpf_htonl(IPV4_HEAD);
    __builtin_memcpy(&before, ip, 4);
    ip->ihl += sizeof(struct stamp) / 4;
    ip->tot_len = bpf_htons(bpf_ntohs(ip->tot_len) + sizeof(struct stamp));
    __builtin_memcpy(&after.word, ip, 4);
    after.stamp = *stamp;
    ip->check = checksum_after(ip->check, &before, sizeof(before), &after, sizeof(after));
    if (bpf_skb_store_bytes(skb, 0, ip, sizeof(*ip), 0)) return false;
  } else {
    struct ipv6hdr *ip = &packet->v6;
    if (ip->payload_len == 0 || bpf_ntohs(ip->payload_len) > 0xffff - sizeof(struct stamp)) return false;
    if (bpf_skb_adjust_room(skb, sizeof(struct stamp), BPF_ADJ_ROOM_NET, flags)) return false;
    stamp->head = bpf_htonl(((__u32)ip->nexthdr << 24) | IPV6_HEAD);
    ip->nexthdr = DESTINATION_OPTIONS;
    ip->payload_len = bpf_htons(bpf_ntohs(ip->payload_len) + sizeof(struct stamp));
    if (bpf_skb_store_bytes(skb, 0, ip, sizeof(*ip), 0)) return false;
  }
  return bpf_skb_store_bytes(skb, packet->header, stamp, sizeof(*stamp), 0) == 0;
}

// Egress of a tunnel: stamps packets of duplicating classes, and sends a clone out of the other tunnel.
SEC("tc")
int pt_dup_out(struct __sk_buff *skb) {
  struct packet packet = {};
  if (!read_packet(skb, &packet)) return TC_ACT_UNSPEC;
  struct self *self = only(&dup_self);
  if (!self || self->sender == 0) return TC_ACT_UNSPEC;
  // a stamp of ours is on a clone; with another one a host of the LAN would meddle with the windows of other edges
  if (packet.stamped) return packet.stamp.sender == bpf_htonl(self->sender) ? TC_ACT_UNSPEC : TC_ACT_SHOT;

  struct target_key key = {.class = (skb->mark >> CLASS_SHIFT) & (CLASSES - 1)};
  __u32 group = key.class >> 6;
  __u64 *duplicates = bpf_map_lookup_elem(&dup_classes, &group);
  if (!duplicates || !(*duplicates >> (key.class & 63) & 1)) return TC_ACT_UNSPEC;
  __u32 *site = site_of(&packet);
  if (!site) return TC_ACT_UNSPEC;
  __u32 index = *site;
  key.site = index;
  struct targets *targets = bpf_map_lookup_elem(&dup_targets, &key);
  if (!targets) return TC_ACT_UNSPEC;
  __u32 out = skb->ifindex;
  __u32 other = targets->ifindex[0] == out ? targets->ifindex[1] : targets->ifindex[0];
  if (other == 0 || other == out) return TC_ACT_UNSPEC;
  __u64 *next = bpf_map_lookup_elem(&dup_numbers, &index);
  if (!next) return TC_ACT_UNSPEC;

  struct stamp stamp = {.sender = bpf_htonl(self->sender)};
  __u32 segments;
  __u64 flags = 0;
  if (!plan_segments(skb, &packet, &stamp, &segments, &flags)) {
    COUNT(out, index, single, 1);
    return TC_ACT_UNSPEC;
  }
  stamp.number = bpf_htonl((__u32)__sync_fetch_and_add(next, segments));
  if (!put_stamp(skb, &packet, &stamp, flags)) {
    COUNT(out, index, single, segments);
    return TC_ACT_UNSPEC;
  }
  if (bpf_clone_redirect(skb, other, 0) == 0) COUNT(other, index, sent, segments);
  return TC_ACT_UNSPEC;
}

// The window of a sender; one that has begun anew since begins with nothing marked. The two copies of its first packet may come
// at the same moment: one processor makes the window, with its sender in it, and the other waits for that. Null where there is no
// memory for it.
static __always_inline struct window *window_of(__u32 sender) {
  __u32 site = sender >> EPOCH_BITS;
  for (int attempt = 0; attempt < 64; attempt++) {
    struct window *window = bpf_map_lookup_elem(&dup_windows, &site);
    if (window) {
      __u32 held = *(volatile __u32 *)&window->sender;
      if (held == sender) return window;
      if (held == 0 || __sync_val_compare_and_swap(&window->sender, held, 0) != held) continue;
    }
    struct window *blank = only(&dup_blank);
    if (!blank) return 0;
    blank->sender = sender;
    bpf_map_update_elem(&dup_windows, &site, blank, window ? BPF_ANY : BPF_NOEXIST);
  }
  return 0;
}

enum fate { FIRST, SEEN, LATE };

// Marks numbers of one block of 32 as arrived: bits say which. Seen only if all of them were. A word holds the marks of a block
// and which block that is, so that marking is a single compare-and-swap, whatever other processors do, and a new block takes the
// word over by itself.
static __always_inline enum fate mark(struct window *window, __u32 block, __u32 bits) {
  volatile __u64 *word = &window->words[block & (WORDS - 1)];
  for (int attempt = 0; attempt < 4; attempt++) {
    __u64 before = *word;
    __u32 held = before >> 32;
    __u64 after;
    if (held == (block | BLOCK_VALID)) {
      if (((__u32)before & bits) == bits) return SEEN;
      after = before | bits;
    } else if (held != 0 && ((block - held) & (BLOCKS - 1)) >= BLOCKS / 2) {
      return LATE;
    } else {
      after = ((__u64)(block | BLOCK_VALID) << 32) | bits;
    }
    if (__sync_val_compare_and_swap((__u64 *)word, before, after) == before) return FIRST;
  }
  return FIRST;
}

// As above for any row of numbers.
static __always_inline enum fate mark_row(struct window *window, __u32 number, __u32 count) {
  enum fate fate = SEEN;
  for (int word = 0; word < MAX_BLOCKS && count > 0; word++) {
    __u32 shift = number & 31;
    __u32 here = count < 32 - shift ? count : 32 - shift;
    enum fate now = mark(window, (number >> 5) & (BLOCKS - 1), (__u32)((1ull << here) - 1) << shift);
    if (now == FIRST || fate == SEEN) fate = now;
    number += here;
    count -= here;
  }
  return fate;
}

// The number of a packet, or of the first of the segments that the kernel has put together again.
static __always_inline __u32 number_of(struct __sk_buff *skb, struct packet *packet) {
  __u32 number = bpf_ntohl(packet->stamp.number);
  __u16 size = bpf_ntohs(packet->stamp.size);
  __u16 base = bpf_ntohs(packet->stamp.base);
  bool is_v4 = packet->header == sizeof(struct iphdr);
  if (size == 0) return number;
  if (size == SIZE_BY_IDENTIFICATION) return is_v4 ? number + (__u16)(bpf_ntohs(packet->v4.id) - base) : number;
  struct tcphdr tcp;
  __u32 transport = is_v4 ? packet->v4.ihl * 4 : packet->header + sizeof(struct stamp);
  if (bpf_skb_load_bytes(skb, transport, &tcp, sizeof(tcp))) return number;
  return number + (__u16)((__u16)bpf_ntohl(tcp.seq) - base) / size;
}

// Takes the stamp out again, so that the packet is what it was.
static __always_inline void take_stamp(struct __sk_buff *skb, struct packet *packet) {
  if (bpf_skb_adjust_room(skb, -(__s32)sizeof(struct stamp), BPF_ADJ_ROOM_NET, 0)) return;
  if (packet->header == sizeof(struct iphdr)) {
    struct iphdr *ip = &packet->v4;
    struct head4 before = {};
    __u32 after;
    __builtin_memcpy(&before.word, ip, 4);
    before.stamp = packet->stamp;
    ip->ihl -= sizeof(struct stamp) / 4;
    ip->tot_len = bpf_htons(bpf_ntohs(ip->tot_len) - sizeof(struct stamp));
    __builtin_memcpy(&after, ip, 4);
    ip->check = checksum_after(ip->check, &before, sizeof(before), &after, sizeof(after));
    bpf_skb_store_bytes(skb, 0, ip, sizeof(*ip), 0);
  } else {
    struct ipv6hdr *ip = &packet->v6;
    ip->nexthdr = bpf_ntohl(packet->stamp.head) >> 24;
    ip->payload_len = bpf_htons(bpf_ntohs(ip->payload_len) - sizeof(struct stamp));
    bpf_skb_store_bytes(skb, 0, ip, sizeof(*ip), 0);
  }
}

// Ingress of a tunnel: the first copy passes as it was sent, the second is dropped.
SEC("tc")
int pt_dup_in(struct __sk_buff *skb) {
  struct packet packet = {};
  if (!read_packet(skb, &packet) || !packet.stamped) return TC_ACT_UNSPEC;
  __u32 sender = bpf_ntohl(packet.stamp.sender);
  if (sender == 0) return TC_ACT_SHOT;
  __u32 site = sender >> EPOCH_BITS;
  struct window *window = window_of(sender);
  // segments that were put together are dropped only if all of them are known; TCP copes with those that come twice
  __u32 segments = skb->gso_size && skb->gso_segs ? skb->gso_segs : 1;
  enum fate fate = window ? mark_row(window, number_of(skb, &packet), segments) : FIRST;
  if (fate == SEEN) {
    COUNT(skb->ifindex, site, dropped, segments);
    return TC_ACT_SHOT;
  }
  if (fate == LATE) {
    COUNT(skb->ifindex, site, late, segments);
    return TC_ACT_SHOT;
  }
  COUNT(skb->ifindex, site, first, segments);
  take_stamp(skb, &packet);
  return TC_ACT_UNSPEC;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
