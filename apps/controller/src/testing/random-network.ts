import fc from 'fast-check';
import type { HostSetManifest, Manifest, PolicyManifest, SiteManifest } from '../services/apply/index.ts';

const apiVersion = 'patronus/v1';
const labels = ['mpls', 'broadband', 'lte'] as const;
const siteNames = ['hq', 'Berlin Mitte', 'wien', 'São Paulo', 'x.1', 'b_2'];
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const withoutUndefined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;

const endpointShape = fc.record({
  label: fc.constantFrom(...labels),
  nat: fc.boolean(),
  cost: maybe(fc.integer({ min: 0, max: 1_000 })),
  profile: maybe(fc.constantFrom('fast' as const, 'default' as const, 'metered' as const)),
  up_bps: maybe(fc.constantFrom(null, 1e6, 1e9)),
  down_bps: maybe(fc.constantFrom(null, 2e6)),
});

/** Devices, addresses and prefixes come from small ranges, so that networks contend for them. */
const siteShape = fc.record({
  location: maybe(fc.constantFrom('', 'Vienna', 'Berlin: "Mitte" #1', '- yes\n')),
  devices: fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 4 }),
  endpoints: fc.array(endpointShape, { minLength: 4, maxLength: 4 }),
  port: maybe(fc.constantFrom(51_820, 40_000)),
  prefixes: fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 4 }),
  tags: maybe(fc.uniqueArray(fc.constantFrom('retail', 'EU', 'pilot'), { maxLength: 2 })),
  time_zone: maybe(fc.constantFrom('UTC', 'Europe/Vienna')),
  place: maybe(fc.constantFrom({ latitude: 48.2, longitude: 16.37 }, { latitude: -33.9, longitude: 18.4 })),
});

const hostSetShape = fc.record({
  description: maybe(fc.constantFrom('', 'All floors')),
  members: fc.uniqueArray(fc.constantFrom('10.0.3.7', '10.0.4.0/24', '2001:db8::/32'), { maxLength: 3 }),
});

/** No administrators: one must stay, so not every network could become any other. */
const userShape = fc.record({
  role: fc.constantFrom('viewer', 'operator'),
  name: fc.constantFrom('', 'Ann O'),
  enabled: fc.boolean(),
});

const policyShape = fc.record({
  priority: fc.integer({ min: 1, max: 9 }),
  description: maybe(fc.constantFrom('', 'Calls: keep them good')),
  protocol: maybe(fc.constantFrom('tcp' as const, 'udp' as const)),
  sites: fc.uniqueArray(fc.nat({ max: 5 }), { maxLength: 3 }),
  dscp: maybe(fc.uniqueArray(fc.integer({ min: 0, max: 63 }), { minLength: 1, maxLength: 3 })),
  isDrop: fc.boolean(),
  delay: maybe(fc.integer({ min: 1, max: 500 })),
  enabled: maybe(fc.boolean()),
  tags: maybe(fc.constantFrom(['eu'], ['Retail', 'pilot'])),
  hostSet: fc.boolean(),
  unless: maybe(fc.constantFrom({ dscp: [8] }, { destination_host_sets: ['Tills'] })),
  schedule: maybe(fc.constantFrom([{ days: ['mon', 'sun'] as const, from: '22:00', to: '06:00' }])),
});

/** A network that nothing is wrong with, as documents in any order. */
export const randomNetwork: fc.Arbitrary<Manifest[]> = fc
  .record({
    sites: fc.array(siteShape, { minLength: 2, maxLength: 5 }),
    names: fc.shuffledSubarray(siteNames, { minLength: 5 }),
    policies: fc.array(policyShape, { maxLength: 4 }),
    policyNames: fc.shuffledSubarray(['voice', 'Bulk', 'back-up', 'no radio', 'guests'], { minLength: 4 }),
    hostSets: fc.array(hostSetShape, { minLength: 2, maxLength: 2 }),
    links: maybe(fc.constantFrom(null, [], [{ a: 'broadband', b: 'mpls' }], [{ a: 'lte', b: 'lte' }])),
    action: fc.constantFrom('steer' as const, 'drop' as const),
    users: fc.array(userShape, { minLength: 1, maxLength: 2 }),
  })
  .map(({ sites, names, policies, policyNames, hostSets, links, action, users }) => {
    const taken = { addresses: new Set<number>(), prefixes: new Set<number>() };
    const documents = sites.map((shape, index) => siteDocument(names[index]!, shape, taken));
    const known = documents.map(({ metadata }) => metadata.name);
    return [
      { apiVersion, kind: 'TransportLinks', metadata: { name: 'default' }, spec: withoutUndefined({ links }) },
      { apiVersion, kind: 'Policy', metadata: { name: 'default' }, spec: { default: true, action: { type: action } } },
      ...documents,
      ...hostSets.map((shape, index) => hostSetDocument(['printers', 'tills'][index]!, shape)),
      ...policies.map((shape, index) => policyDocument(policyNames[index]!, shape, known)),
      ...users.map((spec, index) => ({ apiVersion, kind: 'User', metadata: { name: ['ann', 'Ben'][index]! }, spec })),
    ] as Manifest[];
  })
  .chain((documents) => fc.shuffledSubarray(documents, { minLength: documents.length }));

type Shape<A> = A extends fc.Arbitrary<infer T> ? T : never;

function siteDocument(
  name: string,
  { location, devices, endpoints, port, prefixes, place, ...own }: Shape<typeof siteShape>,
  taken: { addresses: Set<number>; prefixes: Set<number> },
): SiteManifest {
  const claim = (from: Set<number>, wanted: number): number => {
    const free = from.has(wanted) ? Math.max(...from, 9) + 1 : wanted;
    from.add(free);
    return free;
  };
  const made = devices.map((device, index) => {
    const { nat, ...shape } = endpoints[index]!;
    const reach = nat ? { nat } : { address: `198.51.100.${claim(taken.addresses, device + 1)}` };
    return withoutUndefined({ ...shape, ...reach, device: `eth${device}`, port });
  });
  const lan = prefixes.map((each) => `10.0.${claim(taken.prefixes, each)}.0/24`);
  const uplinks = made as SiteManifest['spec']['endpoints'];
  const spec = withoutUndefined({ location, prefixes: lan, endpoints: uplinks, ...place, ...own });
  return { apiVersion, kind: 'Site', metadata: { name }, spec: spec as SiteManifest['spec'] };
}

function hostSetDocument(name: string, shape: Shape<typeof hostSetShape>): HostSetManifest {
  return { apiVersion, kind: 'HostSet', metadata: { name }, spec: withoutUndefined(shape) as HostSetManifest['spec'] };
}

function policyDocument(
  name: string,
  { sites, protocol, dscp, isDrop, delay, tags, hostSet, unless, schedule, ...own }: Shape<typeof policyShape>,
  known: readonly string[],
): PolicyManifest {
  const named = sites.flatMap((index) => known[index]?.toUpperCase() ?? []);
  const match = withoutUndefined({
    source_sites: named.length === 0 ? undefined : named,
    destination_site_tags: tags,
    source_host_sets: hostSet ? ['PRINTERS'] : undefined,
    protocol,
    dscp,
    schedule,
    not: unless,
  });
  const sla = delay === undefined || isDrop ? undefined : { max_delay_ms: delay };
  const action = withoutUndefined({ type: isDrop ? 'drop' : 'steer', sla });
  const spec = withoutUndefined({ ...own, match_conditions: match, action }) as unknown as PolicyManifest['spec'];
  return { apiVersion, kind: 'Policy', metadata: { name }, spec };
}
