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
