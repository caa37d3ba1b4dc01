import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { Type, type Static } from 'typebox';
import type { TrafficKind } from '../../repositories/index.ts';
import { TrafficRangeSchema } from '../../services/traffic-input.ts';
import type { TrafficSelection } from '../../services/traffic-report.ts';
import type { ApiServices } from '../api-services.ts';
import type { RestApp } from './rest-api.ts';
import { trafficFormats, trafficMediaTypes, trafficText, type TrafficRows } from './traffic-text.ts';

const tags = ['stats'];
const querystring = Type.Object({
  ...TrafficRangeSchema.properties,
  format: Type.Optional(Type.Enum([...trafficFormats])),
  aggregate: Type.Optional(Type.Boolean({ description: 'The sum of all objects in place of each' })),
});
type StatsQuery = Static<typeof querystring>;

const params = Type.Object({ id: Type.String() });
const ResetSchema = Type.Object({ success: Type.Literal(true), message: Type.String() });

const text = { schema: { type: 'string' } };
const answerOf = (what: string) => ({
  200: {
    description: `Totals of ${what} now; with a range, what came in each step of it`,
    content: {
      'application/json': {
        schema: { type: 'object', properties: { items: { type: 'array', items: { type: 'object' } } } },
      },
      'text/csv': text,
      'text/plain': text,
    },
  },
});

const kinds: readonly (readonly [path: string, kind: TrafficKind])[] = [
  ['policies', 'policy'],
  ['endpoints', 'endpoint'],
  ['paths', 'path'],
  ['sites', 'site'],
  ['applications', 'application'],
];

/** Traffic statistics: totals, history and their export. */
export function statsRoutes(app: RestApp, services: ApiServices): void {
  for (const [path, kind] of kinds) {
    const response = answerOf(path);
    const of = (whose: string) => ({ tags, summary: `Traffic of ${whose}: totals, or history over a range`, response });
    app.get(`/stats/${path}`, { schema: { ...of(`all ${path}`), querystring } }, (request, reply) =>
      answer(services, reply as FastifyReply, { kind, aggregate: request.query.aggregate }, request.query),
    );
    app.get(`/stats/${path}/:id`, { schema: { ...of(`one ${kind}`), params, querystring } }, (request, reply) =>
      answer(services, reply as FastifyReply, { kind, id: request.params.id }, request.query),
    );
  }
  app.post(
    '/stats/policies/:id/reset',
    {
      schema: {
        tags,
        summary: 'Start the counters of a policy at zero again',
        params: Type.Object({ id: Type.Integer() }),
        response: { 200: ResetSchema },
      },
    },
    async (request) => {
      const message = await services.traffic.resetPolicy(request.actor, request.params.id);
      return { success: true as const, message };
    },
  );
}

/** Streams the answer; what can be refused is refused before its first octet. */
async function answer(
  { trafficReport, trafficHistory }: ApiServices,
  reply: FastifyReply,
  selection: TrafficSelection,
  { format = 'json', from, to, step }: StatsQuery,
): Promise<FastifyReply> {
  const isHistory = from !== undefined || to !== undefined || step !== undefined;
  const span = isHistory ? trafficHistory.span({ from, to, step }) : null;
  const totals = span === null ? await trafficReport.totals(selection) : [];
  if (span !== null) await trafficReport.points(selection, span);
  const rows: TrafficRows = async function* () {
    if (span === null) yield totals;
    else yield* await trafficReport.points(selection, span);
  };
  const head = span === null ? {} : { from: span.from, to: span.to, step: span.stepMs };
  return reply
    .type(trafficMediaTypes[format])
    .send(Readable.from(trafficText(format, selection.kind, rows, head), { highWaterMark: 1 }));
}
