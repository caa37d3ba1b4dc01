import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainIndex, domainMatches, parseDomainPattern, type DomainPattern } from './domain-pattern.ts';

const pattern = (text: string): DomainPattern => text as DomainPattern;

describe('a domain pattern', () => {
  it.each([
    ['Example.COM.', 'example.com'],
    ['*.example.com', '*.example.com'],
    ['_sip._tcp.example.com', '_sip._tcp.example.com'],
    ['intranet', 'intranet'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
  ])('is read from %s', (text, wanted) => {
    expect(parseDomainPattern(text)).toEqual({ ok: true, value: wanted });
  });

  it.each([
    '',
    '*',
    '*.',
    '*.com',
    'a..b',
    '-a.com',
    'a-.com',
    'https://example.com',
    'a.*.com',
    '10.0.0.1',
    'ex ample.com',
    `${'a'.repeat(64)}.com`,
    `${'a.'.repeat(127)}com`,
  ])('is not read from "%s"', (text) => {
    expect(parseDomainPattern(text).ok).toBe(false);
  });

  it('with a star means every name below and no other', () => {
    const below = pattern('*.example.com');
    expect(['www.example.com', 'a.b.example.com'].every((name) => domainMatches(below, name))).toBe(true);
    expect(
      ['example.com', 'evilexample.com', 'example.com.evil.org', '.example.com'].some((name) =>
        domainMatches(below, name),
      ),
    ).toBe(false);
  });

  it('without a star means this name only', () => {
    expect(domainMatches(pattern('example.com'), 'example.com')).toBe(true);
    expect(domainMatches(pattern('example.com'), 'www.example.com')).toBe(false);
  });
});

describe('an index of patterns', () => {
  const label = fc.constantFrom('a', 'b', 'com', 'www');
  const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
  const anyPattern = fc.tuple(fc.boolean(), name).map(([star, text]) => pattern(star ? `*.${text}` : text));

  it('finds exactly the patterns that mean a name', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyPattern, { maxLength: 12 }), name, (patterns, asked) => {
        const index = new DomainIndex<string>();
        for (const each of patterns) index.add(each, each);
        expect(index.find(asked).toSorted()).toEqual(patterns.filter((each) => domainMatches(each, asked)).toSorted());
      }),
    );
  });

  it('tells the closest pattern first', () => {
    const index = new DomainIndex<string>();
    for (const text of ['*.example.com', '*.eu.example.com', 'a.eu.example.com']) index.add(pattern(text), text);
    expect(index.find('a.eu.example.com')).toEqual(['a.eu.example.com', '*.eu.example.com', '*.example.com']);
  });
});
