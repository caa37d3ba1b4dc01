import type { Address, DomainPattern, Policy, Prefix } from '@patronus/core';
import { siteDocument } from '@patronus/testkit';
import { describe, expect, it } from 'vitest';
import { nameSetsOf } from './learning.ts';
import { nftTransaction } from './nft-text.ts';
import { compileRuleset, rulesetShape } from './ruleset.ts';

const shop: Policy = {
  id: 7,
  class: 7,
  priority: 10,
  name: 'shop',
  match: { anyOf: [{ domains: ['*.example.com' as DomainPattern] }, { applications: ['erp'] }] },
  action: { type: 'steer' },
};
const base = siteDocument();
const document = {
  ...base,
  site: { ...base.site, prefixes: ['10.1.0.0/24' as Prefix, '2001:db8:1::/48' as Prefix] },
  policies: [shop, ...base.policies],
  applications: [
    {
      name: 'erp',
      title: 'ERP',
      category: 'business' as const,
      signatures: [{ domains: ['erp.example.org' as DomainPattern] }],
      dscp: null,
    },
  ],
};
const learned = (name: string, address: string, ttlSec: number) => ({ name, address: address as Address, ttlSec });
const names = [
  learned('a.example.com', '192.0.2.7', 400),
  learned('b.example.com', '192.0.2.7', 500),
  learned('a.example.com', '2001:db8::7', 300),
  learned('erp.example.org', '192.0.2.8', 300),
  learned('www.example.net', '192.0.2.9', 300),
];
const facts = {
  ruleset: null,
  countingEpoch: 'now',
  wallMs: 0,
  refused: new Set<never>(),
  learning: { mode: 'hold' as const, names },
};

describe('sets of learned addresses', () => {
  const ruleset = compileRuleset(document, facts);

  it('are those that the edge is told to fill', () => {
    const told = nameSetsOf(document).map(({ name }) => name);
    expect(ruleset.nameSets).toHaveLength(4);
    expect(ruleset.nameSets.filter(({ name }) => !told.includes(name))).toEqual([]);
  });

  it('begin with what is known, each address once and as long as it is good', () => {
    const text = nftTransaction(ruleset, null);
    expect(text).toContain('elements = { 192.0.2.7 timeout 500s }');
    expect(text).toContain('elements = { 2001:db8::7 timeout 300s }');
    expect(text).toContain('elements = { 192.0.2.8 timeout 300s }');
    expect(text).not.toContain('192.0.2.9');
  });

  it('keep what they hold when other policies come, and go with the last that names them', () => {
    const previous = rulesetShape(ruleset);
    const again = nftTransaction(ruleset, previous);
    expect(again).not.toMatch(/flush set inet patronus names_|timeout 500s/);
    const without = compileRuleset({ ...document, policies: base.policies }, facts);
    expect(nftTransaction(without, previous).match(/delete set inet patronus names_/g)).toHaveLength(4);
  });

  it('do not make another ruleset by what is learned', () => {
    const later = compileRuleset(document, { ...facts, learning: { mode: 'hold', names: [] } });
    expect(later.hash).toBe(ruleset.hash);
  });
});

describe('packets that may tell names', () => {
  const text = (mode: 'hold' | 'copy' | null): string => {
    const { learning: _learning, ...others } = facts;
    return nftTransaction(
      compileRuleset(document, mode === null ? others : { ...others, learning: { mode, names: [] } }),
      null,
    );
  };

  it('are held where the kernel can, and go on when nobody reads them', () => {
    expect(text('hold')).toContain('queue flags bypass to 5380');
    expect(text('hold')).not.toContain('log group');
  });

  it('are copied for inspection as well, where flows are inspected', () => {
    const inspecting = nftTransaction(
      compileRuleset(document, { ...facts, learning: { mode: 'hold', names: [], inspects: true } }),
      null,
    );
    expect(inspecting).toMatch(/ct packets > 24 [^]*jump inspect/);
    expect(inspecting.match(/log group 5382/g)).toHaveLength(2);
    expect(text('hold')).not.toContain('5382');
  });

  it('are copied elsewhere, and nothing is done where names are not learned', () => {
    expect(text('copy')).toContain('log group 5380');
    expect(text('copy')).not.toContain('queue');
    expect(text(null)).not.toMatch(/queue|log group|chain learn/);
  });
});
