import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import fc from 'fast-check';
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLInputType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askGraphql, TestController } from '../testing/index.ts';
import { graphqlSchema } from './graphql/schema.ts';

/*
 * Every operation of both doors with input that nobody would send in earnest. Whatever comes: no answer with 5xx but for an
 * edge that is away, no trace of the program in it, and where it is refused, nothing of the network changed.
 */

let controller: TestController;
beforeAll(async () => {
  controller = await TestController.start();
  const endpoints = [{ label: 'mpls', device: 'eth0', address: '192.0.2.1' }];
  await controller.ask('POST', 'sites', { name: 'hq', prefixes: ['10.1.0.0/24'], endpoints });
  const others = [{ label: 'mpls', device: 'eth0', address: '192.0.2.2' }];
  await controller.ask('POST', 'sites', { name: 'branch', endpoints: others });
  await controller.ask('POST', 'policies', { name: 'voice', priority: 9 });
});
afterAll(() => controller.stop());

/** What `network` is: every row that operators make, and what is made of it. */
function network(): string {
  const sqlite = new SqliteFile(join(controller.dataDir, 'patronus.db'), { readonly: true });
  const tables = [
    'sdwan_sites',
    'site_prefixes',
    'sdwan_endpoints',
    'sdwan_paths',
    'sdwan_policies',
    'enrolment_keys',
    'edges',
    'users',
    'settings',
    'path_overrides',
    'event_sinks',
  ];
  const rows = tables.map((table) => sqlite.prepare(`SELECT * FROM ${table}`).all());
  sqlite.close();
  return JSON.stringify(rows);
}

const nasty = [
  "'; DROP TABLE sdwan_sites; --",
  "' OR '1'='1",
  '" OR 1=1 --',
  "hq'); DELETE FROM sdwan_policies; --",
  '%',
  '_',
  '\\',
  '${7*7}{{7*7}}<%= 7*7 %>',
  '<script>alert(1)</script>',
  '../../../../etc/passwd',
  '\u0000',
  '\u202Ehq',
  'ＨＱ',
  'h\u0301q',
  '😀'.repeat(50),
  '\uD800',
  'x'.repeat(10_000),
  'ß'.repeat(300),
  'constructor',
  '__proto__',
  'null',
  '-1',
  '1e309',
  '',
  ' ',
  'hq',
  'mpls',
  '10.1.0.0/24',
  '999.1.1.1/99',
  '::ffff:10.1.0.0/120',
];
const text = fc.oneof(
  fc.constantFrom(...nasty),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 20 }),
);
const number = fc.oneof(
  fc.constantFrom(0, -1, 1, 2, 2 ** 31, -(2 ** 31), 2 ** 53, 2 ** 63, 1e300, 0.5, -0.0000001),
  fc.integer(),
);
const anything = fc.anything({
  maxDepth: 3,
  withNullPrototype: false,
  values: [text, number, fc.boolean(), fc.constant(null)],
});

/** The answer is one of ours, tells nothing of the program, and changed nothing where it refused. */
function judge(what: unknown, before: string, answer: { status: number; body: unknown }, refused: boolean): void {
  const told = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  // 502: the edge of a path is away.
  if (answer.status !== 502) expect([what, answer.status < 500, told]).toEqual([what, true, told]);
  expect([what, /SQLITE_|sqlite3|node_modules|\bat .+\.[jt]s:\d+|kysely/i.test(told)]).toEqual([what, false]);
  if (refused && before !== network()) expect([what, 'changed although refused']).toEqual([what, 'unchanged']);
}

interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly required?: readonly string[];
}

/** Mostly of the right shape, so that it comes past the schema; sometimes of none. */
function valueFor(schema: JsonSchema): fc.Arbitrary<unknown> {
  const right = ((): fc.Arbitrary<unknown> => {
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
    if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(valueFor));
    if (schema.type === 'string') return text;
    if (schema.type === 'integer') return fc.oneof(number.filter(Number.isInteger), fc.integer({ min: 1, max: 100 }));
    if (schema.type === 'number') return number;
    if (schema.type === 'boolean') return fc.boolean();
    if (schema.type === 'array') return fc.array(valueFor(schema.items ?? {}), { maxLength: 3 });
    if (schema.type === 'object') {
      const fields = Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, valueFor(inner)] as const);
      return fc.record(Object.fromEntries(fields), { requiredKeys: [...(schema.required ?? [])] });
    }
    return anything;
  })();
  return fc.oneof({ weight: 15, arbitrary: right }, { weight: 1, arbitrary: anything });
}

interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly schema: JsonSchema;
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: JsonSchema }> };
}

/** Guessing passwords fills its rate limit and takes seconds of hashing; `auth` has tests of its own. */
const left = /\/auth\/|\/ws\//;

describe('REST', () => {
  it('answers every operation in order, whatever it is sent', async () => {
    const { paths } = await controller.get<{ paths: Record<string, Record<string, Operation>> }>('openapi.json');
    for (const [path, methods] of Object.entries(paths).filter(([each]) => !left.test(each))) {
      for (const [method, { parameters = [], requestBody }] of Object.entries(methods)) {
        const body =
          requestBody === undefined
            ? fc.constant(undefined)
            : valueFor(requestBody.content['application/json']!.schema);
        const given = fc.record(
          Object.fromEntries(
            parameters.map(({ name, schema }) => [name, fc.oneof(text, valueFor(schema).map(inAddress))]),
          ),
          { requiredKeys: parameters.filter((each) => each.in === 'path').map(({ name }) => name) },
        );
        await fc.assert(
          fc.asyncProperty(given, body, async (values, sent) => {
            const before = network();
            const { address, headers } = filled(path, parameters, values);
            const authorization = { authorization: `Bearer ${controller.localToken}` };
            const answer = await controller.request(method.toUpperCase(), address, sent, {
              ...headers,
              ...authorization,
            });
            judge([method, address, sent], before, answer, answer.status >= 400);
          }),
          { numRuns: 15, seed: 7, endOnFailure: true },
        );
      }
    }
  });
});

