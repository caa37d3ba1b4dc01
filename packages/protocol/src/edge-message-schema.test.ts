import { describe, expect, it } from 'vitest';
import { parseEdgeMessage } from './edge-message-schema.ts';

const answer = { type: 'path_checked', id: 4, probes: [{ answered: true, rttMs: 20.5 }], problem: null };
const isRead = (changes: Record<string, unknown>): boolean =>
  parseEdgeMessage(JSON.stringify({ ...answer, ...changes })).ok;

describe('the answer to a check of a path', () => {
  it('is read with its probes', () => {
    expect(parseEdgeMessage(JSON.stringify(answer))).toEqual({ ok: true, value: answer });
    expect(isRead({ probes: [{ answered: false, rttMs: null }] })).toBe(true);
    expect(isRead({ probes: [], problem: 'there is no such path' })).toBe(true);
  });

  it.each([{ id: -1 }, { id: 'four' }, { probes: [{ answered: 'yes', rttMs: 1 }] }, { problem: 7 }])(
    'is none with %j',
    (changes) => {
      expect(isRead(changes)).toBe(false);
    },
  );

  it('has no more probes than can have been asked for', () => {
    expect(isRead({ probes: Array.from({ length: 21 }, () => ({ answered: false, rttMs: null })) })).toBe(false);
  });
});

describe('traffic of a path in telemetry', () => {
  const isTaken = (remote: unknown): boolean => {
    const each = { pathId: '1e9d2b0e-5f3b-4a52-9a0e-3c1f0f8b7a11', bytesSent: 1, bytesReceived: 2, remote };
    const batch = { from: 0, to: 1, paths: [], policies: [], traffic: [each], decisions: [], events: [] };
    return parseEdgeMessage(JSON.stringify({ type: 'telemetry', sequence: 1, batch })).ok;
  };

  it.each([undefined, { address: '203.0.113.7', port: 1 }, { address: '2001:db8::7', port: 65_535 }])(
    'may tell where the far end calls from: %j',
    (remote) => expect(isTaken(remote)).toBe(true),
  );

  it.each([
    null,
    '203.0.113.7:40001',
    { address: '203.0.113.7' },
    { port: 40_001 },
    { address: '203.0.113.7', port: 0 },
    { address: '203.0.113.7', port: 65_536 },
    { address: '203.0.113.7', port: 1.5 },
    { address: '203.0.113.7', port: '40001' },
    { address: '203.0.113.777', port: 40_001 },
    { address: 'branch.example.org', port: 40_001 },
    { address: 'fe80::1%eth0', port: 40_001 },
    { address: '2001:DB8::7', port: 40_001 },
  ])('is not taken with %j', (remote) => expect(isTaken(remote)).toBe(false));
});
