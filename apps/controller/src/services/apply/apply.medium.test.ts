import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identityRepository } from '../../repositories/identity-repository.ts';
import { at, refusalOf, tester, testNetwork, type TestNetwork } from '../../testing/index.ts';
import type { ApplyInput, Manifest } from './manifest.ts';

let network: TestNetwork;
beforeEach(async () => (network = await testNetwork()));
afterEach(() => network.close());

const apiVersion = 'patronus/v1';
const site = (name: string, spec: Record<string, unknown> = {}) => ({
  apiVersion,
  kind: 'Site',
  metadata: { name },
  spec,
});
const policy = (name: string, spec: Record<string, unknown> = {}) => ({
  apiVersion,
  kind: 'Policy',
  metadata: { name },
  spec: { priority: 100, ...spec },
});
const links = (spec: Record<string, unknown>) => ({
  apiVersion,
  kind: 'TransportLinks',
  metadata: { name: 'default' },
  spec,
});
const apply = (documents: Record<string, unknown>[], options: Partial<ApplyInput> = {}) =>
  network.declarations.apply(tester, { documents, ...options });
const outcomes = async (...args: Parameters<typeof apply>): Promise<string[]> =>
  (await apply(...args)).objects.map(({ kind, name, outcome }) => `${kind} ${name} ${outcome}`);
const exported = async (kind: string): Promise<Manifest[]> =>
  (await network.declarations.export({ users: true })).filter((each) => each.kind === kind);
const pathCount = async (): Promise<number> => (await network.paths.list()).length;

const hq = site('hq', { prefixes: ['10.1.0.0/24'], endpoints: [at('mpls', 'eth0', '192.0.2.1')] });
const branch = site('branch', { prefixes: ['10.2.0.0/24'], endpoints: [at('mpls', 'eth0', '192.0.2.2')] });

describe('documents', () => {
  it('make sites, links and policies that name each other, in whichever order they come', async () => {
    const voice = policy('voice', {
      match_conditions: { source_sites: ['branch'] },
      action: { type: 'steer', prefer: ['mpls'] },
    });
    expect(await outcomes([voice, links({ links: [{ a: 'mpls', b: 'mpls' }] }), branch, hq])).toEqual([
      'Policy voice created',
      'TransportLinks default updated',
      'Site branch created',
      'Site hq created',
    ]);
    expect(await pathCount()).toBe(2);
    expect(await exported('Policy')).toEqual([
      voice,
      { ...policy('default'), spec: expect.objectContaining({ default: true }) as unknown },
    ]);
  });

  it('say everything of a site: what they leave out takes its default', async () => {
    await apply([
      site('hq', { location: 'Vienna', prefixes: ['10.1.0.0/24'], endpoints: [at('lte', 'wwan0', '192.0.2.1')] }),
    ]);
    expect(await outcomes([site('HQ')])).toEqual(['Site HQ updated']);
    expect(await exported('Site')).toEqual([site('HQ')]);
  });

  it('keep the id of an endpoint whose label or device stays', async () => {
    await apply([site('hq', { endpoints: [at('mpls', 'eth0', '192.0.2.1'), at('lte', 'wwan0', '192.0.2.2')] })]);
    const before = await network.endpoints.list();
    await apply([site('hq', { endpoints: [at('lte', 'eth0', '192.0.2.2'), at('mpls', 'eth1', '192.0.2.1')] })]);
    const after = await network.endpoints.list();
    expect(after.map(({ id, label, device }) => [id, label, device])).toEqual([
      [before[0]!.id, 'lte', 'eth0'],
      [expect.any(String), 'mpls', 'eth1'],
    ]);
  });

  it('let prefixes, addresses and devices change hands', async () => {
    await apply([hq, branch]);
    const swapped = [
      { ...hq, spec: branch.spec },
      { ...branch, spec: hq.spec },
    ];
    expect(await outcomes(swapped)).toEqual(['Site hq updated', 'Site branch updated']);
    expect(await exported('Site')).toEqual([swapped[1], swapped[0]]);
    expect(await pathCount()).toBe(2);
  });

  it('give a new version to what they change, and to nothing else', async () => {
    const voice = policy('voice');
    const versions = async () => ({
      sites: (await network.sites.list()).map(({ name, version }) => [name, version]),
      endpoints: (await network.endpoints.list()).map((each) => [each.site, each.version]),
      policies: (await network.policies.list()).map(({ name, version }) => [name, version]),
      links: await network.links.version(),
    });
    await apply([hq, branch, voice]);
    const before = await versions();
    await apply([hq, branch, voice]);
    expect(await versions()).toEqual(before);
    const moved = { ...hq, spec: { ...hq.spec, location: 'Vienna', endpoints: [at('mpls', 'eth0', '192.0.2.9')] } };
    const set = links({ links: [{ a: 'mpls', b: 'mpls' }] });
    await apply([moved, branch, policy('voice', { description: 'calls' }), set]);
    expect(await versions()).toEqual({
      sites: before.sites.map(([name, version]) => [name, name === 'hq' ? Number(version) + 1 : version]),
      endpoints: before.endpoints.map(([name, version]) => [name, name === 'hq' ? Number(version) + 1 : version]),
      policies: before.policies.map(([name, version]) => [name, name === 'voice' ? Number(version) + 1 : version]),
      links: before.links + 1,
    });
  });

  it('that are applied as a dry run tell what would change, and nothing does', async () => {
    await apply([hq]);
    const { items: before } = await network.audit.list();
    const { objects, dryRun } = await apply([{ ...hq, spec: {} }, branch], { dry_run: true });
    expect([dryRun, objects]).toEqual([
      true,
      [
        { kind: 'Site', name: 'hq', outcome: 'updated', before: hq, after: { ...hq, spec: {} } },
        { kind: 'Site', name: 'branch', outcome: 'created', before: null, after: branch },
      ],
    ]);
    expect(await exported('Site')).toEqual([hq]);
    expect((await network.audit.list()).items).toEqual(before);
  });

  it('leave a row in the audit log for each object that changed, under the name of whoever applied them', async () => {
    await apply([hq, branch]);
    const { items: before } = await network.audit.list();
    await apply([{ ...hq, spec: { ...hq.spec, location: 'Vienna' } }, branch]);
    const { items } = await network.audit.list();
    expect(items.slice(0, -before.length).map(({ action, actor, details }) => [action, actor, details])).toEqual([
      ['site_updated', 'tester', { location: { from: '', to: 'Vienna' } }],
    ]);
  });

  it('change the default policy, which has its own sign', async () => {
    const rest = {
      apiVersion,
      kind: 'Policy',
      metadata: { name: 'rest' },
      spec: { default: true, action: { type: 'drop' } },
    };
    expect(await outcomes([rest])).toEqual(['Policy rest updated']);
    expect(await exported('Policy')).toEqual([rest]);
    expect(await refusalOf(apply([policy('rest')]))).toEqual([
      'documents[0].spec.default: "rest" is the policy for what no other matches',
    ]);
  });
});