/** A value as it stands in an address; one that has no text of its own, as JSON. */
const inAddress = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function filled(path: string, parameters: readonly Parameter[], values: Record<string, string>) {
  const of = (place: Parameter['in']) =>
    parameters
      .filter((each) => each.in === place && values[each.name] !== undefined)
      .map(({ name }) => [name, values[name]!] as const);
  const safe = (value: string): string => encodeURIComponent(value.toWellFormed()) || '%20';
  const place = of('path').reduce((address, [name, value]) => address.replace(`{${name}}`, safe(value)), path);
  const query = of('query').map(([name, value]) => `${name}=${safe(value)}`);
  const visible = of('header').map(([name, value]) => [name, value.replaceAll(/[^\x21-\x7e]/g, '') || '"1"'] as const);
  return { address: query.length === 0 ? place : `${place}?${query.join('&')}`, headers: Object.fromEntries(visible) };
}

describe('GraphQL', () => {
  const roots = [graphqlSchema.getQueryType(), graphqlSchema.getMutationType()];
  const fields = roots.flatMap((root) =>
    Object.values(root?.getFields() ?? {}).map((field) => ({ kind: root!.name, field })),
  );

  it.each(fields.map(({ kind, field }) => [`${kind}.${field.name}`, kind, field] as const))(
    'answers %s',
    async (_name, kind, field) => {
      const query =
        `${kind.toLowerCase()} (${field.args.map(({ name, type }) => `$${name}: ${String(type)}`).join(' ')})`.replace(
          ' ()',
          ' ',
        );
      const call =
        field.args.length === 0
          ? field.name
          : `${field.name}(${field.args.map(({ name }) => `${name}: $${name}`).join(' ')})`;
      const document = `${query} { ${call} ${selection(field)} }`;
      const variables = fc.record(Object.fromEntries(field.args.map(({ name, type }) => [name, argumentFor(type)])), {
        requiredKeys: field.args.filter(({ type }) => isNonNullType(type)).map(({ name }) => name),
      });
      await fc.assert(
        fc.asyncProperty(variables, async (values) => {
          const before = network();
          const authorization = { authorization: `Bearer ${controller.localToken}` };
          const answer = await controller.request<{ errors?: { extensions?: { code?: string } }[] }>(
            'POST',
            '/graphql',
            { query: document, variables: values },
            authorization,
          );
          const { errors } = answer.body;
          judge([document, values], before, answer, errors !== undefined);
          expect([document, values, errors?.filter(({ extensions }) => extensions?.code === 'internal') ?? []]).toEqual(
            [document, values, []],
          );
        }),
        { numRuns: 15, seed: 7, endOnFailure: true },
      );
    },
  );

  it('answers documents that are none', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, anything), async (query) => {
        const before = network();
        const answer = await controller.request('POST', '/graphql', { query, variables: query }, {});
        judge(query, before, answer, true);
      }),
      { numRuns: 100, seed: 7 },
    );
  });

  it('is still whole after all of this', async () => {
    const { data, errors } = await askGraphql(controller, '{ sites { id } policies { id name } }');
    expect([errors, data]).toEqual([undefined, expect.anything()]);
    expect((await controller.get<{ valid: boolean }>('audit/verification')).valid).toBe(true);
  });
});

/** One plain field of what is answered, where it has fields. */
function selection({ type }: GraphQLField<unknown, unknown>): string {
  return isObjectType(getNamedType(type)) ? '{ __typename }' : '';
}

function argumentFor(type: GraphQLInputType): fc.Arbitrary<unknown> {
  if (isNonNullType(type)) return argumentFor(type.ofType);
  if (isListType(type)) return fc.array(argumentFor(type.ofType), { maxLength: 3 });
  if (isEnumType(type)) return fc.constantFrom(...type.getValues().map(({ name }) => name));
  if (isInputObjectType(type)) {
    const inner = Object.values(type.getFields());
    return fc.record(Object.fromEntries(inner.map((each) => [each.name, argumentFor(each.type)])), {
      requiredKeys: inner.filter((each) => isNonNullType(each.type)).map(({ name }) => name),
    });
  }
  const scalars: Record<string, fc.Arbitrary<unknown>> = {
    Int: fc.oneof(fc.integer(), fc.integer({ min: 1, max: 100 })),
    Float: number,
    Timestamp: number,
    Boolean: fc.boolean(),
  };
  return scalars[type.name] ?? text;
}

describe('text that looks like SQL', () => {
  it.each(nasty.slice(0, 4))('is data and never code: %s', async (sql) => {
    const made = await controller.ask<{ id: number }>('POST', 'policies', {
      name: 'sql',
      priority: 4,
      description: sql,
    });
    expect(made.status).toBe(201);
    expect((await controller.ask('GET', `policies/${made.body.id}`)).body['description']).toBe(sql);
    const found = await controller.get<{ items: unknown[] }>(`policies?search=${encodeURIComponent(sql)}`);
    expect(found.items).toHaveLength(1);
    expect((await controller.get<{ items: unknown[] }>(`events?search=${encodeURIComponent(sql)}`)).items).toEqual([]);
    expect((await controller.get<{ items: unknown[] }>(`sites?name=${encodeURIComponent(sql)}`)).items).toEqual([]);
    await controller.ask('DELETE', `policies/${made.body.id}?purge=true`);
  });
});
