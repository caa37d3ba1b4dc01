import { randomUUID } from 'node:crypto';
import fastify from 'fastify';
import { buildSchema } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { scopeNames, type Role } from '../auth/index.ts';
import { graphql, TestAccount, TestAuthenticator, TestController } from '../testing/index.ts';
import { introspection, sampleDocument, type IntrospectedSchema, type Samples } from '../testing/sample-operation.ts';
import { guardFields } from './graphql/guard-fields.ts';
import { graphqlSchema } from './graphql/schema.ts';
import { guardRoutes } from './guard-routes.ts';
import { permissions } from './permissions.ts';

type Headers = Record<string, string>;
/** Who asks, and for whose thing. */
type Caller = Role | 'nobody';

const ranks: Record<Caller, number> = { nobody: 0, viewer: 1, operator: 2, admin: 3 };
let controller: TestController;
const accounts = {} as Record<Role, TestAccount>;
let other: TestAccount;
let schema: IntrospectedSchema;

beforeAll(async () => {
  controller = await TestController.start({
    PATRONUS_ANONYMOUS_READS: 'never',
    PATRONUS_SIGN_IN_LIMIT: '100000',
    PATRONUS_RATE_LIMIT: '0',
  });
  for (const role of ['viewer', 'operator', 'admin'] as const) {
    accounts[role] = await TestAccount.create(controller, role, role);
  }
  other = await TestAccount.create(controller, 'other', 'viewer');
  schema = (await graphql(controller, introspection)).data!['__schema'] as IntrospectedSchema;
});
afterAll(() => controller.stop());

const operations = Object.entries(permissions);

/** The code of a refusal; null for any other answer, be it that the sample is wrong. */
async function refusal(
  operation: string,
  headers: Headers,
  samples: Samples = {},
  expected: string | null = null,
): Promise<string | null> {
  if (operation.startsWith('Subscription.')) return streamRefusal(operation, headers, expected !== null);
  if (!operation.includes(' ')) {
    const { code } = await graphql(controller, sampleDocument(schema, operation, samples), headers);
    return refusals.has(code) ? code : null;
  }
  const [method, route] = operation.split(' ') as [string, string];
  const path = route.replaceAll(/:(\w+)/g, (_match, name: string) => samples[`:${name}`] ?? 'none');
  const query = method === 'GET' && samples['user_id'] !== undefined ? `?user=${samples['user_id']}` : '';
  const key = { user: samples['user'], name: 'x', scopes: ['network:read'] };
  const fields = operation === 'POST /api/v1/api-keys' ? key : {};
  const body = method === 'GET' || method === 'DELETE' ? undefined : fields;
  const answer = await controller.request(method, `${path}${query}`, body, headers);
  return answer.status === 401 || answer.status === 403 ? String(answer.body['code']) : null;
}
const refusals = new Set<string | null>(['unauthenticated', 'forbidden']);

/**
 * A stream that shall be refused is waited for until it is. Any other is not refused once a question that was asked after it has
 * its answer.
 */
