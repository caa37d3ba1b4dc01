import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PathId, PathOverride } from '@patronus/core';
import type { PathProbe } from '@patronus/protocol';
import { TestAccount, TestController, TestEdge, until } from '../testing/index.ts';

interface Override {
  readonly reason: string;
  readonly by: string;
  readonly since: number;
  readonly expires_at: number | null;
}
interface Path {
  readonly id: PathId;
  readonly source_site: string;
  readonly source_label: string;
  readonly override: Override | null;
}
interface Failover {
  readonly message: string;
  readonly path: Path;
  readonly moves: readonly { readonly policy: string; readonly dest_site: string }[];
}
interface Problem {
  readonly code: string;
  readonly detail: string;
}
interface Graphql<T> {
  readonly data: T | null;
  readonly errors?: readonly { message: string; extensions?: { code?: string; problems?: { field: string }[] } }[];
}

let controller: TestController;
let edge: TestEdge;
const password = 'Correct-Horse-7-Battery';
/** From branch to hq, over mpls. */
let path: Path;

beforeAll(async () => {
  controller = await TestController.start({ PATRONUS_ADMIN_PASSWORD: password });
  for (const [index, name] of ['hq', 'branch'].entries()) {
    await controller.ask('POST', 'sites', {
      name,
      prefixes: [`10.${index + 1}.0.0/24`],
      endpoints: [
        { label: 'mpls', device: 'eth0', address: `192.0.2.${index + 1}` },
        { label: 'broadband', device: 'eth1', address: `198.51.100.${index + 1}` },
      ],
    });
  }
  const links = ['mpls', 'broadband'].map((label) => ({ a: label, b: label }));
  await controller.ask('PUT', 'transport-links', { links });
});
afterAll(() => controller.stop());
beforeEach(async () => {
  path = (await shownPaths()).find((each) => each.source_site === 'branch' && each.source_label === 'mpls')!;
  edge = new TestEdge(controller.edgePort);
});
afterEach(async () => {
  edge.hangUp();
  await until('the site is offline', async () => !(await isOnline()));
  await controller.ask('DELETE', `paths/${path.id}/failover`);
});

const shownPaths = async () => (await controller.get<{ items: readonly Path[] }>('paths')).items;
const shown = () => controller.get<Path>(`paths/${path.id}`);
const isOnline = async () => (await controller.get<{ status: string }>('sites/branch')).status === 'online';
const connect = async (): Promise<void> => {
  const { body } = await controller.ask<{ key: string }>('POST', 'enrolment-keys', { site: 'branch', replace: true });
  expect((await edge.enrol(body.key)).status).toBe(201);
  expect(await edge.connect()).toMatchObject({ type: 'welcome' });
};
const failover = <T = Failover>(body: Record<string, unknown>) =>
  controller.ask<T>('POST', `paths/${path.id}/failover`, body);
const graphql = async <T>(query: string, variables = {}): Promise<Graphql<T>> =>
  (await controller.ask<Graphql<T>>('POST', '/graphql', { query, variables })).body;
/** The newest document that the edge has, once it tells this of the path. */
const newestDocument = (tells: string, fits: (override: PathOverride | undefined) => boolean) =>
  until(`the edge has a document that tells ${tells}`, () => {
    const newest = edge.heard.findLast((message) => message.type === 'document')?.document;
    const its = newest?.paths.find(({ id }) => id === path.id);
    return its !== undefined && fits(its.override) ? newest : undefined;
  });
const documentWith = (reason: string) => newestDocument(reason, (override) => override?.reason === reason);
const documentWithout = () => newestDocument('of no override', (override) => override === undefined);
const eventsOf = async (type: string) =>
  (await controller.get<{ items: { message: string; metadata: Record<string, unknown> }[] }>(`events?type=${type}`))
    .items;
const good = (rttMs: number): PathProbe => ({ answered: true, rttMs });
const missed: PathProbe = { answered: false, rttMs: null };

