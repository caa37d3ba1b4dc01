import { InvalidInputError } from '@patronus/core';
import type { TrafficCounts } from '../../database/traffic-tables.ts';
import { trafficKinds } from '../../repositories/index.ts';
import type { CacheView } from '../../services/cache-service.ts';
import { TrafficRangeSchema, type TrafficRange } from '../../services/traffic-input.ts';
import type { TrafficPoint, TrafficTotal } from '../../services/traffic-report.ts';
import { builder } from './builder.ts';
import { inputChecker } from './checked-input.ts';
import { actorIn } from './graphql-services.ts';
import { policyNumber } from './queries.ts';
import { outcomeType } from './types.ts';

/** What one answer holds at most; `GET /api/v1/stats` streams any number. */
const maxPoints = 5_000;

const asRange = inputChecker<TrafficRange>(TrafficRangeSchema);

const kindType = builder.enumType('TrafficKind', {
  description: 'What traffic is counted of',
  values: trafficKinds,
});

const about = {
  packets_matched: 'Packets that entered from a LAN and matched; of policies and sites',
  bytes_matched: 'Octets of these',
  bytes_sent: 'Octets sent by tunnels, probes included; of sites, endpoints and paths; of applications, sent by flows',
  bytes_received: 'Octets received by tunnels; of applications, received by flows',
} as const satisfies Record<keyof TrafficCounts, string>;

const subject = 'Null in a sum of all objects';

const totalType = builder.objectRef<TrafficTotal>('TrafficTotal').implement({
  fields: (t) => {
    const counter = (column: keyof TrafficCounts) =>
      t.field({ type: 'BigInt', description: about[column], resolve: ({ counts }) => counts[column] });
    return {
      id: t.exposeID('id', { nullable: true, description: subject }),
      name: t.exposeString('name', { nullable: true, description: subject }),
      packets_matched: counter('packets_matched'),
      bytes_matched: counter('bytes_matched'),
      bytes_sent: counter('bytes_sent'),
      bytes_received: counter('bytes_received'),
      active_flows: t.exposeInt('activeFlows', {
        nullable: true,
        description: 'Of policies and applications: flows that kernels know now; null where no edge tells',
      }),
      first_seen: t.expose('firstSeen', { type: 'Timestamp', nullable: true }),
      last_updated: t.expose('lastUpdated', { type: 'Timestamp', nullable: true }),
    };
  },
});

const pointType = builder.objectRef<TrafficPoint>('TrafficPoint').implement({
  fields: (t) => {
    const counter = (column: keyof TrafficCounts) =>
      t.field({ type: 'BigInt', description: about[column], resolve: ({ counts }) => BigInt(counts[column]) });
    return {
      id: t.exposeID('id', { nullable: true, description: subject }),
      name: t.exposeString('name', { nullable: true, description: subject }),
      timestamp: t.expose('timestamp', { type: 'Timestamp', description: 'Where the step begins' }),
      packets_matched: counter('packets_matched'),
      bytes_matched: counter('bytes_matched'),
      bytes_sent: counter('bytes_sent'),
      bytes_received: counter('bytes_received'),
    };
  },
});

builder.queryFields((t) => ({
  policyStats: t.field({
    type: totalType,
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, { id }, context) => {
      const [total] = await context.services.trafficReport.totals({ kind: 'policy', id: String(policyNumber(id)) });
      return total!;
    },
  }),
  trafficStats: t.field({
    type: [totalType],
    description: 'What was counted so far',
    args: {
      kind: t.arg({ type: kindType, required: true }),
      id: t.arg.id({ description: 'One object only' }),
      aggregate: t.arg.boolean({ description: 'The sum of all objects in place of each' }),
    },
    resolve: (_root, { kind, id, aggregate }, context) =>
      context.services.trafficReport.totals({ kind, id: id ?? undefined, aggregate: aggregate ?? undefined }),
  }),
  trafficHistory: t.field({
    type: [pointType],
    description: 'What was counted in each step of a time range; steps without traffic are left out',
    args: {
      kind: t.arg({ type: kindType, required: true }),
      id: t.arg.id({ description: 'One object only' }),
      aggregate: t.arg.boolean({ description: 'The sum of all objects in place of each' }),
      from: t.arg({ type: 'Timestamp' }),
      to: t.arg({ type: 'Timestamp' }),
      step: t.arg.float({ description: 'ms' }),
    },
    resolve: async (_root, { kind, id, aggregate, ...range }, context) => {
      const { trafficHistory, trafficReport } = context.services;
      const selection = { kind, id: id ?? undefined, aggregate: aggregate ?? undefined };
      const points: TrafficPoint[] = [];
      for await (const some of await trafficReport.points(selection, trafficHistory.span(asRange(range)))) {
        points.push(...some);
        if (points.length > maxPoints) throw tooMany();
      }
      return points;
    },
  }),
}));

function tooMany(): InvalidInputError {
  const remedy = 'use a longer step, a shorter range, one id, or GET /api/v1/stats, which streams';
  return new InvalidInputError([{ field: 'step', problem: `makes more than ${maxPoints} points`, remedy }]);
}

const cacheType = builder.objectRef<CacheView>('CacheStats').implement({
  fields: (t) => ({
    name: t.exposeString('name'),
    hits: t.exposeFloat('hits', { description: 'Since the controller started' }),
    misses: t.exposeFloat('misses'),
    entries: t.exposeInt('entries'),
    max_entries: t.exposeInt('maxEntries'),
    ttl_seconds: t.float({ resolve: ({ ttlMs }) => ttlMs / 1_000 }),
  }),
});

builder.queryField('cacheStats', (t) =>
  t.field({
    type: [cacheType],
    description: 'How the caches did',
    resolve: (_root, _args, context) => context.services.caches.list(),
  }),
);

builder.mutationField('resetPolicyStats', (t) =>
  t.field({
    type: outcomeType,
    description: 'Lets the counters of a policy start at zero again; its history stays',
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, { id }, context) => ({
      message: await context.services.traffic.resetPolicy(actorIn(context), policyNumber(id)),
    }),
  }),
);
