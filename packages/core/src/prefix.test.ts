import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressAt,
  isIpv6,
  parseAddress,
  parsePrefix,
  prefix,
  prefixContains,
  prefixesOverlap,
  prefixLength,
  type Address,
  type Prefix,
} from './prefix.ts';

describe('a prefix', () => {
  it.each([
    ['10.1.0.0/16', '10.1.0.0/16'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['192.0.2.1/32', '192.0.2.1/32'],
    ['2001:DB8:0:0::/64', '2001:db8::/64'],
    ['::/0', '::/0'],
  ])('%s is read as %s', (text, canonical) => expect(parsePrefix(text)).toEqual({ ok: true, value: canonical }));

  it.each([
    ['10.1.0.0', 'is not a prefix'],
    ['10.1.0.0/', 'is not a prefix'],
    ['10.1.0.0/1x', 'is not a prefix'],
    ['10.1/16', 'is not a prefix'],
    ['010.1.0.0/16', 'is not a prefix'],
    ['10.1.0.256/24', 'is not a prefix'],
    ['10.1.0.0/-1', 'is not a prefix'],
    ['10.1.0.0/33', 'length over 32'],
    ['2001:db8::/129', 'length over 128'],
    ['10.1.0.5/24', 'did you mean 10.1.0.0/24?'],
    ['2001:db8::1/64', 'did you mean 2001:db8::/64?'],
    ['', 'is not a prefix'],
  ])('"%s" is refused: %s', (text, why) => {
    const parsed = parsePrefix(text);
    expect(parsed.ok ? '' : parsed.error).toContain(why);
  });

  it('that the program itself wrote wrongly is a bug', () => expect(() => prefix('nonsense')).toThrow(TypeError));
  it('knows its length', () => expect(prefixLength(prefix('10.0.0.0/8'))).toBe(8));
  it('knows its family', () => expect([prefix('10.0.0.0/8'), prefix('::/0')].map(isIpv6)).toEqual([false, true]));
});

describe('an address', () => {
  it.each(['192.0.2.1', '2001:db8::1'])('%s is read', (text) =>
    expect(parseAddress(text)).toEqual({ ok: true, value: text }),
  );
  it.each(['192.0.2', '0x7f.1', '192.0.2.1/32', 'localhost', 'fe80::1%eth0', ''])('"%s" is refused', (text) => {
    expect(parseAddress(text).ok).toBe(false);
  });
});

describe('two prefixes', () => {
  it.each([
    ['10.0.0.0/8', '10.1.2.0/24', true],
    ['10.1.2.0/24', '10.1.3.0/24', false],
    ['10.1.2.0/24', '10.1.2.0/24', true],
    ['0.0.0.0/0', '192.0.2.0/24', true],
    ['0.0.0.0/0', '::/0', false],
    ['2001:db8::/32', '2001:db8:1::/48', true],
  ])('%s and %s overlap: %s', (a, b, overlap) => {
    expect(prefixesOverlap(prefix(a), prefix(b))).toBe(overlap);
    expect(prefixesOverlap(prefix(b), prefix(a))).toBe(overlap);
  });

  it('overlap exactly when one holds the first address of the other', () => {
    const arbitrary = fc.tuple(fc.nat(0xff), fc.integer({ min: 0, max: 32 })).map(([octet, length]): Prefix => {
      const parsed = parsePrefix(`10.${octet}.0.0/${length}`);
      return parsed.ok ? parsed.value : prefix(/mean (\S+)\?/.exec(parsed.error)![1]!);
    });
    const first = (of: Prefix) => of.slice(0, of.indexOf('/')) as Address;
    const check = fc.property(arbitrary, arbitrary, (a, b) => {
      expect(prefixesOverlap(a, b)).toBe(prefixContains(a, first(b)) || prefixContains(b, first(a)));
    });
    fc.assert(check, { seed: 1 });
  });
});

describe('an address within a prefix', () => {
  it('is counted from its start, across octets', () => {
    expect(addressAt(prefix('100.64.0.0/10'), 0)).toBe('100.64.0.0');
    expect(addressAt(prefix('100.64.0.0/10'), 65_537)).toBe('100.65.0.1');
    expect(addressAt(prefix('255.255.255.0/24'), 255)).toBe('255.255.255.255');
  });
  it.each([-1, 256])('does not exist at offset %d of a /24', (offset) => {
    expect(() => addressAt(prefix('10.0.0.0/24'), offset)).toThrow(RangeError);
  });
  it('is told from one outside', () => {
    expect(prefixContains(prefix('10.1.0.0/16'), '10.1.255.255' as Address)).toBe(true);
    expect(prefixContains(prefix('10.1.0.0/16'), '10.2.0.0' as Address)).toBe(false);
    expect(prefixContains(prefix('::/0'), '10.2.0.0' as Address)).toBe(false);
  });
});
