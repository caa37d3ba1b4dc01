import { describe, expect, it } from 'vitest';
import { tcpResult, type TcpReceiveEnd, type TcpSendEnd } from './tcp-result.ts';

const sending: TcpSendEnd = { bytes: 50_000, startedMs: 1000, error: null, closedCleanly: true };
const receiving: TcpReceiveEnd = {
  bytes: 50_000,
  connections: 1,
  error: null,
  firstMs: 1020,
  lastMs: 3020,
  slices: [10_000, null, 40_000],
  stalls: [{ fromMs: 1200, toMs: 1700 }],
};

describe('the result of a TCP stream', () => {
  it('survived when one connection carried every octet', () => {
    expect(tcpResult(sending, receiving, 3000)).toMatchObject({
      survived: true,
      failure: null,
      longestStallMs: 500,
      rateBps: 200_000,
      slices: [
        { startMs: 1020, rateBps: 800_000 },
        { startMs: 1120, rateBps: 0 },
        { startMs: 1220, rateBps: 3_200_000 },
      ],
    });
  });

  it.each([
    ['the sender met an error', { sending: { error: 'read ECONNRESET' } }, /ECONNRESET/],
    ['octets are missing', { receiving: { bytes: 49_000 } }, /1000 octets did not arrive/],
    ['a second connection was needed', { receiving: { connections: 2 } }, /2 connections/],
    ['it never came to an end', { sending: { closedCleanly: false } }, /did not close/],
  ])('did not survive when %s', (_name, change: { sending?: object; receiving?: object }, why) => {
    const result = tcpResult({ ...sending, ...change.sending }, { ...receiving, ...change.receiving }, 9000);
    expect(result.survived).toBe(false);
    expect(result.failure).toMatch(why);
  });

  it('counts the silence up to the end as a stall of a dead connection', () => {
    const dead = tcpResult({ ...sending, error: 'timed out' }, receiving, 9020);
    expect(dead.longestStallMs).toBe(6000);
    const never = { ...receiving, bytes: 0, connections: 0, firstMs: 0, lastMs: 0, slices: [], stalls: [] };
    expect(tcpResult({ ...sending, bytes: 0, error: 'refused' }, never, 5000).longestStallMs).toBe(4000);
  });
});