describe('a check of a path', () => {
  const check = <T>() => controller.ask<T>('POST', `paths/${path.id}/check`);

  it('asks the edge at its source for probes, and tells what they found', async () => {
    await connect();
    const asked = check();
    const { id, pathId, probes } = await edge.hears('check_path');
    expect([pathId, probes]).toEqual([path.id, 5]);
    edge.say({ type: 'path_checked', id, probes: [good(21), missed, good(20), good(24), good(22)], problem: null });
    expect(await asked).toMatchObject({
      status: 200,
      body: {
        path_id: path.id,
        source_site: 'branch',
        dest_site: 'hq',
        health_status: 'degraded',
        cause: 'loss 20.0 %',
        sent: 5,
        answered: 4,
        loss: 20,
        rtt_min: 20,
        rtt_median: 21,
        probes: [{ answered: true, rtt: 21 }, { answered: false, rtt: null }, {}, {}, {}],
      },
    });
  });

  it('gives each of several callers the answer to their own question', async () => {
    await connect();
    const answers = [check<{ rtt_min: number }>(), check<{ rtt_min: number }>()];
    await until('both were asked', () => edge.heard.filter(({ type }) => type === 'check_path').length === 2);
    const ids = edge.heard.flatMap((message) => (message.type === 'check_path' ? [message.id] : []));
    for (const id of ids.toReversed()) edge.say({ type: 'path_checked', id, probes: [good(id)], problem: null });
    const told = (await Promise.all(answers)).map(({ body }) => body.rtt_min);
    expect(told.toSorted((a, b) => a - b)).toEqual(ids);
  });

  it('is a GraphQL mutation as well', async () => {
    await connect();
    const asked = graphql<{ checkPathHealth: unknown }>(
      `
        mutation check($id: ID!) {
          checkPathHealth(path_id: $id) {
            path_id
            health_status
            cause
            loss
            rtt_min
            rtt_median
            probes {
              answered
              rtt
            }
          }
        }
      `,
      { id: path.id },
    );
    const { id } = await edge.hears('check_path');
    edge.say({ type: 'path_checked', id, probes: [missed, missed, missed], problem: null });
    expect((await asked).data?.checkPathHealth).toEqual({
      path_id: path.id,
      health_status: 'down',
      cause: '3 probes in a row unanswered',
      loss: 100,
      rtt_min: null,
      rtt_median: null,
      probes: Array.from({ length: 3 }, () => ({ answered: false, rtt: null })),
    });
  });

  it('says which site is offline, also where it goes offline over the question', async () => {
    const offline = { status: 502, body: { code: 'unreachable' } };
    const answer = await check<Problem>();
    expect(answer).toMatchObject(offline);
    expect(answer.body.detail).toContain('site branch is offline');
    await connect();
    const asked = check<Problem>();
    await edge.hears('check_path');
    edge.hangUp();
    expect(await asked).toMatchObject(offline);
  });

  it('says which site did not answer in time', async () => {
    await connect();
    const { status, body } = await check<Problem>();
    expect([status, body.code]).toEqual([504, 'timeout']);
    expect(body.detail).toContain('the edge of site branch did not answer within 8 s');
    const { id } = await edge.hears('check_path');
    edge.say({ type: 'path_checked', id, probes: [good(20)], problem: null });
    edge.report(1);
    expect(await edge.hears('telemetry_ack')).toMatchObject({ sequence: 1 });
  });

  it('passes on why an edge cannot', async () => {
    await connect();
    const asked = check<Problem>();
    const { id } = await edge.hears('check_path');
    edge.say({ type: 'path_checked', id, probes: [], problem: 'the edge does not have this path yet' });
    const { status, body } = await asked;
    expect([status, body.code]).toEqual([409, 'conflict']);
    expect(body.detail).toBe('the edge of site branch cannot check this path: the edge does not have this path yet');
  });

  it('is not to be had for a path that is not there, nor for nobody', async () => {
    expect(await controller.ask('POST', 'paths/nowhere/check')).toMatchObject({ status: 404 });
    expect(await controller.request('POST', `paths/${path.id}/check`)).toMatchObject({ status: 401 });
  });
});

