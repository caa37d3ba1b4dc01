import { describe, expect, it } from 'vitest';
import { parseGateways, parseLinks, parseNextHops, parseRoutes, parseRules } from './ip-observed.ts';
import { parseNftCounters, parseNftTable } from './nft-observed.ts';
import { parseConntrackLine } from './conntrack.ts';
import { parseWgDump, parseWgEndpoints, parseWgTransfer } from './wg.ts';

describe('what the tools print', () => {
  it('reads links, also such without addresses', () => {
    const json = `[{"ifname":"eth0","flags":["BROADCAST","UP"],"mtu":1500,"addr_info":[{"family":"inet","local":"192.0.2.1","prefixlen":24},{}]},
      {"ifname":"tun0","flags":["UP","LOWER_UP"],"mtu":1420,"addr_info":[]}]`;
    expect(parseLinks(json)).toEqual([
      { name: 'eth0', up: true, carrier: false, mtu: 1500, addresses: [{ address: '192.0.2.1', prefixLength: 24 }] },
      { name: 'tun0', up: true, carrier: true, mtu: 1420, addresses: [] },
    ]);
  });

  it('reads next hops and groups of ours and leaves those of others', () => {
    const json = `[{"id":1,"dev":"pt0-0","scope":"link","protocol":"80","flags":[]},{"id":3,"blackhole":null,"protocol":"80","flags":[]},
      {"id":4,"gateway":"192.0.2.9","dev":"eth0","scope":"link","protocol":"zebra","flags":[]},
      {"id":10,"group":[{"id":1,"weight":10},{"id":3}],"protocol":"80","flags":[]}]`;
    expect(parseNextHops(json)).toEqual({
      nextHops: [
        { id: 1, device: 'pt0-0' },
        { id: 3, device: null },
      ],
      groups: [
        {
          id: 10,
          members: [
            { nextHop: 1, weight: 10 },
            { nextHop: 3, weight: 1 },
          ],
        },
      ],
    });
    expect(parseNextHops('')).toEqual({ nextHops: [], groups: [] });
  });

  it('reads routes over next hops, devices and to nowhere, host routes and named tables', () => {
    const json = `[{"type":"blackhole","dst":"10.3.0.0/24","table":"20481","nhid":12,"dev":"lo","flags":[]},
      {"dst":"10.2.0.9","nhid":11,"table":"20481","dev":"vb","prefsrc":"192.0.2.1","flags":[]},
      {"type":"unreachable","dst":"default","table":"24577","metric":4278198272,"flags":[]},
      {"dst":"100.64.1.0","dev":"pt0-0","scope":"link","flags":[]}]`;
    expect(parseRoutes(json, 'inet')).toEqual([
      {
        family: 'inet',
        table: 20481,
        destination: '10.3.0.0/24',
        metric: 0,
        target: { type: 'next_hop', id: 12 },
        source: null,
      },
      {
        family: 'inet',
        table: 20481,
        destination: '10.2.0.9/32',
        metric: 0,
        target: { type: 'next_hop', id: 11 },
        source: '192.0.2.1',
      },
      {
        family: 'inet',
        table: 24577,
        destination: 'default',
        metric: 4278198272,
        target: { type: 'unreachable' },
        source: null,
      },
      {
        family: 'inet',
        table: 254,
        destination: '100.64.1.0/32',
        metric: 0,
        source: null,
        target: { type: 'device', device: 'pt0-0', gateway: null },
      },
    ]);
  });

  it('reads the gateway of each device from its best default route, and from one with several legs', () => {
    const json = `[{"dst":"default","gateway":"192.0.2.2","dev":"eth0","metric":200,"flags":[]},
      {"dst":"default","gateway":"192.0.2.1","dev":"eth0","metric":100,"flags":[]},
      {"dst":"default","metric":300,"flags":[],"nexthops":[{"gateway":"198.51.100.1","dev":"eth1","weight":1,"flags":[]}]}]`;
    expect(parseGateways(json)).toEqual([
      { device: 'eth0', address: '192.0.2.1' },
      { device: 'eth1', address: '198.51.100.1' },
    ]);
  });

  it('reads rules of ours', () => {
    const json = `[{"priority":0,"src":"all","table":"local"},
      {"priority":16000,"src":"all","fwmark":"0","fwmask":"0x1fff0000","table":"20481","protocol":"80"},
      {"priority":10100,"src":"192.0.2.1","table":"main","suppress_prefixlen":0,"protocol":"80"},
      {"priority":10900,"src":"all","dst":"10.0.0.0","dstlen":24,"table":"main","protocol":"80"},
      {"priority":10900,"src":"all","dst":"10.0.1.1","table":"main","protocol":"80"},
      {"priority":10910,"src":"all","fwmark":"0","fwmask":"0x1fff0000","goto":15097,"protocol":"80"},
      {"priority":15097,"src":"all","nop":null,"protocol":"80"}]`;
    const plain = { family: 'inet', fwmark: null, from: null, to: null, table: 254, suppressPrefixLength: null };
    expect(parseRules(json, 'inet')).toEqual([
      {
        family: 'inet',
        priority: 16000,
        from: null,
        to: null,
        table: 20481,
        suppressPrefixLength: null,
        fwmark: { value: 0, mask: 0x1fff_0000 },
      },
      { ...plain, priority: 10100, from: '192.0.2.1', suppressPrefixLength: 0 },
      { ...plain, priority: 10900, to: '10.0.0.0/24' },
      { ...plain, priority: 10900, to: '10.0.1.1/32' },
      { ...plain, priority: 10910, table: 0, fwmark: { value: 0, mask: 0x1fff_0000 }, action: { goto: 15_097 } },
      { ...plain, priority: 15_097, table: 0, action: 'nop' },
    ]);
  });

  it('reads a tunnel, and passes over its private and preshared keys', () => {
    const text =
      'PRIVATE\tPUBLIC\t51820\t0x10000000\n' +
      'PEER1\tSHARED\t192.0.2.1:5182\t10.0.0.0/24,2001:db8::/48\t0\t0\t0\t25\n' +
      'PEER2\t(none)\t[2001:db8::9]:51820\t(none)\t0\t0\t0\toff\n';
    const tunnel = parseWgDump(text);
    expect(tunnel).toEqual({
      publicKey: 'PUBLIC',
      listenPort: 51820,
      fwmark: 0x1000_0000,
      peers: [
        {
          publicKey: 'PEER1',
          allowedIps: ['10.0.0.0/24', '2001:db8::/48'],
          keepalive: 25,
          endpoint: { address: '192.0.2.1', port: 5182 },
        },
        { publicKey: 'PEER2', endpoint: { address: '2001:db8::9', port: 51820 }, allowedIps: [], keepalive: 0 },
      ],
    });
    expect(JSON.stringify(tunnel)).not.toMatch(/PRIVATE|SHARED/);
    expect(parseWgDump('')).toBeNull();
    expect(parseWgDump('(none)\t(none)\t0\toff\n')).toEqual({ publicKey: '', listenPort: 0, fwmark: 0, peers: [] });
  });

  it('reads a flow with its class and who began it, and passes over those of no class', () => {
    const tail = 'src=10.2.0.10 dst=10.1.0.10 sport=443 dport=40000 [ASSURED] mark=229376 zone=0 use=2';
    const line = `ipv4     2 tcp      6 431999 ESTABLISHED src=10.1.0.10 dst=10.2.0.10 sport=40000 dport=443 ${tail}`;
    expect(parseConntrackLine(line)).toEqual({ class: 3, source: '10.1.0.10' });
    const six =
      'ipv6     10 udp      17 29 src=2001:0db8:0001:0000:0000:0000:0000:0010 dst=2001:0db8:0002::1 mark=65536 use=2';
    expect(parseConntrackLine(six)).toEqual({ class: 1, source: '2001:db8:1::10' });
    expect(parseConntrackLine(line.replace('mark=229376', 'mark=0'))).toBeNull();
    expect(parseConntrackLine(line.replace('mark=229376', 'mark=255'))).toBeNull();
    expect(parseConntrackLine('')).toBeNull();
  });

  it('reads what went through tunnels of ours', () => {
    const text = 'pt0-0\tPEER1\t1200\t5000000000\npt1-1\tPEER2\t0\t148\nwg0\tPEER3\t1\t2\n';
    expect(parseWgTransfer(text)).toEqual([
      { tunnel: 'pt0-0', publicKey: 'PEER1', bytesReceived: 1_200, bytesSent: 5_000_000_000 },
      { tunnel: 'pt1-1', publicKey: 'PEER2', bytesReceived: 0, bytesSent: 148 },
    ]);
    expect(parseWgTransfer('')).toEqual([]);
  });

  it('reads where the peers of tunnels of ours were heard from', () => {
    const silent = 'pt1-1\tPEER3\t(none)';
    const text = `pt0-2\tPEER1\t198.51.100.7:40001\npt1-1\tPEER2\t[2001:db8::7]:51820\n${silent}\nwg0\tPEER4\t192.0.2.1:1\n`;
    expect(parseWgEndpoints(text)).toEqual([
      { tunnel: 'pt0-2', publicKey: 'PEER1', address: '198.51.100.7', port: 40_001 },
      { tunnel: 'pt1-1', publicKey: 'PEER2', address: '2001:db8::7', port: 51_820 },
    ]);
    expect(parseWgEndpoints('')).toEqual([]);
  });

  it('reads the shape of a ruleset and its counters', () => {
    const json = JSON.stringify({
      nftables: [
        { metainfo: { version: '1.0.6' } },
        { counter: { name: 'policy_7', comment: 'epoch', packets: 5_000_000_000, bytes: 9 } },
        { counter: { name: 'mine', packets: 1, bytes: 1 } },
        {
          set: {
            name: 'a',
            elem: [
              { prefix: { addr: '10.1.0.0', len: 24 } },
              '10.0.0.9',
              { range: ['10.2.0.0', '10.2.1.3'] },
              '2001:db8::1',
            ],
          },
        },
        { map: { name: 'current', elem: [[1, { goto: { target: 'class_1' } }]] } },
        { chain: { name: 'prerouting' } },
        { chain: { name: 'empty' } },
        { set: { name: 'names_1_v4', elem: [{ elem: { val: '192.0.2.1', timeout: 300 } }] } },
        { rule: { chain: 'prerouting', comment: 'ruleset 0a1b generation 9', expr: [] } },
      ],
    });
    expect(parseNftTable(json)).toEqual({
      ruleset: {
        hash: '0a1b',
        generation: 9,
        maps: { current: 1 },
        chains: { prerouting: 1, empty: 0 },
        sets: { a: ['10.0.0.9/32', '10.1.0.0/24', '10.2.0.0-10.2.1.3', '2001:db8::1/128'] },
        counters: ['mine', 'policy_7'],
        nameSets: ['names_1_v4'],
      },
      counters: [{ policyId: 7, epoch: 'epoch', packets: 5_000_000_000, bytes: 9 }],
    });
    expect(parseNftCounters(json)).toEqual([{ policyId: 7, epoch: 'epoch', packets: 5_000_000_000, bytes: 9 }]);
  });
});
