import { PatronusError, type ErrorCode } from '@patronus/core';
import { describe, expect, it } from 'vitest';
import { machineName, waitAfter } from './browser-login.ts';

const failed = (code: ErrorCode, status?: number): PatronusError =>
  new PatronusError(code, code, { facts: status === undefined ? {} : { status } });

describe('whoever waits for a browser', () => {
  it('goes on at the same pace while nobody has answered, and slower where that is too fast', () => {
    expect(waitAfter(failed('authorization_pending', 400), 5_000)).toBe(5_000);
    expect(waitAfter(failed('slow_down', 400), 5_000)).toBe(10_000);
    expect(waitAfter(failed('rate_limited', 429), 10_000)).toBe(15_000);
  });

  it('asks a controller that is away less and less often, and never more often than it was told', () => {
    expect(waitAfter(failed('unreachable'), 5_000)).toBe(10_000);
    expect(waitAfter(failed('internal', 502), 10_000)).toBe(20_000);
    expect(waitAfter(failed('timeout'), 20_000)).toBe(30_000);
    expect(waitAfter(failed('timeout'), 40_000)).toBe(40_000);
  });

  it('stops once it was refused or is over, or for what was not expected', () => {
    expect(waitAfter(failed('access_denied', 400), 5_000)).toBeNull();
    expect(waitAfter(failed('expired_token', 400), 5_000)).toBeNull();
    expect(waitAfter(failed('invalid_input', 422), 5_000)).toBeNull();
    expect(waitAfter(new TypeError('a bug'), 5_000)).toBeNull();
  });
});

describe('the name of a machine', () => {
  it.each([
    ['noc-laptop.example.net', 'noc-laptop.example.net'],
    ['Anna’s MacBook', 'Anna-s MacBook'],
    ['-_x', 'x'],
    ['über', 'ber'],
    ['東京', null],
    ['', null],
  ])('%j is told as %j', (name, told) => {
    expect(machineName(name)).toBe(told);
  });

  it('has 63 letters at most', () => {
    expect(machineName('x'.repeat(64))).toHaveLength(63);
  });
});
