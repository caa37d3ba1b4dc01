// SPDX-License-Identifier: MIT
//
// Lets the outer packets of a tunnel carry the code point (DSCP, RFC 2474) of what is inside. WireGuard keeps one thing of a
// packet that it encrypts, the flow hash that Linux has given it, so a code point travels in that: written at the egress of
// the tunnel, read at the egress of the uplink. docs/adr/0021 says why this is so and what follows from it.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <stdbool.h>
#include <stddef.h>

// A hash that tells a code point: 16 bits of the flow, 10 that say so, 6 of the code point. Queues spread flows by the upper
// bits (reciprocal_scale), so those of the flow are there. The hash of one flow in 1,024 looks like one that was written here,
// which matters only while the program of the uplink is attached and that of a tunnel is not.
#define FLOW_SHIFT 16
#define DSCP_BITS 6
#define DSCP_MASK ((1 << DSCP_BITS) - 1)
#define NOTE (0x2d3 << DSCP_BITS)
#define NOTE_MASK (0x3ff << DSCP_BITS)

// The bit of a packet mark that WireGuard gives all packets of our tunnels, see uplinkMark in packages/core/src/numbering.ts.
#define ENCRYPTED_MARK 0x10000000

// Egress of a tunnel, after all that rewrites packets and before the queue, which spreads flows by their hash.
SEC("tc")
int pt_dscp_note(struct __sk_buff *skb) {
  __u8 head[2];
  __u32 dscp;
  if (bpf_skb_load_bytes(skb, 0, head, sizeof(head))) return TC_ACT_UNSPEC;
  if (skb->protocol == bpf_htons(ETH_P_IP)) {
    dscp = head[1] >> 2;
  } else if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
    // four bits of version, eight of the traffic class
    dscp = (head[0] & 0xf) << 2 | head[1] >> 6;
  } else {
    return TC_ACT_UNSPEC;
  }
  __u32 flow = bpf_get_hash_recalc(skb) >> FLOW_SHIFT;
  bpf_set_hash(skb, flow << FLOW_SHIFT | NOTE | dscp);
  return TC_ACT_UNSPEC;
}

// An IP header as far as it matters here; both kinds have so many octets.
union head {
  __u64 words[2];
  __u8 octets[16];
  __be16 first;
};

static __always_inline bool begins_at(struct __sk_buff *skb, int at, const union head *head) {
  union head other;
  if (bpf_skb_load_bytes(skb, at, &other, sizeof(other))) return false;
  return other.words[0] == head->words[0] && other.words[1] == head->words[1];
}

// Where a packet has its IP header, which a program can read without knowing that, but not write: behind an Ethernet header, at
// once on a device without headers, or behind a VLAN tag. -1 where it is elsewhere.
static __always_inline int place_of(struct __sk_buff *skb, const union head *head) {
  if (begins_at(skb, ETH_HLEN, head)) return ETH_HLEN;
  if (begins_at(skb, 0, head)) return 0;
  return begins_at(skb, ETH_HLEN + 4, head) ? ETH_HLEN + 4 : -1;
}

// Egress of an uplink: writes the code point into encrypted packets. The bits of congestion notification beside it stay as
// WireGuard made them (RFC 6040).
SEC("tc")
int pt_dscp_copy(struct __sk_buff *skb) {
  union head head;
  __u32 hash = skb->hash;
  if (!(skb->mark & ENCRYPTED_MARK) || (hash & NOTE_MASK) != NOTE) return TC_ACT_UNSPEC;
  // queues of the device that spread flows by the lower bits shall tell them apart too
  __u32 flow = hash >> FLOW_SHIFT;
  bpf_set_hash(skb, flow << FLOW_SHIFT | flow);
  __u8 dscp = hash & DSCP_MASK;
  if (bpf_skb_load_bytes_relative(skb, 0, &head, sizeof(head), BPF_HDR_START_NET)) return TC_ACT_UNSPEC;
  int at = place_of(skb, &head);
  if (at < 0) return TC_ACT_UNSPEC;
  __be16 before = head.first;
  bool is_v4 = head.octets[0] >> 4 == 4;
  if (is_v4) {
    head.octets[1] = dscp << 2 | (head.octets[1] & 0x03);
  } else {
    head.octets[0] = (head.octets[0] & 0xf0) | dscp >> 2;
    head.octets[1] = dscp << 6 | (head.octets[1] & 0x3f);
  }
  if (head.first == before) return TC_ACT_UNSPEC;
  if (is_v4 && bpf_l3_csum_replace(skb, at + offsetof(struct iphdr, check), before, head.first, sizeof(before))) {
    return TC_ACT_UNSPEC;
  }
  bpf_skb_store_bytes(skb, at, &head.first, sizeof(head.first), 0);
  return TC_ACT_UNSPEC;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
