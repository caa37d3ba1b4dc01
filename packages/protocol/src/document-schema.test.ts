import { describe, expect, it } from 'vitest';
import type { Prefix } from '@patronus/core';
import { siteDocument } from '@patronus/testkit';
import { documentVersion, type SiteDocument } from './document.ts';
import { parseSiteDocument } from './document-schema.ts';

const rehashed = (fields: Record<string, unknown>): unknown => {
  const content = { ...siteDocument(), ...fields } as SiteDocument;
  return { ...content, version: documentVersion(content) };
};

const problemsOf = (value: unknown): string => {
  const parsed = parseSiteDocument(value);
  return parsed.ok ? '' : parsed.error.map((each) => `${each.field}: ${each.problem}`).join('; ');
};

describe('a site document from the wire', () => {
  it('is read back as it was written', () => {
    const document = siteDocument();
    expect(parseSiteDocument(JSON.parse(JSON.stringify(document)))).toEqual({ ok: true, value: document });
  });

  it('is refused when its content does not hash to its version', () => {
    expect(problemsOf({ ...siteDocument(), confirmWindowMs: 31_000 })).toContain('version: is not the hash');
  });

  it('names both formats when it has one from another version of the program', () => {
    expect(problemsOf(rehashed({ format: 2 }))).toBe('format: is 2, this edge reads 1');
  });

  it('is refused when it has a field that this edge knows nothing of', () => {
    expect(problemsOf(rehashed({ quota: 1 }))).toContain('quota');
  });

  it('says where a malformed prefix is', () => {
    const site = { ...siteDocument().site, prefixes: ['10.0.0.1/24' as Prefix] };
    expect(problemsOf(rehashed({ site }))).toContain('site.prefixes[0]: must be a prefix');
  });

  it('lets no device name pass that could end a line of ip or nft text', () => {
    const endpoints = siteDocument().endpoints.map((endpoint) => ({ ...endpoint, device: 'eth0"; drop' }));
    expect(problemsOf(rehashed({ endpoints }))).toContain('endpoints[0].device');
  });

  it('is refused when a path runs through a tunnel that it does not have', () => {
    expect(problemsOf(rehashed({ tunnels: [] }))).toContain('paths[0]: runs through pt0-0, which is not here');
  });

  describe('with a path taken out of use', () => {
    const override = { reason: 'line is rebuilt', by: 'admin', expiresAt: 1_800_000_000_000 };
    const withOverride = (changes: Record<string, unknown>): unknown =>
      rehashed({ paths: siteDocument().paths.map((path) => ({ ...path, override: { ...override, ...changes } })) });

    it('is read, with or without an end', () => {
      expect(problemsOf(withOverride({}))).toBe('');
      expect(problemsOf(withOverride({ expiresAt: null }))).toBe('');
    });

    it.each([{ reason: '' }, { reason: 'x'.repeat(201) }, { expiresAt: 'tomorrow' }, { by: 7 }, { since: 1 }])(
      'is refused when the override has %j',
      (changes) => {
        expect(problemsOf(withOverride(changes))).toContain('paths[0].override');
      },
    );
  });

  it.each([null, 7, 'text', [], {}])('is refused when it is %j', (value) => {
    expect(parseSiteDocument(value).ok).toBe(false);
  });
});