async function streamRefusal(operation: string, headers: Headers, shallBeRefused: boolean): Promise<string | null> {
  const client = createClient({
    url: `${controller.running.httpUrl.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: headers,
    retryAttempts: 0,
  });
  let refused: string | null = null;
  const ended = new Promise<void>((resolve) => {
    client.subscribe(
      { query: sampleDocument(schema, operation, {}) },
      {
        next: () => undefined,
        error: (errors) => {
          refused = (errors as { extensions?: { code?: string } }[])[0]?.extensions?.code ?? 'none';
          resolve();
        },
        complete: resolve,
      },
    );
  });
  const asked = client.iterate({ query: '{ sites { id } policies { id } decisions { sla_met } }' }).next();
  await (shallBeRefused ? ended : Promise.race([ended, asked.then(() => undefined)]));
  await client.dispose();
  return refused;
}

describe('the table of permissions', () => {
  it('has an entry for every GraphQL operation, and for no other', () => {
    const types = [graphqlSchema.getQueryType(), graphqlSchema.getMutationType(), graphqlSchema.getSubscriptionType()];
    const fields = types.flatMap((type) => Object.keys(type!.getFields()).map((name) => `${type!.name}.${name}`));
    expect(
      operations
        .map(([name]) => name)
        .filter((name) => !name.includes(' '))
        .toSorted(),
    ).toEqual(fields.toSorted());
  });

  it('has an entry for every REST route that is described, and for no other but the description', async () => {
    const { paths } = await controller.get<{ paths: Record<string, object> }>('openapi.json');
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    );
    // GraphQL is judged operation by operation.
    const rest = routes.filter((route) => !route.endsWith(' /graphql'));
    const listed = operations.map(([name]) => name).filter((name) => name.includes(' '));
    expect(listed.toSorted()).toEqual([...rest, 'GET /api/v1/openapi.json'].toSorted());
  });

  it('lets nothing start that it does not have', () => {
    const launching = buildSchema('type Query { launch: Boolean }');
    expect(() => guardFields(launching)).toThrow(/Query\.launch has no entry/);
    const app = fastify();
    guardRoutes(app, {} as never);
    expect(() => app.post('/launch', async () => null)).toThrow(/POST \/launch has no entry/);
  });
});

describe.each(['nobody', 'viewer', 'operator', 'admin'] as const)('as %s', (who) => {
  const headers = (): Headers => (who === 'nobody' ? {} : accounts[who].bearer);
  const needs = ({ least }: { least: string }): number =>
    least === 'open' ? 0 : least === 'read' ? 1 : ranks[least as Role];
  const plain = operations.filter(([, permission]) => permission.foreign === undefined);

  it.each(plain)('%s is open to the roles that the table says', async (operation, permission) => {
    const expected = ranks[who] >= needs(permission) ? null : who === 'nobody' ? 'unauthenticated' : 'forbidden';
    expect(await refusal(operation, headers(), {}, expected)).toBe(expected);
  });
});

/** What an operation can be about, made anew for each case, as some take it away. */
async function thingsOf(account: TestAccount): Promise<Samples> {
  const { access_token } = await account.signIn();
  const claims = Buffer.from(access_token.split('.')[1]!, 'base64url').toString();
  const input = { name: 'sample', scopes: ['network:read'] };
  const key = await controller.request<{ id: string }>('POST', 'api-keys', input, {
    authorization: `Bearer ${access_token}`,
  });
  const session = (JSON.parse(claims) as { sid: string }).sid;
  const passkey = await passkeyOf(account, access_token);
  const identity = randomUUID();
  await controller.sql(`INSERT INTO identities (identity_id, user_id, issuer, subject, manages_user, created_at)
    VALUES ('${identity}', '${account.id}', 'https://id.example.net', '${identity}', 0, 0)`);
  const things = { session_id: session, key_id: key.body.id, passkey_id: passkey, identity_id: identity };
  return { ...things, user_id: account.id, user: account.id };
}

async function passkeyOf(account: TestAccount, token: string): Promise<string> {
  const headers = { authorization: `Bearer ${token}` };
  const { password } = account;
  const ask = <T>(path: string, body: object) => controller.request<T>('POST', path, body, headers);
  const options = await ask<{ challenge: string; rp: { id: string } }>('passkeys/options', { password });
  const made = new TestAuthenticator().create(options.body, controller.running.httpUrl);
  return (await ask<{ id: string }>('passkeys', { name: 'sample', ...made })).body.id;
}

const idNames = [
  ['/sessions/', 'session_id'],
  ['/passkeys/', 'passkey_id'],
  ['/identities/', 'identity_id'],
] as const;

/** REST tells what `:id` is by the path. */
const withPath = (operation: string, samples: Samples): Samples => ({
  ...samples,
  ':user': samples['user_id']!,
  ':id': samples[idNames.find(([path]) => operation.includes(path))?.[1] ?? 'key_id']!,
});

describe.each(['nobody', 'viewer', 'operator', 'admin'] as const)('what belongs to users, as %s', (who) => {
  const owned = operations.filter(([, permission]) => permission.foreign !== undefined);

  it.each(owned)('%s is open for what is their own', async (operation) => {
    if (who === 'nobody') {
      expect(await refusal(operation, {}, withPath(operation, await thingsOf(other)))).toBe('unauthenticated');
      return;
    }
    const account = accounts[who];
    account.tokens = await account.signIn();
    expect(await refusal(operation, account.bearer, withPath(operation, await thingsOf(account)))).toBeNull();
    account.tokens = await account.signIn();
  });

  it.each(owned)('%s is for administrators only where it is of somebody else, or of nobody', async (operation) => {
    const headers = who === 'nobody' ? {} : accounts[who].bearer;
    const expected = who === 'nobody' ? 'unauthenticated' : who === 'admin' ? null : 'forbidden';
    expect(await refusal(operation, headers, withPath(operation, await thingsOf(other)))).toBe(expected);
    const nobodys = Object.fromEntries(Object.keys(await thingsOf(other)).map((name) => [name, 'none']));
    expect(await refusal(operation, headers, withPath(operation, nobodys))).toBe(expected);
  });
});

describe('an API key of an administrator', () => {
  const keyFor = async (scopes: readonly string[]): Promise<Headers> => {
    const { body } = await accounts.admin.ask<{ key: string }>('POST', 'api-keys', { name: 'k', scopes });
    return { authorization: `Bearer ${body.key}` };
  };

  it.each(scopeNames)('that was made for %s may do that, and nothing else', async (scope) => {
    const key = await keyFor([scope]);
    for (const [operation, permission] of operations) {
      const isAllowed = permission.least === 'open' || permission.scope === scope;
      const expected = isAllowed ? null : 'forbidden';
      expect([operation, await refusal(operation, key, {}, expected)]).toEqual([operation, expected]);
    }
  });

  it('of a viewer may no more than a viewer, whatever its scopes', async () => {
    const { body } = await accounts.viewer.ask<{ key: string }>('POST', 'api-keys', { name: 'k', scopes: scopeNames });
    const key = { authorization: `Bearer ${body.key}` };
    expect(await refusal('GET /api/v1/sites', key)).toBeNull();
    expect(await refusal('Mutation.createSite', key)).toBe('forbidden');
    expect(await refusal('GET /api/v1/audit', key)).toBe('forbidden');
  });
});
