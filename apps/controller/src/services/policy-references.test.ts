import type { PolicyMatch, SiteId } from '@patronus/core';
import { describe, expect, it } from 'vitest';
import { withoutSites } from './policy-references.ts';

const site = (name: string): SiteId => name as SiteId;
const [a, b] = [site('a'), site('b')];
const gone = new Set<string>([a]);

describe('a match without a site', () => {
  it.each<[string, PolicyMatch, PolicyMatch, boolean]>([
    [
      'that it does not name stays the same',
      { protocol: 'udp', sourceSites: [b] },
      { protocol: 'udp', sourceSites: [b] },
      false,
    ],
    ['keeps the others that it names', { sourceSites: [a, b] }, { sourceSites: [b] }, false],
    [
      'that was its only one is void, whatever else it says',
      { sourceSites: [a], protocol: 'tcp' },
      { protocol: 'tcp' },
      true,
    ],
    ['is void when one of its two ends is', { sourceSites: [b], destinationSites: [a] }, { sourceSites: [b] }, true],
    [
      'loses the alternatives that named only it',
      { anyOf: [{ sourceSites: [a] }, { dscp: [46] }] },
      { anyOf: [{ dscp: [46] }] },
      false,
    ],
    [
      'is void when no alternative is left',
      { protocol: 'udp', anyOf: [{ sourceSites: [a] }] },
      { protocol: 'udp' },
      true,
    ],
    [
      'no longer leaves out what only that site had',
      { protocol: 'udp', not: { sourceSites: [a], protocol: 'tcp' } },
      { protocol: 'udp' },
      false,
    ],
    ['still leaves out what other sites have', { not: { sourceSites: [a, b] } }, { not: { sourceSites: [b] } }, false],
    ['means any site by an empty list, as before', { sourceSites: [], dscp: [0] }, { dscp: [0] }, false],
    ['has no alternatives by an empty list, as before', { anyOf: [], dscp: [0] }, { dscp: [0] }, false],
  ])('%s', (_name, match, left, isVoid) => {
    expect(withoutSites(match, gone)).toEqual({ match: left, isVoid });
  });
});
