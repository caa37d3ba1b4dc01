// SPDX-License-Identifier: MIT
// Counts how the packets of WireGuard tunnels arrive. A data message carries a counter of its own, in clear (type 4,
// receiver index at octet 4, counter at octet 8 of the payload; WireGuard, section 5.4.6): one per session and packet, so
// that what is missing, came late or came twice can be told at the uplink, of all traffic and without touching it.
#include <linux/bpf.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

// A far end of a tunnel for each; packages/linux/src/bpf/path-meter.ts has the same.
#define MAX_FLOWS 4096
// Packets of a session that are remembered one by one: as many as WireGuard itself accepts out of order, in half.
#define WINDOW_WORDS 64
#define WINDOW (WINDOW_WORDS * 64)
// A counter that leaps further is a forgery, not an outage: hours of packets on a fast line.
#define MAX_LEAP (1 << 28)
#define MAX_SEGMENTS 64
#define DATA_MESSAGE 4

struct flow_key {
  __u32 remote;        // in network order
  __u16 remote_port;   // in host order
  __u16 local_port;
};

struct session {
  __u64 highest;
  __u32 index;
  __u32 used;
  __u64 seen[WINDOW_WORDS];
};

struct meter {
  __u64 sent;
  __u64 expected;
  __u64 received;
  __u64 overtaken;
  __u64 doubled;
  __u64 current;
  struct session sessions[2];
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, MAX_FLOWS);
  __type(key, struct flow_key);
  __type(value, __u32);
} meter_flows SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, MAX_FLOWS);
  __uint(map_flags, BPF_F_MMAPABLE);
  __type(key, __u32);
  __type(value, struct meter);
} meter_counts SEC(".maps");

struct data_header {
  __u8 type;
  __u8 reserved[3];
  __u32 index;
  __u64 counter;
};

// Begins a session in place of the older of the two. Its first packet is the first expected: what came before is not known.
static __always_inline void begin(struct meter *meter, __u32 index, __u64 counter) {
  __u64 next = meter->current ? 0 : 1;
  struct session *session = &meter->sessions[next & 1];
  __builtin_memset(session->seen, 0, sizeof(session->seen));
  session->highest = counter;
  session->index = index;
  session->used = 1;
  session->seen[(counter / 64) % WINDOW_WORDS] = 1ULL << (counter % 64);
  meter->current = next;
  __sync_fetch_and_add(&meter->expected, 1);
  __sync_fetch_and_add(&meter->received, 1);
}

// Notes the arrival of one packet. A function of its own to the verifier, so that its loop is checked once.
__attribute__((noinline)) int note(__u32 slot, __u32 index, __u64 counter) {
  struct meter *meter = bpf_map_lookup_elem(&meter_counts, &slot);
  if (!meter) return 0;
  struct session *session = &meter->sessions[meter->current & 1];
  if (!session->used || session->index != index) {
    session = &meter->sessions[(meter->current & 1) ? 0 : 1];
    if (!session->used || session->index != index) {
      begin(meter, index, counter);
      return 0;
    }
  }
  __u64 highest = session->highest;
  __u64 bit = 1ULL << (counter % 64);
  __u64 word = (counter / 64) % WINDOW_WORDS;
  if (counter > highest) {
    if (counter - highest > MAX_LEAP) return 0;
    __u64 fresh = counter / 64 - highest / 64;
    for (__u64 step = 1; step <= WINDOW_WORDS; step++) {
      if (step > fresh) break;
      session->seen[(highest / 64 + step) % WINDOW_WORDS] = 0;
    }
    session->highest = counter;
    __sync_fetch_and_or(&session->seen[word], bit);
    __sync_fetch_and_add(&meter->expected, counter - highest);
    __sync_fetch_and_add(&meter->received, 1);
    return 0;
  }
  if (highest / 64 - counter / 64 < WINDOW_WORDS) {
    if (session->seen[word] & bit) {
      __sync_fetch_and_add(&meter->doubled, 1);
      return 0;
    }
    __sync_fetch_and_or(&session->seen[word], bit);
  }
  __sync_fetch_and_add(&meter->overtaken, 1);
  __sync_fetch_and_add(&meter->received, 1);
  return 0;
}

struct datagram {
  struct flow_key key;
  __u32 payload_at;
  __u32 payload_size;
};

// The flow of an IPv4 UDP packet that is whole or begins here; 0 for any other.
static __always_inline int parse(struct __sk_buff *skb, int incoming, struct datagram *into) {
  struct iphdr ip;
  struct udphdr udp;
  if (skb->protocol != bpf_htons(0x0800)) return 0;
  if (bpf_skb_load_bytes_relative(skb, 0, &ip, sizeof(ip), BPF_HDR_START_NET)) return 0;
  if (ip.version != 4 || ip.protocol != IPPROTO_UDP || (ip.frag_off & bpf_htons(0x1fff))) return 0;
  __u32 header = ip.ihl * 4;
  if (header < sizeof(ip)) return 0;
  if (bpf_skb_load_bytes_relative(skb, header, &udp, sizeof(udp), BPF_HDR_START_NET)) return 0;
  into->key.remote = incoming ? ip.saddr : ip.daddr;
  into->key.remote_port = bpf_ntohs(incoming ? udp.source : udp.dest);
  into->key.local_port = bpf_ntohs(incoming ? udp.dest : udp.source);
  into->payload_at = header + sizeof(udp);
  __u32 total = bpf_ntohs(ip.tot_len);
  // a packet that was put together from many may be longer than the field can say
  into->payload_size = total > into->payload_at ? total - into->payload_at : 0;
  return 1;
}

static __always_inline __u32 segments(struct __sk_buff *skb, struct datagram *datagram) {
  __u32 size = skb->gso_size;
  if (!size) return 1;
  __u32 count = (datagram->payload_size + size - 1) / size;
  return count > MAX_SEGMENTS ? MAX_SEGMENTS : count;
}

SEC("tc")
int pt_meter_in(struct __sk_buff *skb) {
  struct datagram datagram;
  if (!parse(skb, 1, &datagram)) return TC_ACT_UNSPEC;
  __u32 *found = bpf_map_lookup_elem(&meter_flows, &datagram.key);
  if (!found) return TC_ACT_UNSPEC;
  __u32 slot = *found;
  __u32 count = segments(skb, &datagram);
  __u32 at = datagram.payload_at;
  for (__u32 segment = 0; segment < MAX_SEGMENTS; segment++) {
    struct data_header data;
    if (segment >= count) break;
    if (bpf_skb_load_bytes_relative(skb, at, &data, sizeof(data), BPF_HDR_START_NET)) break;
    if (data.type == DATA_MESSAGE) note(slot, data.index, data.counter);
    at += skb->gso_size;
  }
  return TC_ACT_UNSPEC;
}

SEC("tc")
int pt_meter_out(struct __sk_buff *skb) {
  struct datagram datagram;
  __u8 type;
  if (!parse(skb, 0, &datagram)) return TC_ACT_UNSPEC;
  __u32 *slot = bpf_map_lookup_elem(&meter_flows, &datagram.key);
  if (!slot) return TC_ACT_UNSPEC;
  if (bpf_skb_load_bytes_relative(skb, datagram.payload_at, &type, 1, BPF_HDR_START_NET)) return TC_ACT_UNSPEC;
  if (type != DATA_MESSAGE) return TC_ACT_UNSPEC;
  struct meter *meter = bpf_map_lookup_elem(&meter_counts, slot);
  if (meter) __sync_fetch_and_add(&meter->sent, segments(skb, &datagram));
  return TC_ACT_UNSPEC;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
