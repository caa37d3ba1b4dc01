// SPDX-License-Identifier: MIT
// Counts packets: shows that the kernel loads our programs, attaches them and shares their maps.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u64);
} trial_packets SEC(".maps");

SEC("tc")
int pt_trial(struct __sk_buff *skb) {
  __u32 zero = 0;
  __u64 *packets = bpf_map_lookup_elem(&trial_packets, &zero);
  if (packets) __sync_fetch_and_add(packets, 1);
  return TC_ACT_UNSPEC;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
