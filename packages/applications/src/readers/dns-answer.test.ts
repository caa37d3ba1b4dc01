import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { debianAnswer } from '../testing/captures.ts';
import { dnsName, dnsResponse, ipv4Packet } from '../testing/packets.ts';
import { readDnsAnswer } from './dns-answer.ts';
import { DnsStreams } from './dns-stream.ts';
import { emptyPacket, readPacket } from './packet.ts';

const read = (bytes: Uint8Array) => readDnsAnswer(bytes, 0, bytes.length);

describe('a DNS answer', () => {
  it("of a resolver tells the name's address and how long it is good", () => {
    expect(read(debianAnswer)).toEqual({
      names: ['deb.debian.org'],
      addresses: [{ address: '203.0.113.80', ttlSec: 60 }],
    });
  });

  it('names the aliases that lead to the address, and keeps to the shortest of their times', () => {
    const answer = dnsResponse('Teams.Example.com', [
      ['teams.example.com', 'CNAME', 300, 'edge.cdn.example.net'],
      ['edge.cdn.example.net', 'CNAME', 30, 'pop7.cdn.example.net'],
      ['pop7.cdn.example.net', 'A', 3600, '192.0.2.7'],
      ['pop7.cdn.example.net', 'AAAA', 20, '20010db8000000000000000000000007'],
    ]);
    expect(read(answer)).toEqual({
      names: ['teams.example.com', 'edge.cdn.example.net', 'pop7.cdn.example.net'],
      addresses: [
        { address: '192.0.2.7', ttlSec: 30 },
        { address: '2001:db8::7', ttlSec: 20 },
      ],
    });
  });

  it('says nothing of names that were not asked for', () => {
    const answer = dnsResponse('a.example.com', [
      ['victim.example.org', 'A', 60, '192.0.2.66'],
      ['a.example.com', 'A', 60, '192.0.2.1'],
    ]);
    expect(read(answer)?.addresses).toEqual([{ address: '192.0.2.1', ttlSec: 60 }]);
  });

  it.each<[string, Uint8Array]>([
    ['a question', dnsResponse('a.example.com', [['a.example.com', 'A', 60, '192.0.2.1']], 0x0100)],
    ['a refusal', dnsResponse('a.example.com', [['a.example.com', 'A', 60, '192.0.2.1']], 0x8183)],
    ['an answer without addresses', dnsResponse('a.example.com', [['a.example.com', 'CNAME', 60, 'b.example.com']])],
    [
      'aliases in a ring',
      dnsResponse('a.x', [
        ['a.x', 'CNAME', 60, 'b.x'],
        ['b.x', 'CNAME', 60, 'a.x'],
      ]),
    ],
    ['nothing', new Uint8Array(0)],
  ])('is not %s', (_what, bytes) => {
    expect(read(bytes)).toBeNull();
  });

  it('takes a dot inside a label for no dot', () => {
    const forged = Buffer.concat([Buffer.from([13]), Buffer.from('evil.example'), Buffer.of(0x2e), dnsName('com')]);
    const bytes = Buffer.concat([dnsResponse('x', []).subarray(0, 12), forged, Buffer.of(0, 1, 0, 1)]);
    bytes.writeUInt16BE(1, 6);
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]);
    expect(read(Buffer.concat([bytes, record]))?.names).toEqual(['evil?example?.com']);
  });

  it('may compress its names, but not in a ring', () => {
    const header = dnsResponse('x', []).slice(0, 12);
    header[7] = 1;
    expect(read(Buffer.concat([header, Buffer.from([0xc0, 12, 0, 1, 0, 1]), Buffer.alloc(32)]))).toBeNull();
    expect(read(Buffer.concat([header, Buffer.from([1, 0x61, 0xc0, 12, 0, 1, 0, 1]), Buffer.alloc(32)]))).toBeNull();
  });

  it('is read from whatever octets come, without error and within them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(300), fc.nat(300), (bytes, from, to) => {
        readDnsAnswer(bytes, from, to);
      }),
      { numRuns: 5_000 },
    );
  });

  it('is read from answers of which octets were changed', () => {
    const answer = dnsResponse('a.example.com', [
      ['a.example.com', 'CNAME', 60, 'b.example.com'],
      ['b.example.com', 'A', 60, '192.0.2.1'],
    ]);
    const changes = fc.array(fc.tuple(fc.nat(answer.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(changes, fc.nat(answer.length), (edits, length) => {
        const bytes = answer.slice();
        for (const [at, octet] of edits) bytes[at] = octet;
        // What lies outside must not be seen: it would show as an address.
        const beyond = Buffer.concat([bytes.subarray(0, length), Buffer.alloc(64, 0xee)]);
        const found = readDnsAnswer(beyond, 0, length);
        expect(JSON.stringify(found)).not.toContain('238.238');
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('DNS over TCP', () => {
  const clock = { now: () => 0, wall: () => 0 };
  const message = (name: string): Buffer => {
    const response = dnsResponse(name, [[name, 'A', 60, '192.0.2.1']]);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(response.length);
    return Buffer.concat([length, response]);
  };
  const feed = (streams: DnsStreams, sequence: number, payload: Uint8Array) => {
    const bytes = ipv4Packet({ protocol: 'tcp', source: ['192.0.2.53', 53], sequence, payload });
    const packet = emptyPacket();
    expect(readPacket(bytes, 0, bytes.length, packet)).toBe(true);
    return streams.take(bytes, packet).map(({ names }) => names[0]);
  };

  it('is read however it is cut up, also over the end of the sequence numbers', () => {
    const stream = Buffer.concat([message('a.example.com'), message('b.example.com')]);
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 6 }), (cuts) => {
        const streams = new DnsStreams(clock);
        const base = 2 ** 32 - 20;
        const edges = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
        const found = [
          ...feed(streams, base, new Uint8Array(0)),
          ...edges
            .slice(1)
            .flatMap((end, index) => feed(streams, base + edges[index]!, stream.subarray(edges[index], end))),
        ];
        expect(found).toEqual(['a.example.com', 'b.example.com']);
      }),
      { numRuns: 300 },
    );
  });
});
