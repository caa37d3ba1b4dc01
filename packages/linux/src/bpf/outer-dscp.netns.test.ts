import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoKernelTunnels } from '../kernel-tunnels.ts';
import { inNetworkNamespace } from '../native/index.ts';
import { BpfObject, whyNoPrograms } from './bpf-object.ts';
import { attachProgram, type TcPlace } from './tc-filter.ts';

/**
 * A tunnel between two namespaces, over a line that speaks IPv4 and IPv6 and carries a VLAN:
 *
 *     near: pt0-0 10.0.0.1 ··· eth0 192.0.2.1 ═════ eth0 192.0.2.2 ··· pt0-0 10.0.0.2 :far
 *                   fd00::1     2001:db8::1               2001:db8::2   fd00::2
 *                              eth0.7 198.51.100.1        eth0.7 198.51.100.2
 */
const name = `pt${randomBytes(3).toString('hex')}`;
const [near, far] = [`${name}n`, `${name}f`];
const spaces = [near, far] as const;
const run = (tool: string, args: readonly string[], input = ''): string =>
  execFileSync(tool, args, { encoding: 'utf8', timeout: 60_000, input });
const at = (space: string, command: string, input?: string): string =>
  run('ip', ['netns', 'exec', space, ...command.split(' ')], input);

/** The bit that marks what is encrypted. */
const encryptedMark = '0x10000000';
const port = 51_820;

function connect(): void {
  run('ip', ['link', 'add', 'eth0', 'netns', near, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', far]);
  const keys = spaces.map(() => run('wg', ['genkey']));
  for (const [index, space] of spaces.entries()) {
    const host = index + 1;
    const peer = run('wg', ['pubkey'], keys[1 - index]).trim();
    at(space, 'ip link set eth0 up');
    // at the near end the tag is a part of the header, and not handed on beside it
    at(space, `ip link add link eth0 name eth0.7 type vlan id 7 reorder_hdr ${space === near ? 'off' : 'on'}`);
    at(space, 'ip link set eth0.7 up');
    at(space, `ip address add 192.0.2.${host}/24 dev eth0`);
    at(space, `ip address add 198.51.100.${host}/24 dev eth0.7`);
    at(space, `ip address add 2001:db8::${host}/64 dev eth0 nodad`);
    at(space, 'ip link add pt0-0 type wireguard');
    // by way of a pipe: what Node gives a program as its input cannot be opened by name
    const set = `cat | wg set pt0-0 listen-port ${port} fwmark ${encryptedMark} private-key /dev/stdin`;
    run('ip', ['netns', 'exec', space, 'sh', '-c', set], keys[index]);
    at(space, `wg set pt0-0 peer ${peer} allowed-ips 10.0.0.0/24,fd00::/64`);
    at(space, `ip address add 10.0.0.${host}/24 dev pt0-0`);
    at(space, `ip address add fd00::${host}/64 dev pt0-0 nodad`);
    at(space, 'ip link set pt0-0 up');
  }
}

/** A message of the kind that carries data (its first octet is 4), and more than the 32 octets of one that is empty. */
const isData = `udp dport ${port} udp length > 40 @th,64,8 4`;

/** How many packets with data arrive at the far end that match, such as `ip dscp 46`, while something is done. */
function arrivals(matches: readonly string[], action: () => void): number[] {
  const rules = matches.map((match) => `${isData} ${match} counter`);
  const chain = ['type filter hook prerouting priority raw;', ...rules].join('\n');
  at(far, 'nft -f -', `add table inet seen\ndelete table inet seen\ntable inet seen { chain c {\n${chain}\n}\n}\n`);
  action();
  return [...at(far, 'nft list table inet seen').matchAll(/counter packets (\d+)/g)].map(([, count]) => Number(count));
}

/** Pings of the far end through the tunnel, each with this octet as its type of service or traffic class. */
const ping = (count: number, octet: number, address = '10.0.0.2'): void => {
  expect(at(near, `ping -n -c ${count} -i 0.05 -W 10 -Q ${octet} ${address}`)).toContain(` ${count} received`);
};

const unable = whyNoPrograms() ?? whyNoKernelTunnels();

describe.skipIf(unable !== null)(`the outer code point${unable === null ? '' : ` (skipped: ${unable})`}`, () => {
  let programs: BpfObject;
  const attach = (device: string, program: string): void => {
    const place: TcPlace = { device, hook: 'egress', priority: 12 };
    inNetworkNamespace(near, () => attachProgram(place, programs.program(program)));
  };
  /** Lets the tunnel run over another line, and shakes hands over it. */
  const over = (endpoint: string): void => {
    const peer = at(near, 'wg show pt0-0 peers').trim();
    at(near, `wg set pt0-0 peer ${peer} endpoint ${endpoint}`);
    ping(1, 0);
  };

  beforeAll(() => {
    for (const space of spaces) run('ip', ['netns', 'add', space]);
    connect();
    over(`192.0.2.2:${port}`);
    programs = BpfObject.load('outer-dscp');
    attach('pt0-0', 'pt_dscp_note');
    for (const device of ['eth0', 'eth0.7']) attach(device, 'pt_dscp_copy');
  });
  afterAll(() => {
    programs?.close();
    for (const space of spaces) run('ip', ['netns', 'delete', space]);
  });

  it.each([
    ['IPv4', `192.0.2.2:${port}`, 'ip'],
    ['IPv6', `[2001:db8::2]:${port}`, 'ip6'],
    ['a VLAN', `198.51.100.2:${port}`, 'ip'],
  ])('is that of the packet inside, over %s', (_, endpoint, outer) => {
    over(endpoint);
    expect(arrivals([`${outer} dscp 46`], () => ping(4, 0xb8))).toEqual([4]);
    expect(arrivals([`${outer} dscp 10`, `${outer} dscp 46`], () => ping(3, 0x28, 'fd00::2'))).toEqual([3, 0]);
    expect(arrivals([`${outer} dscp 63`], () => ping(2, 0xfc))).toEqual([2]);
    // a checksum that is wrong would have cost the packets of IPv4, and a wrong mark the tunnel
    expect(arrivals([`${outer} dscp 0`], () => ping(5, 0))).toEqual([5]);
  });

  it('leaves congestion notification as WireGuard carries it', () => {
    over(`192.0.2.2:${port}`);
    const matches = ['ip dscp 46 ip ecn ect1', 'ip dscp 46 ip ecn ect0', 'ip dscp 46 ip ecn not-ect'];
    expect(arrivals(matches, () => ping(3, 0xb9))).toEqual([3, 0, 0]);
    expect(arrivals(matches, () => ping(2, 0xba))).toEqual([0, 2, 0]);
    expect(arrivals(matches, () => ping(1, 0xb8))).toEqual([0, 0, 1]);
  });

  it('is left alone in packets that are not of a tunnel', () => {
    const sent = arrivals(['ip dscp 46', 'ip dscp 0'], () => {
      const script = `const s = require('dgram').createSocket('udp4'); s.send(Buffer.alloc(64, 4), ${port}, '192.0.2.2', () => s.close())`;
      run('ip', ['netns', 'exec', near, process.execPath, '-e', script]);
    });
    expect(sent).toEqual([0, 1]);
  });
});
