import { Learner } from './learner.ts';
import { ctInspectMark, ctWatchMark, type DomainPattern, type Prefix } from '@patronus/core';
import type { FlowTuple, TimedElement } from '@patronus/linux';
import { beforeEach, describe, expect, it } from 'vitest';
import { dnsResponse, ipv4Packet, opensslHello } from '@patronus/applications/testing';

/** What a flow's mark loses when its name is known. */
const told = ctWatchMark | ctInspectMark;
const pattern = (text: string): DomainPattern => text as DomainPattern;
const plan = {
  sets: [
    { name: 'names_a_v4', patterns: [pattern('*.example.com')] },
    { name: 'names_a_v6', patterns: [pattern('*.example.com')] },
    { name: 'names_b_v4', patterns: [pattern('www.example.com'), pattern('cdn.example.net')] },
  ],
  sitePrefixes: ['10.2.0.0/24' as Prefix],
};

let now: number;
let put: TimedElement[][];
let cleared: { flow: FlowTuple; bits: number }[];
let errno: number;
let troubles: unknown[];
let refuse: Error | null;
let learner: Learner;
beforeEach(() => {
  [now, put, cleared, errno, troubles, refuse] = [0, [], [], 0, [], null];
  learner = new Learner(
    { now: () => now, wall: () => now },
    {
      put: (elements) => {
        if (refuse !== null) throw refuse;
        put.push([...elements]);
      },
      clear: (flow, bits) => {
        cleared.push({ flow: { ...flow }, bits });
        return errno;
      },
      trouble: (error) => troubles.push(error),
    },
  );
  learner.configure(plan);
});

const take = (packet: Uint8Array): void => learner.take(packet, 0, packet.length);
const answer = (address = '192.0.2.7'): Uint8Array =>
  ipv4Packet({
    protocol: 'udp',
    source: ['10.1.0.53', 53],
    destination: ['10.1.0.10', 40_000],
    payload: dnsResponse('www.example.com', [
      ['www.example.com', 'CNAME', 60, 'cdn.example.net'],
      ['cdn.example.net', 'A', 3_600, address],
    ]),
  });
const greeting = (destination: string): Uint8Array =>
  ipv4Packet({ protocol: 'tcp', destination: [destination, 443], payload: opensslHello });

describe('an answer of DNS', () => {
  it('puts the address into every set that means one of its names, for as long as the record and at least five minutes', () => {
    take(answer());
    expect(put).toEqual([
      [
        { set: 'names_b_v4', address: '192.0.2.7', ttlSec: 300 },
        { set: 'names_a_v4', address: '192.0.2.7', ttlSec: 300 },
      ],
    ]);
    expect(learner.news()).toEqual([
      { address: '192.0.2.7', names: ['www.example.com', 'cdn.example.net'], ttlSec: 60 },
    ]);
    expect(learner.news()).toEqual([]);
  });

  it('that comes again is written again when half of the time is over', () => {
    take(answer());
    now = 100_000;
    take(answer());
    expect(put).toHaveLength(1);
    now = 200_000;
    take(answer());
    expect(put).toHaveLength(2);
  });

  it('is remembered for sets that come later', () => {
    learner.configure({ ...plan, sets: [] });
    take(answer());
    expect(put).toEqual([]);
    now = 60_000;
    learner.configure(plan);
    expect(
      put
        .flat()
        .map(({ set, ttlSec }) => `${set} ${ttlSec}`)
        .toSorted(),
    ).toEqual(['names_a_v4 240', 'names_b_v4 240']);
  });

  it('is written once more after the kernel refused it', () => {
    refuse = new Error('no such set');
    take(answer());
    refuse = null;
    take(answer());
    expect(put).toHaveLength(1);
    expect(troubles).toHaveLength(2);
  });
});

describe('the greeting of a client', () => {
  it('to a site teaches the address and has the flow classified again', () => {
    take(greeting('10.2.0.9'));
    expect(put.flat()).toContainEqual({ set: 'names_a_v4', address: '10.2.0.9', ttlSec: 300 });
    expect(cleared).toHaveLength(1);
    expect(cleared[0]!.flow).toMatchObject({ protocol: 'tcp', sourcePort: 40_000, destinationPort: 443 });
    expect(cleared[0]!.bits).toBe(told | 0x0fff_ff00);
  });

  it('to the Internet teaches the address, and leaves the flow where it is', () => {
    take(greeting('192.0.2.9'));
    expect(put).toHaveLength(1);
    expect(cleared.map(({ bits }) => bits)).toEqual([told]);
  });

  it('that tells what is known already leaves the flow in its class', () => {
    take(greeting('10.2.0.9'));
    take(
      ipv4Packet({
        protocol: 'tcp',
        source: ['10.1.0.10', 40_001],
        destination: ['10.2.0.9', 443],
        payload: opensslHello,
      }),
    );
    expect(cleared.at(-1)!.bits).toBe(told);
  });

  it('that is none ends the watch', () => {
    const payload = Buffer.from('SSH-2.0-OpenSSH_9.2\r\n');
    take(ipv4Packet({ protocol: 'tcp', destination: ['10.2.0.9', 443], payload }));
    expect(put).toEqual([]);
    expect(cleared.map(({ bits }) => bits)).toEqual([ctWatchMark]);
  });

  it('of a flow that the kernel does not know yet ends the watch with the next packet', () => {
    errno = 2;
    take(greeting('10.2.0.9'));
    errno = 0;
    take(ipv4Packet({ protocol: 'tcp', destination: ['10.2.0.9', 443], payload: Buffer.from('more') }));
    expect(cleared.map(({ bits }) => bits)).toEqual([told | 0x0fff_ff00, ctWatchMark]);
  });
});

it('whatever octets come, nothing is thrown', () => {
  for (let length = 0; length < 200; length++) {
    const packet = answer('192.0.2.9').slice(0, length);
    expect(() => take(packet)).not.toThrow();
  }
});
