import { debianPackage } from '../command-runner.ts';

/** One thing that a machine may be able to do, and the shell script that tries it in a scratch network namespace. */
export interface Trial {
  readonly name: string;
  readonly purpose: string;
  readonly remedy: string;
  /** What does not work where it is missing. */
  readonly consequence: string;
  readonly script: string;
  /** What the machine is like without it: nothing goes without some things, others have a substitute. */
  readonly otherwise: 'missing' | 'limited';
}

const trial = (
  name: string,
  purpose: string,
  script: string,
  more: { remedy: string; without: string; otherwise?: Trial['otherwise'] },
): Trial => ({
  name,
  purpose,
  script,
  remedy: more.remedy,
  consequence: more.without,
  otherwise: more.otherwise ?? 'missing',
});

const withLink = (command: string): string =>
  `ip link set lo up && ip link add ptx0 type veth peer name ptx1 && ip link set ptx0 up && ip link set ptx1 up && ${command}`;

/** Everything that Patronus asks of the ruleset language, in one transaction. */
const classification = `
table inet ptx {
  counter c1 { comment "epoch"; }
  set s4 { type ipv4_addr; flags interval; elements = { 10.0.0.0/24 } }
  set s6 { type ipv6_addr; flags interval; elements = { 2001:db8::/48 } }
  chain one {
    meta mark set meta mark & 0xe000ffff | 0x00010000
    iifname != "pt*" counter name "c1"
  }
  map current {
    typeof ct mark : verdict
    elements = { 0x00010100 : goto one }
  }
  chain enter {
    type filter hook prerouting priority mangle; policy accept;
    ct mark & 0x0fffff00 vmap @current
    ct direction reply ct mark & 0x0fff0000 vmap { 0x00010000 : goto one }
    ct original ip saddr @s4 meta l4proto udp ct original proto-dst 16384-32767 goto one
    ct original ip6 saddr @s6 ip6 dscp { 46 } ct mark set ct mark & 0xf00000ff | 0x00010100
  }
  chain leave {
    type route hook output priority mangle; policy accept;
    meta mark & 0x10000000 != 0 return
  }
  chain through {
    type filter hook forward priority mangle; policy accept;
    oifname "pt*" tcp flags syn tcp option maxseg size set rt mtu
  }
}`;

const learning = (statement: string): string =>
  `nft 'table inet ptx { chain c { type filter hook prerouting priority mangle - 1; udp dport 53 ${statement}\n}\n}'`;

const qosTrials: readonly Trial[] = [
  trial(
    'queue htb',
    'shares of an uplink for the classes of service',
    withLink(
      'tc qdisc add dev ptx0 root handle 1: htb default 10 && ' +
        'tc class add dev ptx0 parent 1: classid 1:10 htb rate 1mbit ceil 10mbit && ' +
        'tc qdisc add dev ptx0 parent 1:10 tbf rate 100gbit burst 2000b limit 30000b',
    ),
    {
      remedy: 'load it with "modprobe sch_htb sch_tbf", or use a kernel that has them',
      without: 'uplinks are not shaped: bulk traffic delays calls',
      otherwise: 'limited',
    },
  ),
  trial(
    'redirection to ifb',
    'shaping packets before a tunnel hides what they are, and policing what comes in',
    withLink(
      'ip link add ptx2 type ifb && ip link set ptx2 up && tc qdisc replace dev ptx0 clsact && ' +
        'tc filter replace dev ptx0 egress pref 20 handle 1 protocol all bpf bytecode "1,6 0 0 4294967295" ' +
        'action mirred egress redirect dev ptx2',
    ),
    {
      remedy: 'load it with "modprobe ifb cls_bpf act_mirred sch_ingress", or use a kernel that has them',
      without: 'uplinks are neither shaped nor policed',
      otherwise: 'limited',
    },
  ),
  trial('queue cake', 'fairness between the flows of a class', withLink('tc qdisc add dev ptx0 root cake'), {
    remedy: 'load it with "modprobe sch_cake", or use a kernel that has it',
    without: 'fq_codel is used where the kernel has it, and a plain queue otherwise',
    otherwise: 'limited',
  }),
  trial('queue fq_codel', 'the same where there is no cake', withLink('tc qdisc add dev ptx0 root fq_codel'), {
    remedy: 'load it with "modprobe sch_fq_codel", or use a kernel that has it',
    without: 'where there is no cake either, a flow that fills its class delays the others in it',
    otherwise: 'limited',
  }),
];

const rule = (hook: string, statement: string): string =>
  `nft 'table inet ptx { chain c { type ${hook}; ${statement}\n}\n}'`;

