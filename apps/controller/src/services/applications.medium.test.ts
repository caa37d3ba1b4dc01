import { parseSiteDocument } from '@patronus/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at, refusalOf, tester, testNetwork, type TestNetwork } from '../testing/index.ts';
import { compileDocuments } from './compile-documents.ts';
import { readIntent } from './read-intent.ts';

let network: TestNetwork;
beforeEach(async () => {
  network = await testNetwork();
});
afterEach(() => network.close());

const erp = { name: 'erp', signatures: [{ domains: ['ERP.example.com', '*.erp.example.com'] }] };

describe('an application', () => {
  it('of the operators stands beside the catalogue, and can be changed', async () => {
    const made = await network.applications.create(tester, { ...erp, category: 'business', dscp: 18 });
    expect(made).toMatchObject({
      name: 'erp',
      title: 'erp',
      category: 'business',
      dscp: 18,
      custom: true,
      signatures: [{ domains: ['erp.example.com', '*.erp.example.com'] }],
    });
    const ports = [{ protocol: 'tcp' as const, from: 8000, to: 8009 }];
    await network.applications.update(tester, 'erp', { title: 'Our ERP', signatures: [{ ports }] });
    expect(await network.applications.get('ERP')).toMatchObject({ title: 'Our ERP', signatures: [{ ports }] });
    expect(await network.applications.get('zoom')).toMatchObject({ title: 'Zoom', custom: false, version: 0 });
    expect((await network.applications.list()).length).toBeGreaterThan(150);
  });

  it('of the catalogue stays as it is, and a name that nobody has is told with the one that was meant', async () => {
    await expect(network.applications.update(tester, 'zoom', { title: 'x' })).rejects.toThrow('stays as it is');
    await expect(network.applications.delete(tester, 'zoom')).rejects.toThrow('stays as it is');
    await expect(network.applications.get('zom')).rejects.toThrow('did you mean zoom?');
  });

  it('is refused with everything wrong with it', async () => {
    const wrong = {
      name: 'Zoom',
      category: 'buisness',
      dscp: 64,
      signatures: [
        {},
        { domains: ['*.com'], prefixes: ['10.0.0.1/8'], ports: [{ protocol: 'tcp' as const, from: 9, to: 8 }] },
      ],
    };
    expect(await refusalOf(network.applications.create(tester, wrong))).toEqual([
      'name: "Zoom" is not a name of an application',
      'category: there is no category "buisness"',
      'dscp: 64 is not a DSCP code point',
      'signatures[0]: is empty and would be every flow',
      'signatures[1].ports[0]: 9–8 are no ports',
      'signatures[1].domains[0]: "*.com" is a whole top-level domain; write it like example.com, or *.example.com for every name below it',
      expect.stringMatching(/^signatures\[1\]\.prefixes\[0\]: "10.0.0.1\/8" has host bits set/),
    ]);
    const taken = network.applications.create(tester, { ...erp, name: 'zoom' });
    expect(await refusalOf(taken)).toEqual(['name: "zoom" is in the catalogue']);
  });

  it('stays, with its name, while a policy names it', async () => {
    await network.applications.create(tester, erp);
    const match_conditions = { applications: ['ERP'], application_categories: ['custom'], domains: ['*.Example.ORG'] };
    const { id } = await network.policies.create(tester, { name: 'books', priority: 10, match_conditions });
    expect((await network.policies.get(id)).matchConditions).toEqual({
      applications: ['erp'],
      applicationCategories: ['custom'],
      domains: ['*.example.org'],
    });
    await expect(network.applications.delete(tester, 'erp')).rejects.toThrow('is named by "books"');
    expect(await refusalOf(network.applications.update(tester, 'erp', { name: 'sap' }))).toEqual([
      'name: it is named by "books"',
    ]);
    await network.policyDeletion.delete(tester, id, {});
    await network.applications.delete(tester, 'erp');
  });

  it('that a policy names wrongly is told with the one that was meant', async () => {
    const match_conditions = {
      applications: ['salesfroce'],
      application_categories: ['emial'],
      domains: ['https://a'],
    };
    const made = network.policies.create(tester, { name: 'x', priority: 1, match_conditions });
    await expect(made).rejects.toThrow(/did you mean salesforce\?.*did you mean email\?/);
  });

  it('reaches the documents of edges where a policy names it or its category, or an operator made it', async () => {
    await network.sites.create(tester, {
      name: 'hq',
      prefixes: ['10.1.0.0/24'],
      endpoints: [at('mpls', 'eth0', '192.0.2.1')],
    });
    await network.applications.create(tester, erp);
    const match_conditions = { any_of: [{ applications: ['zoom'] }, { application_categories: ['printing'] }] };
    await network.policies.create(tester, { name: 'x', priority: 1, match_conditions });
    const [document] = [...compileDocuments(await readIntent(network.store.db, 10_000))];
    expect(parseSiteDocument(JSON.parse(JSON.stringify(document))).ok).toBe(true);
    const names = document!.applications!.map(({ name }) => name);
    expect(names).toEqual(['erp', 'ipp', 'jetdirect', 'lpd', 'zoom']);
  });

  it('is applied from documents, exported, and pruned', async () => {
    await network.applications.create(tester, { ...erp, dscp: 18 });
    const documents = await network.declarations.export({ users: false });
    const own = documents.find(({ kind }) => kind === 'Application');
    expect(own).toMatchObject({ metadata: { name: 'erp' }, spec: { dscp: 18 } });
    expect(
      (await network.declarations.apply(tester, { documents })).objects.every((each) => each.outcome === 'unchanged'),
    ).toBe(true);
    const wiki = { ...own!, metadata: { name: 'wiki' }, spec: { signatures: [{ domains: ['wiki.example.com'] }] } };
    const { objects } = await network.declarations.apply(tester, { documents: [wiki], prune: true });
    expect(objects.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(['wiki created', 'erp deleted']);
    expect((await network.applications.list()).filter(({ custom }) => custom).map(({ name }) => name)).toEqual([
      'wiki',
    ]);
  });
});