describe('taking a path out of use', () => {
  it('puts it into the document of its source alone, and tells what moves', async () => {
    await connect();
    const hq = (await documentWithout()).remoteSites[0]!;
    const paths = [{ pathId: path.id, weight: 1 }];
    edge.report(1, { decisions: [{ policyId: 1, siteId: hq.id, paths, slaMet: true, reason: 'the best' }] });
    await edge.hears('telemetry_ack');
    const { status, body } = await failover({ reason: ' line is rebuilt ', expires_in_seconds: 1_800 });
    expect(status).toBe(200);
    expect(body.moves).toMatchObject([{ policy: 'default', dest_site: 'hq' }]);
    const override = { reason: 'line is rebuilt', by: 'local' };
    expect(body.path.override).toMatchObject(override);
    const { since, expires_at: expiresAt } = (await shown()).override!;
    expect(expiresAt! - since).toBe(1_800_000);
    const { paths: told } = await documentWith('line is rebuilt');
    expect(told.find(({ id }) => id === path.id)?.override).toEqual({ ...override, expiresAt });
    expect(told.filter((each) => each.override !== undefined)).toHaveLength(1);
    const [event] = await eventsOf('path_override_set');
    expect(event?.message).toMatch(
      /^Path mpls → mpls from branch to hq was taken out of use by local until \d{4}-.*: line is rebuilt$/,
    );
    expect(event?.metadata).toMatchObject({ path_id: path.id, reason: 'line is rebuilt', by: 'local' });
  });

  it('says so where no other path is up', async () => {
    await connect();
    const { body } = await failover({ reason: 'test' });
    expect(body.message).toContain('no other path from branch to hq is up: traffic stays on it until one is');
    const { document } = await edge.hears('document');
    const report = (id: PathId) => ({
      pathId: id,
      health: 'up' as const,
      since: Date.now(),
      quality: { rttMs: 20, forward: figures, reverse: figures, mos: 4 },
      sent: 1,
      received: 1,
    });
    const idle = { policyId: 1, siteId: document.remoteSites[0]!.id, paths: [], slaMet: false, reason: 'none' };
    edge.report(1, { paths: document.paths.map(({ id }) => report(id)), decisions: [idle] });
    await edge.hears('telemetry_ack');
    const again = await failover({ reason: 'test' });
    expect(again.body.message).toBe('mpls → mpls from branch to hq is out of use; it carried no policy');
  });
  const figures = { delayMs: 10, jitterMs: 1, lossPercent: 0 };

  it('again changes reason and end, and leaves since when', async () => {
    const first = await failover({ reason: 'one', expires_in_seconds: 60 });
    const second = await failover({ reason: 'two' });
    expect(second.body.path.override).toMatchObject({ reason: 'two', expires_at: null });
    expect(second.body.path.override!.since).toBe(first.body.path.override!.since);
    expect((await shownPaths()).filter(({ override }) => override !== null)).toHaveLength(1);
  });

  it('is stored for an edge that is offline, which finds it when it comes', async () => {
    const { body } = await failover({ reason: 'line is rebuilt' });
    expect(body.message).toContain('site branch is offline, and its edge applies this when it is back');
    await connect();
    const document = await documentWith('line is rebuilt');
    expect(document.paths.find(({ id }) => id === path.id)?.override?.expiresAt).toBeNull();
  });

  it('ends with its release, which may be said twice', async () => {
    await failover({ reason: 'line is rebuilt' });
    await connect();
    await documentWith('line is rebuilt');
    const release = () => controller.ask<{ released: boolean }>('DELETE', `paths/${path.id}/failover`);
    expect(await release()).toMatchObject({ status: 200, body: { released: true, path: { override: null } } });
    await documentWithout();
    expect(await release()).toMatchObject({ status: 200, body: { released: false } });
    const [event] = await eventsOf('path_override_cleared');
    expect(event?.message).toBe('Path mpls → mpls from branch to hq was released by local and may be used again');
  });

  it('ends by itself when its time is over, in the tables and in the document', async () => {
    await connect();
    await failover({ reason: 'short', expires_in_seconds: 1 });
    await documentWith('short');
    await documentWithout();
    expect((await shown()).override).toBeNull();
    const [event] = await eventsOf('path_override_cleared');
    expect(event).toMatchObject({ metadata: { cause: 'expired', by: 'local' } });
  });

  it('is a GraphQL mutation as well, and so is its release', async () => {
    const fields = 'success message path { id override { reason by since expires_at } }';
    const set = await graphql<{ failoverPath: { path: Path } }>(
      `mutation f($id: ID!, $end: Timestamp) {
        failoverPath(path_id: $id, reason: "line is rebuilt", expires_at: $end) { ${fields} moves { policy } }
      }`,
      { id: path.id, end: Date.now() + 60_000 },
    );
    expect(set.data?.failoverPath).toMatchObject({ success: true, path: { override: { reason: 'line is rebuilt' } } });
    const cleared = await graphql<{ releasePath: unknown }>(
      `mutation r($id: ID!) { releasePath(path_id: $id) { released ${fields} } }`,
      { id: path.id },
    );
    expect(cleared.data?.releasePath).toMatchObject({ success: true, released: true, path: { override: null } });
  });

  it.each<[string, () => Record<string, unknown>, string, RegExp]>([
    ['an empty reason', () => ({ reason: ' ' }), 'reason', /say why/],
    ['a reason that is too long', () => ({ reason: 'x'.repeat(201) }), 'reason', /shorten it to 200/],
    ['a reason of two lines', () => ({ reason: 'a\nb' }), 'reason', /one line/],
    ['an end in the past', () => ({ reason: 'r', expires_at: Date.now() - 1 }), 'expires_at', /leave it out/],
    ['an end too far away', () => ({ reason: 'r', expires_at: Date.now() + 31 * 86_400_000 }), 'expires_at', /30 days/],
    ['no time at all', () => ({ reason: 'r', expires_in_seconds: 0 }), 'expires_in_seconds', /leave it out/],
    [
      'two ends',
      () => ({ reason: 'r', expires_in_seconds: 60, expires_at: Date.now() + 60_000 }),
      'expires_in_seconds',
      /give one of the two/,
    ],
  ])('does not take %s, through either door', async (_name, input, field, remedy) => {
    const rest = await failover<Problem & { problems: { field: string; remedy: string }[] }>(input());
    expect([rest.status, rest.body.problems[0]?.field]).toEqual([422, field]);
    expect(rest.body.problems[0]?.remedy).toMatch(remedy);
    const { errors } = await graphql(
      `
        mutation f($id: ID!, $reason: String!, $expires_at: Timestamp, $expires_in_seconds: Int) {
          failoverPath(
            path_id: $id
            reason: $reason
            expires_at: $expires_at
            expires_in_seconds: $expires_in_seconds
          ) {
            success
          }
        }
      `,
      { id: path.id, ...input() },
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'invalid_input', problems: [{ field }] });
    expect((await shown()).override).toBeNull();
  });

  it('needs a path that is there, and an operator', async () => {
    expect(await controller.ask('POST', 'paths/nowhere/failover', { reason: 'r' })).toMatchObject({ status: 404 });
    expect(await controller.ask('DELETE', 'paths/nowhere/failover')).toMatchObject({ status: 404 });
    for (const method of ['POST', 'DELETE'] as const) {
      const body = method === 'POST' ? { reason: 'r' } : undefined;
      expect(await controller.request(method, `paths/${path.id}/failover`, body)).toMatchObject({ status: 401 });
    }
  });

  it('is not for viewers, and neither is a check', async () => {
    const as = (await TestAccount.create(controller, 'watcher', 'viewer')).bearer;
    expect(await controller.request('POST', `paths/${path.id}/check`, undefined, as)).toMatchObject({ status: 403 });
    for (const query of [
      `mutation { checkPathHealth(path_id: "${path.id}") { loss } }`,
      `mutation { failoverPath(path_id: "${path.id}", reason: "r") { message } }`,
      `mutation { releasePath(path_id: "${path.id}") { message } }`,
    ]) {
      const answer = await controller.request<Graphql<unknown>>('POST', '/graphql', { query }, as);
      expect(answer.body.errors?.[0]?.extensions?.code).toBe('forbidden');
    }
    expect((await shown()).override).toBeNull();
  });

  it('goes with the path', async () => {
    await failover({ reason: 'line is rebuilt' });
    await controller.ask('PUT', 'transport-links', { links: [{ a: 'broadband', b: 'broadband' }] });
    const links = ['mpls', 'broadband'].map((label) => ({ a: label, b: label }));
    await controller.ask('PUT', 'transport-links', { links });
    expect((await shown()).override).toBeNull();
  });
});

