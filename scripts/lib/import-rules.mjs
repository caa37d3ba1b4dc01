/**
 * Who may import whom. Arrows between rooms run downward only; every one stands here with its reason, and so does every
 * built-in module that reaches out of the process. An allowance that nothing uses is an error too, so that the list
 * stays the picture of what is.
 */

export const rooms = [
  'packages/core',
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
  'packages/policy',
  'packages/protocol',
  'packages/netconf',
  'packages/testkit',
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

/** @type {{ from: string, to: string, reason: string }[]} `from` is a room, a folder or a file; `tests` is every test */
export const allowances = [
  ...allow('packages/core', 'addresses and prefixes in all their spellings', 'ipaddr.js'),
  ...allow('packages/core/src/hash.ts', 'hashing computes', 'node:crypto'),
  ...allow('packages/core/src/ids.ts', 'hashing computes', 'node:crypto'),
  ...allow('packages/policy', 'decides on the domain types', '@patronus/core'),
  ...allow('packages/protocol', 'carries the domain types', '@patronus/core'),
  ...allow('packages/protocol', 'schemas of messages', 'typebox', 'typebox/value'),
  ...allow('packages/netconf', 'compiles documents', '@patronus/core', '@patronus/protocol'),
  ...allow('packages/linux', 'errors, addresses and clocks', '@patronus/core'),
  ...allow('packages/linux', 'the only home of child processes', 'node:child_process'),
  ...allow(
    'packages/testkit',
    'fakes of the domain and the kernel',
    '@patronus/core',
    '@patronus/protocol',
    '@patronus/netconf',
  ),
  ...allow('packages/testkit/src/virtual-time.ts', 'lets promises settle between timers', 'node:timers/promises'),
  ...allow(
    'apps/edge',
    'the composition root of an edge',
    '@patronus/core',
    '@patronus/policy',
    '@patronus/protocol',
    '@patronus/netconf',
    '@patronus/linux',
  ),
  ...allow(
    'apps/controller',
    'intent, documents and decisions',
    '@patronus/core',
    '@patronus/policy',
    '@patronus/protocol',
  ),
  ...allow('lab', 'namespaces and lines', '@patronus/core', '@patronus/linux'),
  ...allow(
    'apps/cli',
    'starts the programs',
    '@patronus/controller',
    '@patronus/core',
    '@patronus/edge',
    '@patronus/lab',
    '@patronus/linux',
    '@patronus/protocol',
  ),
  ...allow('tests', 'fakes and virtual time', '@patronus/testkit'),
  ...allow('tests', 'the test runner', 'vitest'),
  ...allow('tests', 'properties', 'fast-check'),
];