const policyTrials: readonly Trial[] = [
  trial(
    'rate limits',
    'policies with a rate limit',
    rule('filter hook forward priority mangle', 'limit rate over 125000 bytes/second burst 12500 bytes drop'),
    {
      remedy: 'load it with "modprobe nft_limit", or use a kernel that has it',
      without: 'edges refuse documents with such a policy',
      otherwise: 'limited',
    },
  ),
  trial(
    'flow log',
    'policies that log',
    rule(
      'filter hook forward priority mangle',
      'limit rate 10/second burst 20 packets log prefix "ptx " log prefix "ptx " group 5381',
    ),
    {
      remedy: 'load it with "modprobe nft_log nf_log_syslog nfnetlink_log", or use a kernel that has them',
      without: 'edges report flow_log as unavailable, and log nothing',
      otherwise: 'limited',
    },
  ),
  trial(
    'address translation',
    'traffic that breaks out to the Internet at a site',
    rule('nat hook postrouting priority srcnat', 'oifname "ptx*" masquerade'),
    {
      remedy: 'load it with "modprobe nft_masq nft_chain_nat", or use a kernel that has them',
      without: 'edges report breakout as unavailable, and such traffic goes through its fallback',
      otherwise: 'limited',
    },
  ),
];

/** In the order in which a person would want to read them. */
export const trials: readonly Trial[] = [
  trial('TUN devices', 'WireGuard in userspace, and lines of the lab', 'ip tuntap add dev ptx0 mode tun', {
    remedy: 'load the module tun and let this user open /dev/net/tun; in a container, pass that device into it',
    without: 'no userspace tunnels, and a lab only where the kernel has netem',
    otherwise: 'limited',
  }),
  trial(
    'next-hop objects',
    'moving a site with thousands of prefixes to another path in one step',
    withLink(
      'ip -6 nexthop add id 1 dev ptx0 proto 80 && ip nexthop add id 2 group 1 proto 80 && ' +
        'ip route add 10.0.0.0/8 nhid 2 table 100 proto 80 && ip -6 nexthop add id 3 blackhole proto 80 && ' +
        'ip nexthop replace id 2 group 3 proto 80',
    ),
    { remedy: 'use Linux 5.3 or newer with IPv6 enabled', without: 'no edge runs' },
  ),
  trial(
    'policy routing',
    'a routing table per class and per uplink',
    'ip rule add pref 100 fwmark 0x10000/0x1fff0000 lookup 100 protocol 80',
    { remedy: 'use a kernel with CONFIG_IP_MULTIPLE_TABLES', without: 'no edge runs' },
  ),
  trial(
    'classification',
    'nftables sorts flows into classes and counts them',
    `nft -f - <<'END'${classification}\nEND`,
    {
      remedy: 'use nftables 1.0.6 or newer, and a kernel with nf_tables, nft_ct, nft_rt and nf_conntrack',
      without: 'no edge runs',
    },
  ),
  trial('holding packets', 'learning names of servers before packets go on', learning('queue flags bypass to 5380'), {
    remedy: 'load it with "modprobe nft_queue", or use a kernel that has it',
    without: 'the first packets of a flow go on before the name of its server is known',
    otherwise: 'limited',
  }),
  trial('copying packets', 'learning names where packets cannot be held', learning('log group 5380'), {
    remedy: 'load it with "modprobe nfnetlink_log", or use a kernel that has it',
    without: 'without it and without holding packets, names of servers are not learned',
    otherwise: 'limited',
  }),
  trial(
    'dropping at ingress',
    'silent blackouts in the lab',
    withLink(
      'nft "table netdev ptx { chain in { type filter hook ingress device ptx0 priority 0; numgen random mod 100 < 50 drop\n}\n}"',
    ),
    {
      remedy: 'use a kernel with nft netdev chains (CONFIG_NF_TABLES_NETDEV)',
      without: 'the lab cannot break lines silently',
      otherwise: 'limited',
    },
  ),
  trial(
    'queue netem',
    'lines of the lab; without it a program of the lab delays and loses packets',
    withLink('tc qdisc add dev ptx0 root netem delay 10ms'),
    {
      remedy: 'load it with "modprobe sch_netem", or use a kernel that has it',
      without: 'lines of the lab carry less, through a program',
      otherwise: 'limited',
    },
  ),
  ...qosTrials,
  ...policyTrials,
];

/** Programs that Patronus runs, and for what. */
export const tools: readonly { name: string; purpose: string; version: string[]; neededBy: 'edge' | 'lab' }[] = [
  { name: 'ip', purpose: 'interfaces, routes and rules', version: ['-V'], neededBy: 'edge' },
  { name: 'nft', purpose: 'classification', version: ['--version'], neededBy: 'edge' },
  { name: 'wg', purpose: 'tunnels', version: ['--version'], neededBy: 'edge' },
  { name: 'tc', purpose: 'queues', version: ['-V'], neededBy: 'lab' },
  { name: 'unshare', purpose: 'namespaces', version: ['--version'], neededBy: 'lab' },
  { name: 'iperf3', purpose: 'traffic in the lab', version: ['--version'], neededBy: 'lab' },
];

export const toolRemedy = (name: string): string => `apt install ${debianPackage(name)}`;
