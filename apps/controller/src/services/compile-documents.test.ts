import {
  addressAt,
  defaultOverlay,
  pathId,
  prefix,
  type Address,
  type EndpointId,
  type Policy,
  type SiteId,
} from '@patronus/core';
import { parseSiteDocument } from '@patronus/protocol';
import { describe, expect, it } from 'vitest';
import { compileDocuments, type Intent, type IntentEndpoint, type IntentSite } from './compile-documents.ts';

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const endpoint = (site: number, slot: number, changes: Partial<IntentEndpoint> = {}): IntentEndpoint => ({
  id: uuid(site * 100 + slot) as EndpointId,
  siteId: uuid(site) as SiteId,
  slot,
  upBps: null,
  downBps: null,
  shaping: 'off',
  policing: false,
  outerDscp: 'none',
  label: `label${slot}`,
  device: `eth${slot}`,
  address: `192.0.2.${site * 10 + slot}` as Address,
  nat: false,
  port: 51_820,
  cost: slot * 10,
  profile: 'default',
  ...changes,
});

const site = (index: number, endpoints: IntentEndpoint[], keys: Record<string, string> = {}): IntentSite => ({
  id: uuid(index) as SiteId,
  name: `site${index}`,
  index,
  prefixes: [prefix(`10.${index}.0.0/24`)],
  tags: [],
  timeZone: 'UTC',
  endpoints,
  dropsCopies: false,
  tunnelKeys: new Map(Object.entries(keys)),
});

const fallback: Policy = { id: 1, class: 1, priority: 0, name: 'default', match: {}, action: { type: 'steer' } };

/** Every endpoint reaches all of other sites. */
function intentOf(...sites: IntentSite[]): Intent {
  const all = sites.flatMap((each) => each.endpoints);
  const paths = all.flatMap((a) =>
    all.filter((b) => b.siteId !== a.siteId).map((b) => ({ id: pathId(a.id, b.id), source: a.id, destination: b.id })),
  );
  const settings = { qosClasses: [], overlay: defaultOverlay, confirmWindowMs: 10_000 };
  return { sites, paths, overrides: new Map(), policies: [fallback], hostSets: [], applications: [], ...settings };
}
const documentOf = (intent: Intent, index: number) =>
  [...compileDocuments(intent)].find((document) => document.site.id === uuid(index))!;
const key = (letter: string): string => `${letter.repeat(43)}=`;

describe('a site document', () => {
  const two = intentOf(
    site(1, [endpoint(1, 0), endpoint(1, 3)], { 'pt0-0': key('A') }),
    site(2, [endpoint(2, 0)], { 'pt0-0': key('B'), 'pt0-3': key('C') }),
  );

  it('is one that edges accept', () => {
    for (const document of compileDocuments(two)) expect(parseSiteDocument(document)).toMatchObject({ ok: true });
  });

  it('says of a path alone that it was taken out of use', () => {
    const { id } = documentOf(two, 1).paths[0]!;
    const override = { reason: 'line is rebuilt', by: 'admin', expiresAt: null };
    const changed = { ...two, overrides: new Map([[id as string, override]]) };
    expect(documentOf(changed, 1).paths.map((path) => path.override)).toEqual([override, undefined]);
    expect(documentOf(changed, 2).version).toBe(documentOf(two, 2).version);
    expect(parseSiteDocument(documentOf(changed, 1))).toMatchObject({ ok: true });
  });

  it('has one tunnel for each own slot and slot of others, whatever the number of sites', () => {
    const three = intentOf(...two.sites, site(3, [endpoint(3, 0)]));
    expect(documentOf(three, 1).tunnels.map(({ name }) => name)).toEqual(['pt0-0', 'pt3-0']);
    expect(documentOf(three, 2).tunnels.map(({ name }) => name)).toEqual(['pt0-0', 'pt0-3']);
  });

  it('makes both ends of a tunnel agree on ports and probe addresses', () => {
    const [one, other] = [documentOf(two, 1), documentOf(two, 2)];
    const mine = one.tunnels.find(({ name }) => name === 'pt3-0')!;
    const theirs = other.tunnels.find(({ name }) => name === 'pt0-3')!;
    expect(mine.peers).toEqual([
      {
        siteId: uuid(2),
        endpointId: uuid(200),
        publicKey: key('C'),
        address: '192.0.2.20',
        port: theirs.listenPort,
        probeAddress: theirs.probeAddress,
        keepalive: 0,
      },
    ]);
    expect(mine.listenPort).toBe(51_820 + 3 * 16);
    expect(mine.probeAddress).toBe(addressAt(defaultOverlay, 1 * 256 + 3 * 16));
  });

  it('has no peer whose key is not known yet, but its path', () => {
    const [tunnel] = documentOf(intentOf(site(1, [endpoint(1, 0)]), site(2, [endpoint(2, 0)])), 1).tunnels;
    expect(tunnel!.peers).toEqual([]);
    expect(documentOf(two, 1).paths).toHaveLength(2);
  });

  it('has an edge behind NAT call, keep its line open, and never be called', () => {
    const nat = intentOf(
      site(1, [endpoint(1, 0, { nat: true, address: null })], { 'pt0-0': key('A') }),
      site(2, [endpoint(2, 0)], { 'pt0-0': key('B') }),
    );
    expect(documentOf(nat, 1).tunnels[0]!.peers[0]).toMatchObject({ address: '192.0.2.20', keepalive: 25 });
    expect(documentOf(nat, 2).tunnels[0]!.peers[0]).toMatchObject({ address: null, keepalive: 0 });
  });

  it('probes a path as its slower end asks, and adds the costs of both', () => {
    const mixed = intentOf(
      site(1, [endpoint(1, 0, { profile: 'fast', cost: 5 })]),
      site(2, [endpoint(2, 0, { profile: 'metered', cost: 7 })]),
    );
    expect(documentOf(mixed, 1).paths).toMatchObject([{ profile: 'metered', cost: 12 }]);
  });

  it('tells of sites without a path, so that what policies say of them holds', () => {
    const apart = { ...two, paths: [] };
    expect(documentOf(apart, 1)).toMatchObject({ tunnels: [], paths: [], remoteSites: [{ name: 'site2' }] });
  });

  it('has the same version for the same intent, and another when anything in it changed', () => {
    const reordered = { ...structuredClone(two), sites: two.sites.toReversed(), paths: two.paths.toReversed() };
    expect(documentOf(two, 1)).toEqual(documentOf(reordered, 1));
    const changed = { ...two, policies: [{ ...fallback, action: { type: 'drop' as const } }] };
    expect(documentOf(changed, 1).version).not.toBe(documentOf(two, 1).version);
  });

  it('keeps every number of the others when a site goes', () => {
    const three = intentOf(site(1, [endpoint(1, 0)]), site(2, [endpoint(2, 0)]), site(3, [endpoint(3, 0)]));
    const without = intentOf(three.sites[0]!, three.sites[2]!);
    const [before, after] = [documentOf(three, 3), documentOf(without, 3)];
    expect(after.tunnels.map(({ peers: _peers, ...rest }) => rest)).toEqual(
      before.tunnels.map(({ peers: _peers, ...rest }) => rest),
    );
    expect(after.paths).toEqual(before.paths.filter(({ remoteSiteId }) => remoteSiteId === uuid(1)));
  });
});
