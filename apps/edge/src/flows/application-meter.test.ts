import type { Address, Prefix } from '@patronus/core';
import { parseFlowEntry, type FlowEntry } from '@patronus/netconf';
import { siteDocument } from '@patronus/testkit';
import { describe, expect, it } from 'vitest';
import { ApplicationMeter } from './application-meter.ts';

/** A flow from a LAN host to an address, with the octets it has carried. */
const flow = (destination: string, port: number, octets: readonly [number, number], from = ownHost): FlowEntry =>
  parseFlowEntry(
    `ipv4     2 tcp      6 431999 ESTABLISHED src=${from} dst=${destination} sport=40000 dport=${port} packets=9 bytes=${octets[0]} ` +
      `src=${destination} dst=${from} sport=${port} dport=40000 packets=8 bytes=${octets[1]} [ASSURED] mark=65536 use=1`,
  )!;
const base = siteDocument();
const document = { ...base, site: { ...base.site, prefixes: ['10.1.0.0/24' as Prefix] } };
const ownHost = '10.1.0.7';

function meter() {
  let entries: readonly FlowEntry[] | null = [];
  const names = new Map<string, readonly string[]>();
  const looks = new Map<string, string>();
  const made = new ApplicationMeter({
    entries: () => Promise.resolve(entries),
    document: () => document,
    namesOf: (address: Address) => names.get(address) ?? [],
    inspected: ({ destination, destinationPort }) => looks.get(`${destination} ${destinationPort}`) ?? null,
  });
  return {
    names,
    looks,
    read: (next: readonly FlowEntry[] | null) => {
      entries = next;
      return made.read();
    },
  };
}

describe('traffic of applications', () => {
  it('is what flows carried since the last look, in both directions', async () => {
    const { read } = meter();
    await read([]);
    expect(await read([flow('192.0.2.9', 22, [1_000, 5_000])])).toEqual([
      { application: 'ssh', flows: 1, bytesSent: 1_000, bytesReceived: 5_000 },
    ]);
    expect(await read([flow('192.0.2.9', 22, [1_400, 9_000])])).toEqual([
      { application: 'ssh', flows: 1, bytesSent: 400, bytesReceived: 4_000 },
    ]);
  });

  it('does not count again what was carried before the edge started', async () => {
    const { read } = meter();
    expect(await read([flow('192.0.2.9', 22, [1_000, 5_000])])).toMatchObject([{ flows: 1, bytesSent: 0 }]);
    expect(await read([flow('192.0.2.9', 22, [1_300, 5_000])])).toMatchObject([{ bytesSent: 300, bytesReceived: 0 }]);
  });

  it('is unknown until a name of the server is learned', async () => {
    const { read, names } = meter();
    await read([]);
    expect(await read([flow('192.0.2.10', 17_654, [10, 10])])).toMatchObject([{ application: 'unknown' }]);
    names.set('192.0.2.10', ['us04web.zoom.us']);
    expect(await read([flow('192.0.2.10', 17_654, [30, 10])])).toEqual([
      { application: 'zoom', flows: 1, bytesSent: 20, bytesReceived: 0 },
    ]);
  });

  it('is unknown until the flow shows what it is', async () => {
    const { read, looks } = meter();
    await read([]);
    expect(await read([flow('192.0.2.10', 17_654, [10, 10])])).toMatchObject([{ application: 'unknown' }]);
    looks.set('192.0.2.10 17654', 'bittorrent');
    expect(await read([flow('192.0.2.10', 17_654, [30, 10])])).toMatchObject([
      { application: 'bittorrent', bytesSent: 20 },
    ]);
  });

  it('counts a new flow between the same ports whole, and those that others began not at all', async () => {
    const { read } = meter();
    await read([flow('192.0.2.9', 22, [9_000, 9_000])]);
    const strange = flow(ownHost, 22, [5_000, 5_000], '203.0.113.5');
    expect(await read([flow('192.0.2.9', 22, [100, 200]), strange])).toEqual([
      { application: 'ssh', flows: 1, bytesSent: 100, bytesReceived: 200 },
    ]);
  });

  it('is not told where the kernel does not tell, and goes on after', async () => {
    const { read } = meter();
    await read([flow('192.0.2.9', 22, [100, 100])]);
    expect(await read(null)).toBeNull();
    expect(await read([flow('192.0.2.9', 22, [150, 100])])).toMatchObject([{ bytesSent: 50 }]);
  });
});