describe('documents of users', () => {
  const user = (name: string, spec: Record<string, unknown>) => ({
    apiVersion,
    kind: 'User',
    metadata: { name },
    spec,
  });
  const password = 'Correct-Horse-7-Battery';

  it('make users who have no password yet, and say their role, name and whether they may sign in', async () => {
    const documents = [user('alice', { role: 'operator', name: 'Alice Gruber' }), user('bob', { role: 'viewer' })];
    expect(await outcomes(documents)).toEqual(['User alice created', 'User bob created']);
    expect(await exported('User')).toEqual(documents);
    expect(await outcomes(documents)).toEqual(['User alice unchanged', 'User bob unchanged']);
    const { items } = await network.audit.list();
    expect(items[0]).toMatchObject({ action: 'user_created', details: { role: 'viewer', password_given: false } });
    const changed = [user('ALICE', { role: 'viewer', enabled: false }), documents[1]!];
    expect(await outcomes(changed)).toEqual(['User alice updated', 'User bob unchanged']);
    expect(await exported('User')).toEqual([user('alice', { role: 'viewer', enabled: false }), documents[1]]);
  });

  it('leave an administrator who can sign in, and nobody who is new is one', async () => {
    await network.users.create(tester, { username: 'root', role: 'admin', password });
    const refusal = ['documents: would leave no administrator who can sign in'];
    const demoted = user('root', { role: 'operator' });
    expect(await refusalOf(apply([demoted]))).toEqual(refusal);
    expect(await refusalOf(apply([user('root', { role: 'admin', enabled: false })]))).toEqual(refusal);
    const successor = user('next', { role: 'admin' });
    expect(await refusalOf(apply([demoted, successor]))).toEqual(refusal);
    expect(await refusalOf(apply([successor], { prune: true }))).toEqual(refusal);
    await network.users.create(tester, { username: 'next', role: 'viewer', password });
    expect(await outcomes([demoted, successor])).toEqual(['User root updated', 'User next updated']);
  });

  it('prune who is in none of them, so that they can be restored; a name that is deleted stays taken', async () => {
    await apply([user('alice', { role: 'viewer' }), user('bob', { role: 'viewer' })]);
    expect(await outcomes([user('bob', { role: 'viewer' })], { prune: true })).toEqual([
      'User bob unchanged',
      'User alice deleted',
    ]);
    expect(await refusalOf(apply([user('alice', { role: 'viewer' })]))).toEqual([
      'documents[0].metadata.name: is that of a deleted user until 2030-01-31T00:00:00.000Z',
    ]);
    await network.userDeletion.restore(tester, 'alice');
    expect((await exported('User')).map(({ metadata }) => metadata.name)).toEqual(['alice', 'bob']);
  });

  it('tell nothing of whom single sign-on brought, and cannot change them', async () => {
    const { id } = await network.users.create(tester, { username: 'sue', role: 'viewer', password });
    const identity = {
      identity_id: 'i',
      user_id: id,
      issuer: 'https://id.example',
      subject: 's',
      manages_user: 1 as const,
    };
    const times = { created_at: 1, last_used_at: null };
    await network.store.change(({ db }) => identityRepository.insert(db, { ...identity, ...times }));
    expect(await exported('User')).toEqual([]);
    expect(await refusalOf(apply([user('sue', { role: 'admin' })]))).toEqual([
      'documents[0].metadata.name: comes from single sign-on, which says their name and role',
    ]);
  });

  it('take no password, and no role that there is not', async () => {
    const wrong = [
      user('alice', { role: 'king' }),
      user('bob', { role: 'viewer', password }),
      user('a b', { role: 'viewer' }),
    ];
    expect((await refusalOf(apply(wrong))).map((each) => each.split(': ')[0])).toEqual([
      'documents[0].spec.role',
      'documents[1].spec.password',
      'documents[2].metadata.name',
    ]);
  });
});

