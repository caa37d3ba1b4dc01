import { describe, expect, it } from 'vitest';
import { dscpName, parseDscp, parsePorts, portText } from './short-values.ts';

describe('values as people type them', () => {
  it('reads ports and ranges, and writes them back', () => {
    expect(parsePorts('443')).toEqual({ from: 443, to: 443 });
    expect(parsePorts(' 16384 – 32767 ')).toEqual({ from: 16_384, to: 32_767 });
    expect(parsePorts('http')).toBeNull();
    expect(
      [
        { from: 443, to: 443 },
        { from: 1, to: 9 },
      ].map(portText),
    ).toEqual(['443', '1-9']);
  });

  it('reads DSCP by number and name', () => {
    expect(['46', 'ef', ' CS1 ', 'gold'].map(parseDscp)).toEqual([46, 46, 8, null]);
    expect([46, 3].map(dscpName)).toEqual(['EF', '3']);
  });
});