describe('a drain of an endpoint', () => {
  interface Drain {
    readonly message: string;
    readonly endpoint_id: string;
    readonly paths: readonly Path[];
  }
  const endpoint = async (): Promise<string> => {
    const { items } = await controller.get<{ items: { id: string; label: string }[] }>('endpoints?site=branch');
    return items.find(({ label }) => label === 'mpls')!.id;
  };
  const drain = async (input: Record<string, unknown>) =>
    controller.ask<Drain>('POST', `endpoints/${await endpoint()}/drain`, input);
  const undrain = async () => controller.ask<Drain>('DELETE', `endpoints/${await endpoint()}/drain`);
  const outOfUse = async () => (await shownPaths()).filter(({ override }) => override !== null);

  it('takes every path from and to it out of use at once, and all of them are back with its end', async () => {
    await connect();
    const { status, body } = await drain({ reason: 'line is rebuilt', expires_in_seconds: 60 });
    expect(status).toBe(200);
    expect(body.message).toMatch(/^2 paths of branch\/mpls out of use; offline, and apply this when they are back: hq/);
    expect(body.paths.map(({ source_site: site }) => site).toSorted()).toEqual(['branch', 'hq']);
    expect((await outOfUse()).map(({ id }) => id).toSorted()).toEqual(body.paths.map(({ id }) => id).toSorted());
    await documentWith('line is rebuilt');
    expect(await undrain()).toMatchObject({
      body: { message: expect.stringMatching(/^2 paths of branch\/mpls may be used again/) as string },
    });
    await documentWithout();
    expect(await undrain()).toMatchObject({
      status: 200,
      body: { paths: [], message: 'no path of branch/mpls was out of use' },
    });
  });

  it('is a GraphQL mutation as well, and changes nothing where it is refused', async () => {
    const id = await endpoint();
    const set = await graphql<{ drainEndpoint: Drain }>(
      `
        mutation d($id: ID!) {
          drainEndpoint(endpoint_id: $id, reason: "line is rebuilt") {
            success
            message
            paths {
              id
            }
            moves {
              policy
            }
          }
        }
      `,
      { id },
    );
    expect(set.data?.drainEndpoint.paths).toHaveLength(2);
    const cleared = await graphql<{ undrainEndpoint: Drain }>(
      `
        mutation u($id: ID!) {
          undrainEndpoint(endpoint_id: $id) {
            success
            message
            paths {
              id
            }
          }
        }
      `,
      { id },
    );
    expect(cleared.data?.undrainEndpoint.paths).toHaveLength(2);
    expect(await drain({ reason: ' ' })).toMatchObject({ status: 422, body: { problems: [{ field: 'reason' }] } });
    expect(await controller.ask('POST', 'endpoints/nowhere/drain', { reason: 'r' })).toMatchObject({ status: 404 });
    expect(await outOfUse()).toEqual([]);
  });
});
