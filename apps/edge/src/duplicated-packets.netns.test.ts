import { createHash } from 'node:crypto';
import type { Policy } from '@patronus/core';
import { whyNoPrograms } from '@patronus/linux';
import type { ObservedCopies } from '@patronus/netconf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trialDecisions, trialDocument } from './reconcile/trial/trial-documents.ts';
import { TrialNetwork } from './reconcile/trial/trial-network.ts';
import { eventually } from './testing/index.ts';

const policies: Policy[] = [
  { id: 1, class: 1, priority: 0, name: 'default', match: {}, action: { type: 'steer', duplicate: true } },
];
const tunnels: [string, string] = ['pt0-0', 'pt1-1'];

interface Pinged {
  readonly received: number;
  readonly duplicates: number;
}

/** Two edges whose every packet goes over both lines; nobody steers. */
const unable = whyNoPrograms();

describe.skipIf(unable !== null)(
  `a packet that goes over two paths${unable === null ? '' : ` (skipped: ${unable})`}`,
  () => {
    let network: TrialNetwork;

    const ping = async (...args: string[]): Promise<Pinged> => {
      const told = await network.edges[0]
        .runOnHost('ping', '-n', '-q', '-i', '0.005', '-W', '2', ...args)
        .catch((error: unknown) => String(error));
      return {
        received: Number(/(\d+) received/.exec(told)?.[1] ?? -1),
        duplicates: Number(/\+(\d+) duplicates/.exec(told)?.[1] ?? 0),
      };
    };
    const counted = async (edge: 0 | 1): Promise<Record<string, number>> => {
      const copies = await network.edges[edge].kernel().copies();
      const sum = (name: 'sent' | 'single' | 'first' | 'dropped' | 'late'): number =>
        copies.reduce((total: number, each: ObservedCopies) => total + each[name], 0);
      return {
        sent: sum('sent'),
        single: sum('single'),
        first: sum('first'),
        dropped: sum('dropped'),
        late: sum('late'),
      };
    };
    const grown = async (action: () => Promise<unknown>): Promise<Record<string, number>> => {
      const before = await counted(1);
      await action();
      const after = await counted(1);
      return Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - before[name]!]));
    };
    /** Drops silently what arrives at the second edge over a line. */
    const dark = (line: 0 | 1, on: boolean): Promise<string> => {
      const table = `table netdev dark${line}`;
      const rules = `${table} {
      chain in { type filter hook ingress device wan${line} priority 0; policy drop; }
    }`;
      return network.edges[1].run('nft', on ? rules : `delete ${table}`);
    };
    /** What a TCP server on the second host received of so many octets, by its hash. */
    const transfer = async (address: string, octets: number): Promise<string> => {
      const server = `require('node:net').createServer((socket) => {
      const hash = require('node:crypto').createHash('sha256');
      socket.on('data', (data) => hash.update(data)).on('end', () => { console.log(hash.digest('hex')); process.exit(0); });
    }).listen(5001, '${address}')`;
      const client = `const socket = require('node:net').connect(5001, '${address}');
      socket.on('error', () => setTimeout(() => process.exit(1), 100));
      socket.on('connect', () => socket.end(Buffer.alloc(${octets}, 'patronus')));`;
      const heard = network.edges[1].runOnHost(process.execPath, '-e', server);
      for (let attempt = 0; ; attempt++) {
        try {
          await network.edges[0].runOnHost(process.execPath, '-e', client);
          return (await heard).trim();
        } catch (error) {
          if (attempt === 20) throw error;
        }
      }
    };

    /** Fresh tunnels take some seconds when both ends call at the same time. */
    const bothPathsWork = (): Promise<unknown> =>
      eventually(
        () =>
          Promise.all([counted(0), counted(1)]).then(async (before) => {
            await ping('-c', '10', '10.1.0.2');
            const after = await Promise.all([counted(0), counted(1)]);
            return after.map((counts, edge) => ({
              first: counts['first']! - before[edge]!['first']!,
              dropped: counts['dropped']! - before[edge]!['dropped']!,
            }));
          }),
        (edges) => edges.every(({ first, dropped }) => first === 10 && dropped === 10),
      );

    beforeAll(async () => {
      network = await TrialNetwork.create();
      const keys: Record<string, string>[] = [];
      for (const index of [0, 1] as const) {
        await network.edges[index].apply(trialDocument(index, { policies }), trialDecisions(index, { 1: [0] }));
        keys.push(await network.edges[index].tunnelKeys());
      }
      for (const index of [0, 1] as const) {
        const edge = network.edges[index];
        const document = trialDocument(index, { policies, peerKeys: keys[1 - index]!, dropsCopies: true });
        const { unavailable } = await edge.apply(document, trialDecisions(index, { 1: [0] }));
        if (!(await edge.copyOver(1, 1 - index, tunnels))) throw new Error(JSON.stringify(unavailable));
      }
      await bothPathsWork();
    });
    afterAll(() => network?.remove());

    it.each([
      ['IPv4', '10.1.0.2', 100, 1],
      ['IPv6', '2001:db8:1::2', 100, 1],
      ['IPv4 in fragments', '10.1.0.2', 3000, 3],
      ['IPv6 in fragments', '2001:db8:1::2', 3000, 3],
    ])('arrives once: %s', async (_kind, address, bytes, packets) => {
      // both hosts learn how large a packet may be
      await ping('-c', '5', '-s', String(bytes), address);
      let pinged: Pinged | undefined;
      const count = 200;
      const grew = await grown(async () => {
        pinged = await ping('-c', String(count), '-s', String(bytes), address);
      });
      expect(pinged).toEqual({ received: count, duplicates: 0 });
      expect(grew).toMatchObject({
        first: count * packets,
        dropped: count * packets,
        sent: count * packets,
        late: 0,
        single: 0,
      });
    });

    it('is what was sent: TCP, whose segments leave many at once', async () => {
      const octets = 8 * 2 ** 20;
      const wanted = createHash('sha256').update(Buffer.alloc(octets, 'patronus')).digest('hex');
      for (const address of ['10.1.0.2', '2001:db8:1::2']) {
        const sentBefore = await counted(0);
        const grew = await grown(async () => expect(await transfer(address, octets)).toBe(wanted));
        expect((await counted(0))['single']).toBe(sentBefore['single']);
        // at the very least one packet for 1,400 octets
        expect(grew['first']).toBeGreaterThan(octets / 1400);
        // a tunnel in userspace drops some copies where bursts outrun it
        expect(grew['dropped']).toBeGreaterThan(0.5 * grew['first']!);
      }
    });

    it('arrives whichever path is dark', async () => {
      for (const line of [0, 1] as const) {
        await dark(line, true);
        expect(await ping('-c', '200', '10.1.0.2')).toEqual({ received: 200, duplicates: 0 });
        expect(await ping('-c', '50', '2001:db8:1::2')).toEqual({ received: 50, duplicates: 0 });
        await dark(line, false);
      }
    });

    it('is passed on with the room that it had: path MTU, and what is too large for two', async () => {
      // tunnels take 1420 octets, a stamp 16 of them
      expect((await ping('-c', '3', '-M', 'do', '-s', String(1404 - 28), '10.1.0.2')).received).toBe(3);
      expect((await ping('-c', '3', '-M', 'do', '-s', String(1405 - 28), '10.1.0.2')).received).not.toBe(3);
    });

    it('goes on being told apart when an edge starts anew, with the numbers where they were', async () => {
      const [first] = network.edges;
      const before = await first.kernel().copies();
      first.stop();
      first.start();
      const { programs } = await first.kernel().observe([]);
      expect(programs.filter(({ program }) => program.startsWith('pt_dup'))).toHaveLength(4);
      const after = await first.kernel().copies();
      expect(after.map(({ epoch }) => epoch).toSorted()).toEqual(before.map(({ epoch }) => epoch).toSorted());
      expect(await ping('-c', '200', '10.1.0.2')).toEqual({ received: 200, duplicates: 0 });
    });

    it('is not dropped for its stamp when the numbers of its sender begin anew', async () => {
      const [first] = network.edges;
      await first.clean();
      const document = trialDocument(0, { policies, peerKeys: await network.edges[1].tunnelKeys(), dropsCopies: true });
      await first.apply(document, trialDecisions(0, { 1: [0] }));
      await first.copyOver(1, 1, tunnels);
      await bothPathsWork();
      expect(await ping('-c', '200', '10.1.0.2')).toEqual({ received: 200, duplicates: 0 });
    });

    it('leaves nothing behind when the edge is cleaned', async () => {
      const [first] = network.edges;
      await first.clean();
      expect(await first.run('tc', 'filter', 'show', 'dev', 'wan0', 'ingress')).toBe('');
      expect((await first.kernel().observe([])).programs).toEqual([]);
    });
  },
);
