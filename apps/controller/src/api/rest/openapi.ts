import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { Type, type TSchema } from 'typebox';

const described: Readonly<Record<string, string>> = {
  sites: 'The places that the network connects, with their LAN prefixes',
  endpoints: 'The uplinks of sites',
  paths: 'Directed pairs of endpoints, with what was measured of each',
  policies: 'Which traffic is what, and how it shall travel',
  'transport-links': 'Which transports reach each other',
  edges: 'The machines that run a site, and the keys by which they join',
  events: 'What happened in the network',
  'event-sinks': 'The places outside that get events',
  apply: 'The network as documents',
  audit: 'Who did what',
  nodes: 'The controllers themselves',
  auth: 'Sign-in and tokens',
  health: 'How the controller is',
};

const ProblemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'Stable; see docs/api.md' }),
    detail: Type.String(),
    problems: Type.Optional(
      Type.Array(Type.Object({ field: Type.String(), problem: Type.String(), remedy: Type.Optional(Type.String()) }), {
        description: 'With invalid_input: every wrong field',
      }),
    ),
    current_version: Type.Optional(Type.Integer({ description: 'With version_mismatch' })),
  },
  {
    description: 'A problem document (RFC 9457)',
    examples: [
      {
        type: 'urn:patronus:error:not_found',
        title: 'There is no such thing',
        status: 404,
        code: 'not_found',
        detail: 'there is no site "berlin"; list them to see what there is',
      },
    ],
  },
);

const openRoutes = new Set(['auth', 'health']);

type Transform = NonNullable<FastifyDynamicSwaggerOptions['transform']>;

/** What the document says of a route beyond its schema: a name, and how it is refused. */
const transform: Transform = ({ schema, url, route }) => {
  if (schema?.hide === true) return { schema, url };
  const method = [route.method].flat()[0] ?? 'GET';
  const tag = schema?.tags?.[0] ?? '';
  const added = {
    operationId: operationId(method, url),
    response: {
      ...((schema?.response as object | undefined) ?? { 200: Type.Unknown({ description: 'Done' }) }),
      '4xx': {
        description: 'Refused, and nothing was changed',
        content: { 'application/problem+json': { schema: ProblemSchema } },
      },
    },
    ...(openRoutes.has(tag) ? { security: [] } : {}),
  };
  return { schema: { ...schema, ...added }, url };
};

/** `PATCH /api/v1/sites/:site` is `patchSitesBySite`. */
function operationId(method: string, url: string): string {
  const place = url.startsWith('/api/v1/') ? '' : 'Root';
  const words = url
    .replace(/^\/api\/v1/, '')
    .split(/[/-]/)
    .filter((word) => word !== '');
  const parts = words.map((word) => (word.startsWith(':') ? `By${capital(word.slice(1))}` : capital(word)));
  return method.toLowerCase() + place + parts.join('');
}

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

/** The document at `/api/v1/openapi.json`: OpenAPI 3.1, from the schemas by which requests are judged. */
export const openapi: FastifyDynamicSwaggerOptions = {
  transform,
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Patronus controller',
      version: '1',
      description:
        'Times are unix milliseconds. Errors are problem documents (RFC 9457) with a stable `code`. Lists are filtered, ' +
        'sorted with `sort`, and paged with `limit` and `cursor`. Changes take `If-Match`, creations `Idempotency-Key`.',
      license: { name: 'MIT', identifier: 'MIT' } as { name: string; url?: string },
    },
    servers: [{ url: '/', description: 'This controller' }],
    tags: Object.entries(described).map(([name, description]) => ({ name, description })),
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    security: [{ bearer: [] }],
  },
};

/** A schema with an example of what it describes, for the document and its page. */
export const withExample = <T extends TSchema>(schema: T, example: unknown): T => ({ ...schema, examples: [example] });