describe('documents with anything wrong', () => {
  it('are refused whole, with every wrong field of every one of them', async () => {
    const refused = await refusalOf(
      apply([
        hq,
        site('', { prefixes: ['10.1.0.0/25', 'here'] }),
        site('x', { endpoints: [{ label: 'LTE', device: 'a b' }] }),
      ]),
    );
    expect(refused.map((each) => each.split(': ')[0])).toEqual([
      'documents[1].metadata.name',
      'documents[1].spec.prefixes[1]',
      'documents[1].spec.prefixes[0]',
      'documents[2].spec.endpoints[0].label',
      'documents[2].spec.endpoints[0].device',
      'documents[2].spec.endpoints[0].address',
    ]);
    expect(await exported('Site')).toEqual([]);
  });

  it('of shape are told before anything is tried', async () => {
    const wrong = [
      { apiVersion: 'patronus/v2', kind: 'Site', metadata: { name: 'a' }, spec: {} },
      { apiVersion, kind: 'Router', metadata: { name: 'a' }, spec: {} },
      JSON.parse('{ "kind": "__proto__", "metadata": null, "spec": [] }') as Record<string, unknown>,
      site('b', { prefix: ['10.1.0.0/24'] }),
      { apiVersion, kind: 'Policy', metadata: {}, spec: { priority: 'high' } },
      hq,
      { ...hq, metadata: { name: 'HQ' } },
    ];
    expect(await refusalOf(apply(wrong))).toEqual([
      'documents[0].apiVersion: must be "patronus/v1"',
      'documents[1].kind: is none that can be applied',
      'documents[2].kind: is none that can be applied',
      'documents[3].spec.prefix: is unknown',
      'documents[4].metadata.name: is missing',
      'documents[4].spec.priority: must be integer',
      'documents[6].metadata.name: Site "HQ" is there already, as documents[5]',
    ]);
  });

  it('name the policy whose site or label is not there, and the links that join nothing', async () => {
    const voice = policy('voice', {
      match_conditions: { source_sites: ['nowhere'] },
      action: { type: 'steer', prefer: ['mpls'] },
    });
    expect(
      await refusalOf(apply([voice, policy('bulk', { priority: 0 }), links({ links: [{ a: 'x', b: ' ' }] })])),
    ).toEqual([
      'documents[2].spec.links: has an empty label',
      'documents[0].spec.match_conditions.source_sites[0]: there is no site "nowhere"',
      'documents[0].spec.action.prefer[0]: no endpoint has the label "mpls"',
      "documents[1].spec.priority: 0 is out of range; use 1 to 1000000; 0 is the default policy's".split(';')[0],
    ]);
    expect(await exported('TransportLinks')).toEqual([links({ links: null })]);
  });
});

describe('pruning', () => {
  it('deletes what is in no document, of the kinds that occur, and it can be restored', async () => {
    await apply([hq, branch, policy('voice')]);
    expect(await outcomes([branch], { prune: true })).toEqual(['Site branch unchanged', 'Site hq deleted']);
    expect((await exported('Policy')).map(({ metadata }) => metadata.name)).toEqual(['voice', 'default']);
    await network.siteDeletion.restore(tester, 'hq');
    expect(await exported('Site')).toEqual([branch, hq]);
  });

  it('makes room: what a pruned site held may go to a new one', async () => {
    await apply([hq]);
    const moved = { ...hq, metadata: { name: 'headquarters' } };
    expect(await outcomes([moved], { prune: true })).toEqual(['Site headquarters created', 'Site hq deleted']);
  });

  it('is refused while a policy that stays names a site that would go', async () => {
    const voice = policy('voice', { match_conditions: { source_sites: ['hq'] } });
    await apply([hq, branch, voice]);
    expect(await refusalOf(apply([branch], { prune: true }))).toEqual([
      'prune: site "hq" is in no document and would be deleted, but policy "voice" names it',
    ]);
    const other = policy('voice', { match_conditions: { source_sites: ['branch'] } });
    expect(await outcomes([branch, other], { prune: true })).toEqual([
      'Site branch unchanged',
      'Policy voice updated',
      'Site hq deleted',
    ]);
  });
});
