import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askGraphql, TestController } from '../testing/index.ts';

let controller: TestController;
beforeAll(async () => {
  controller = await TestController.start();
  for (let index = 1; index <= 4; index++) {
    await controller.ask('POST', 'sites', {
      name: `site-${index}`,
      location: index % 2 === 0 ? 'Vienna' : 'Graz',
      prefixes: [`10.${index}.0.0/24`],
      endpoints: [
        { label: 'mpls', device: 'eth0', address: `192.0.2.${index}`, cost: 10 - index },
        { label: 'lte', device: 'wwan0', nat: true },
      ],
    });
    await controller.ask('POST', 'policies', { name: `policy, ${index}`, priority: index, enabled: index > 2 });
    await controller.ask('POST', 'enrolment-keys', { site: `site-${index}` });
  }
});
afterAll(() => controller.stop());

interface Page {
  readonly items: readonly Record<string, unknown>[];
  readonly next_cursor: string | null;
}
/** Every list, with the field that tells its items apart, at both doors. */
const lists = [
  ['sites', 'sites', 'id'],
  ['endpoints', 'endpoints', 'id'],
  ['paths', 'paths', 'id'],
  ['policies', 'policies', 'id'],
  ['enrolment-keys', 'enrolmentKeys', 'id'],
  ['paths/left-out', 'leftOutPairs', 'source_site source_label dest_site dest_label'],
  ['events', 'events', 'id'],
  ['audit', 'auditLog', 'sequence'],
] as const;

describe.each(lists)('the list %s', (path, field, keys) => {
  const key = (row: Record<string, unknown>): string =>
    keys
      .split(' ')
      .map((name) => String(row[name]))
      .join(' ');

  it('comes in pages that leave nothing out, the same at both doors', async () => {
    const all = await controller.get<Page>(`${path}?limit=1000`);
    expect(all.items.length).toBeGreaterThan(3);
    const [byRest, byGraphql]: [string[], string[]] = [[], []];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Page = await controller.get<Page>(`${path}?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`);
      byRest.push(...page.items.map(key));
      cursor = page.next_cursor;
    }
    for (let cursor: string | null = null; ;) {
      const query = `query ($cursor: String) { page: ${field}Page(limit: 3, cursor: $cursor) { items { ${keys} } next_cursor } }`;
      const answer: { data: { page: Page } | null } = await askGraphql<{ page: Page }>(controller, query, { cursor });
      byGraphql.push(...answer.data!.page.items.map(key));
      cursor = answer.data!.page.next_cursor;
      if (cursor === null) break;
    }
    expect(byRest).toEqual(all.items.map(key));
    expect(byGraphql).toEqual(byRest);
  });

  it('refuses what it does not know, by name', async () => {
    const answers = [
      await controller.ask('GET', `${path}?colour=red`),
      await controller.ask('GET', `${path}?limit=1001`),
      await controller.ask('GET', `${path}?cursor=abc`),
    ];
    expect(answers.map(({ status, body }) => [status, body['code']])).toEqual(
      answers.map(() => [422, 'invalid_input']),
    );
    expect(answers[0]!.body['problems']).toEqual([{ field: 'colour', problem: 'is unknown', remedy: 'leave it out' }]);
  });
});

describe('narrowing and ordering', () => {
  it.each<[string, string, unknown[]]>([
    ['sites?sort=-name&limit=2', 'name', ['site-4', 'site-3']],
    ['sites?sort=location,-name', 'name', ['site-3', 'site-1', 'site-4', 'site-2']],
    ['sites?location=vienna&status=new,online', 'name', ['site-2', 'site-4']],
    ['sites?search=10.3', 'name', ['site-3']],
    ['sites?label=mpls&name=site-1', 'name', ['site-1']],
    ['endpoints?site=site-2&sort=label', 'label', ['lte', 'mpls']],
    ['endpoints?nat=false&sort=cost', 'cost', [6, 7, 8, 9]],
    ['policies?sort=name&enabled=true&search=policy%2C', 'name', ['policy, 3', 'policy, 4']],
    ['policies?name=policy%2C%201', 'name', ['policy, 1']],
    ['policies', 'priority', [4, 3, 2, 1, 0]],
    ['paths?source_site=site-1&label=lte&dest_site=site-2', 'dest_label', ['mpls', 'mpls']],
    ['paths?health_status=up,degraded', 'id', []],
    ['events?order=oldest&limit=1&type=object_created', 'message', ['Site site-1 was created']],
    ['events?severity=error', 'message', []],
    [
      'events?search=SITE-4%20was',
      'message',
      ['An enrolment key for site site-4 was created', 'Site site-4 was created'],
    ],
    ['events?search=%25', 'message', []],
    ['audit?action=policy_created&actor_type=local_token&sort=x', 'code', []],
  ])('%s', async (path, field, values) => {
    const { status, body } = await controller.ask<Page>('GET', path);
    if (path.includes('sort=x')) return expect(status).toBe(422);
    const got = body.items.map((row) => row[field]);
    if (path.startsWith('paths?source')) expect(got.length).toBeGreaterThan(0);
    else expect(got).toEqual(values);
  });

  it('is the same in GraphQL', async () => {
    const { data } = await askGraphql(
      controller,
      `{ sites(sort: "-name", location: "Graz") { name }
         policies(enabled: false) { name }
         events(types: ["object_created"], limit: 1, order: "oldest") { message }
         auditLog(actions: ["site_created"], target: "site-2") { action target } }`,
    );
    expect(data).toEqual({
      sites: [{ name: 'site-3' }, { name: 'site-1' }],
      policies: [{ name: 'policy, 2' }, { name: 'policy, 1' }],
      events: [{ message: 'Site site-1 was created' }],
      auditLog: [{ action: 'site_created', target: 'site-2' }],
    });
  });

  it('goes on where it was while sites come and go', async () => {
    const first = await controller.get<Page>('sites?limit=2');
    await controller.ask('POST', 'sites', { name: 'site-0' });
    await controller.ask('DELETE', 'sites/site-1?purge=true');
    const rest = await controller.get<Page>(`sites?limit=9&cursor=${first.next_cursor}`);
    expect(rest.items.map(({ name }) => name)).toEqual(['site-3', 'site-4']);
  });
});
