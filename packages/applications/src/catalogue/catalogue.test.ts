import { applicationCategories, applicationNamePattern, maxApplicationName, prefixesOverlap } from '@patronus/core';
import { describe, expect, it } from 'vitest';
import { catalogue } from './index.ts';

const domainsOf = ({ signatures }: (typeof catalogue)[0]) => signatures.flatMap(({ domains = [] }) => domains);

describe('the catalogue', () => {
  it('has the applications that enterprises use', () => {
    expect(catalogue.length).toBeGreaterThanOrEqual(150);
    const names = new Set(catalogue.map(({ name }) => name));
    const wanted =
      'microsoft-teams exchange-online sharepoint-onedrive google-workspace google-meet zoom webex salesforce sap-gui aws slack github sip rtp smb rdp ssh postgresql veeam dns ntp syslog';
    expect(wanted.split(' ').filter((name) => !names.has(name))).toEqual([]);
  });

  it('names each once, in the form that policies use', () => {
    const names = catalogue.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) {
      expect(name).toMatch(applicationNamePattern);
      expect(name.length).toBeLessThanOrEqual(maxApplicationName);
    }
    expect(new Set(catalogue.map(({ title }) => title)).size).toBe(names.length);
  });

  it('has something to recognise each by, a category and a DSCP that exist', () => {
    const isSound = ({ category, signatures, dscp }: (typeof catalogue)[0]): boolean =>
      applicationCategories.includes(category) &&
      (dscp === null || (Number.isInteger(dscp) && dscp >= 0 && dscp <= 63)) &&
      signatures.length > 0 &&
      signatures.every(
        ({ domains = [], prefixes = [], ports = [] }) =>
          domains.length + prefixes.length + ports.length > 0 &&
          ports.every(({ from, to }) => from > 0 && from <= to && to <= 65_535),
      );
    expect(catalogue.filter((each) => !isSound(each)).map(({ name }) => name)).toEqual([]);
  });

  it('gives no domain to two applications, save one that is a part of the other', () => {
    const owners = Map.groupBy(
      catalogue.flatMap((each) => [...new Set(domainsOf(each))].map((domain) => ({ domain, name: each.name }))),
      ({ domain }) => domain,
    );
    const shared = [...owners.values()].filter((entries) => entries.length > 1);
    expect(shared.map((entries) => entries.map(({ domain, name }) => `${domain} ${name}`))).toEqual([]);
  });

  it('gives no prefix to two applications', () => {
    const all = catalogue.flatMap(({ name, signatures }) =>
      signatures.flatMap(({ prefixes = [] }) => prefixes.map((prefix) => ({ name, prefix }))),
    );
    const pairs = all.flatMap((a, i) => all.slice(i + 1).map((b) => [a, b] as const));
    expect(pairs.filter(([a, b]) => a.name !== b.name && prefixesOverlap(a.prefix, b.prefix))).toEqual([]);
  });
});
