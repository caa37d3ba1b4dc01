/**
 * Who may import whom. Arrows between rooms run downward only; every one stands here with its reason, and so does every
 * built-in module that reaches out of the process. An allowance that nothing uses is an error too, so that the list
 * stays the picture of what is.
 */

export const rooms = [
  'packages/core',
  'packages/applications',
  'packages/policy',
  'packages/protocol',
  'packages/netconf',
  'packages/linux',
  'packages/testkit',
  'apps/edge',
  'apps/controller',
  'apps/web',
  'apps/cli',
  'lab',
  'bench',
];

/** They compute: no built-in module and no library without an allowance. */
export const pureRooms = [
  'packages/core',
  'packages/applications',
  'packages/policy',
  'packages/protocol',
  'packages/netconf',
];

/** Built-in modules that reach out of the process, and where they belong; the rest is free outside the pure rooms. */
export const guardedBuiltins = {
  'node:child_process':
    'programs are started by packages/linux, with a time limit and an error that shows what was run',
  'node:dgram': 'datagram sockets belong to packages/linux',
  'node:net': 'sockets need a reason here',
  'node:tls': 'sockets need a reason here',
  'node:http': 'a server or client needs a reason here',
  'node:https': 'a server or client needs a reason here',
  'node:http2': 'a server or client needs a reason here',
  'node:dns': 'name look-ups need a reason here',
  'node:worker_threads': 'threads need a reason here',
  'node:cluster': 'one process per program',
};

const allow = (from, reason, ...to) => to.map((name) => ({ from, to: name, reason }));

/**
 * `from` is a room, a folder or a file; `tests` is every test, with what only tests use: folders named testing, and the testkit.
 *
 * @type {{ from: string, to: string, reason: string }[]}
 */
export const allowances = [
  ...allow('packages/core', 'addresses and prefixes in all their spellings', 'ipaddr.js'),
  ...allow('packages/core/src/hash.ts', 'hashing computes', 'node:crypto'),
  ...allow('packages/core/src/ids.ts', 'hashing computes', 'node:crypto'),
  ...allow('packages/applications', 'a catalogue of domain types', '@patronus/core'),
  ...allow('packages/applications/src/readers/quic-initial.ts', 'decrypting computes', 'node:crypto'),
  ...allow('packages/policy', 'decides on the domain types', '@patronus/core'),
  ...allow('packages/protocol', 'carries the domain types', '@patronus/core'),
  ...allow('packages/protocol', 'schemas of documents and messages', 'typebox', 'typebox/compile'),
  ...allow('packages/protocol/src/join-token.ts', 'hashing computes', 'node:crypto'),
  ...allow('packages/netconf', 'compiles documents of domain types', '@patronus/core', '@patronus/protocol'),
  ...allow('packages/netconf', 'what policies mean at a moment, as it explains them', '@patronus/policy'),
  ...allow('packages/testkit', 'fakes of the domain', '@patronus/core', '@patronus/protocol'),
  ...allow('packages/testkit', 'the fake kernel is one of those', '@patronus/netconf'),

  ...allow('packages/linux', 'errors, addresses and clocks', '@patronus/core'),
  ...allow('packages/linux/src/bpf', 'finds the built programs for the kernel', '@patronus/ebpf/package.json'),
  ...allow('packages/linux', 'the home of child processes', 'node:child_process'),
  ...allow('packages/linux/src/userspace-tunnels.ts', 'asks wireguard-go on its Unix socket', 'node:net'),
  ...allow('packages/linux/src/postgres-server.ts', 'finds a free port for the server', 'node:net'),

  ...allow('apps/edge', 'domain, documents and decisions', '@patronus/core', '@patronus/protocol', '@patronus/policy'),
  ...allow('apps/edge', 'what the kernel should look like', '@patronus/netconf'),
  ...allow('apps/edge', 'names in packets, and the applications that they mean', '@patronus/applications'),
  ...allow('apps/edge/src/end-worker.ts', 'ends the threads of learning and probing', 'node:worker_threads'),
  ...allow('apps/edge/src/learn', 'packets wait for it, and shall wait for nothing else', 'node:worker_threads'),
  ...allow(
    'apps/edge/src/probe',
    'packets without the schemas, which cost a thread 20 MB',
    '@patronus/protocol/stamp',
    '@patronus/protocol/stamp-extensions',
  ),
  ...allow('apps/edge', 'the kernel itself', '@patronus/linux'),
  ...allow('apps/edge/src/connection', 'dials the controller from a chosen uplink', 'node:net', 'node:tls'),
  ...allow('apps/edge/src/enrolment', 'enrols over TLS pinned to the CA', 'node:http', 'node:tls'),
  ...allow('apps/edge/src/probe', 'probes on a thread of their own, which nothing else delays', 'node:worker_threads'),
  ...allow('apps/edge/src/reconcile/trial', 'namespaces for tests of the reconciler', 'node:child_process'),
  ...allow('apps/edge/src/single-instance.ts', 'an abstract socket is a lock that dies with its holder', 'node:net'),
  ...allow('apps/edge/src/status', 'answers "edge status" on a Unix socket', 'node:net'),

  ...allow('apps/controller', 'domain and documents', '@patronus/core', '@patronus/protocol'),
  ...allow('apps/controller', 'the semantic checks of a policy', '@patronus/policy'),
  ...allow('apps/controller', 'the catalogue of applications', '@patronus/applications'),
  ...allow('apps/controller/src/services/memory-trimmer.ts', 'gives memory back', '@patronus/linux/memory'),
  ...allow(
    'apps/controller/src/start-controller.ts',
    'finds the built page, and serves it',
    '@patronus/web/package.json',
  ),
  ...allow('apps/controller/src/api', 'serves the API, and tells callers on this machine', 'node:http', 'node:net'),
  ...allow(
    'apps/controller/src/gateway',
    'serves edges over TLS, on TCP and a Unix socket',
    'node:http',
    'node:https',
    'node:net',
  ),
  ...allow(
    'apps/controller/src/sinks',
    'sends events to webhooks and syslog servers, at addresses that it has checked',
    'node:dns',
    'node:http',
    'node:https',
    'node:net',
    'node:tls',
  ),
  ...allow('apps/controller/src/sinks/syslog-sender.ts', 'syslog over UDP (RFC 5426)', 'node:dgram'),

  ...allow('apps/controller/src/services/lab-link.ts', 'asks the lab on its Unix socket', 'node:http'),

  ...allow('apps/edge/src/reconcile/trial/voice-process.ts', 'a call between hosts of a trial', 'node:dgram'),

  ...allow('lab', 'domain types', '@patronus/core'),
  ...allow('lab/src/control', 'serves a controller on a Unix socket', 'node:http'),
  ...allow('lab', 'namespaces and commands', '@patronus/linux'),
  ...allow('lab/src/machine', 'starts programs that outlive a command', 'node:child_process'),
  ...allow(
    'lab/src/lifecycle/gateway-process.ts',
    'carries edges into the controller from other namespaces',
    'node:net',
  ),
  ...allow('lab/src/lifecycle/lab-exec.ts', 'hands the terminal to a command in a host', 'node:child_process'),
  ...allow('lab/src/scenario', 'asks an edge for its decisions on its Unix socket', 'node:net'),
  ...allow('lab/src/scenario/scenario-lab.ts', 'asks edges while the controller is away', 'node:net'),
  ...allow('lab/src/traffic', 'traffic runs in processes within hosts', 'node:child_process'),
  ...allow('lab/src/traffic', 'TCP and UDP streams are its purpose', 'node:net'),
  ...allow('lab/src/wan', 'delays frames on threads of their own', 'node:worker_threads', 'node:net'),

  ...allow('apps/cli', 'starts the programs', '@patronus/controller', '@patronus/edge', '@patronus/lab'),
  ...allow('apps/cli', 'asks the machine for "doctor"', '@patronus/linux'),
  ...allow('apps/cli', 'errors and domain types', '@patronus/core'),
  ...allow('apps/cli/bin/patronus.mjs', 'runs itself again on a Node that is new enough', 'node:child_process'),

  ...allow('bench', 'measures the parts', '@patronus/core', '@patronus/policy', '@patronus/protocol'),
  ...allow('bench', 'measures rulesets without an edge', '@patronus/netconf'),
  ...allow(
    'bench/src/classify.ts',
    'readers of packets, and a greeting for them',
    '@patronus/applications',
    'node:tls',
  ),
  ...allow('bench', 'measures the programs', '@patronus/controller', '@patronus/edge', '@patronus/lab'),
  ...allow('bench', 'measures services of the controller, and fills its database', '@patronus/controller/parts'),
  ...allow('bench', 'measures an edge between namespaces', '@patronus/edge/trial', '@patronus/linux'),
  ...allow('bench', 'measured programs run in processes of their own', 'node:child_process'),
  ...allow('bench/src/web-page', 'stands before a controller to send live values', 'node:http', 'node:net'),
  ...allow('bench/src/http-load.ts', 'sends requests with as little work of its own as can be', 'node:net'),
  ...allow('bench/src/hostile.ts', 'clients that hang up or are hung up on', 'node:net'),
  ...allow('bench/src/api-servers', 'the bare server that the API is compared with', 'node:http', 'node:net'),

  ...allow('tests', 'fakes and virtual time', '@patronus/testkit'),
  ...allow('tests', 'a real PostgreSQL server', '@patronus/linux'),
  ...allow('tests', 'packets of real programs', '@patronus/applications/testing'),
  ...allow('tests', 'real edges in network namespaces', '@patronus/edge/testing'),
];
