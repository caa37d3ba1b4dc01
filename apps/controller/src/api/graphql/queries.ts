import { InvalidInputError } from '@patronus/core';
import type { Standing } from '../../repositories/index.ts';
import { pageOf } from '../../services/page.ts';
import { builder } from './builder.ts';
import {
  auditType,
  decisionType,
  endpointType,
  enrolmentKeyType,
  eventType,
  metricPointType,
  pathType,
  policyShape,
  policyType,
  siteDependenciesType,
  siteType,
  transportLinkType,
} from './types.ts';

/** Policies have whole numbers for ids. Errors: `invalid_input`. */
export function policyNumber(id: string | number): number {
  const value = Number(id);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidInputError([
    { field: 'id', problem: `"${id}" is no policy id`, remedy: 'policies have whole numbers' },
  ]);
}

const orAbsent = <T>(value: T | null | undefined): T | undefined => value ?? undefined;

const deletedArg = 'Those that were deleted and can be restored, in place of the live ones';
const standingOf = (deleted: boolean | null | undefined): Standing => (deleted === true ? 'deleted' : 'live');

const pageArgs = { limit: 'How many at most', cursor: 'Where an earlier page ended' };

builder.queryFields((t) => ({
  sites: t.field({
    type: [siteType],
    args: {
      deleted: t.arg.boolean({ description: deletedArg }),
      limit: t.arg.int({ description: pageArgs.limit }),
      cursor: t.arg.string({ description: pageArgs.cursor }),
    },
    resolve: async (_root, { deleted, limit, cursor }, context) => {
      const sites = await context.services.sites.list(standingOf(deleted));
      return [...pageOf(sites, { limit: orAbsent(limit), cursor: orAbsent(cursor) }).items];
    },
  }),
  site: t.field({
    type: siteType,
    args: { site_id: t.arg.id({ required: true, description: 'Id or name' }) },
    resolve: (_root, { site_id }, context) => context.services.sites.get(site_id),
  }),
  siteDependencies: t.field({
    type: siteDependenciesType,
    description: 'Of a live site, or of one that can be restored',
    args: { site_id: t.arg.id({ required: true, description: 'Id or name' }) },
    resolve: (_root, { site_id }, context) => context.services.siteDeletion.dependencies(site_id),
  }),
  endpoints: t.field({
    type: [endpointType],
    args: { site: t.arg.string() },
    resolve: (_root, { site }, context) => context.services.endpoints.list({ site: orAbsent(site) }),
  }),
  endpoint: t.field({
    type: endpointType,
    args: { endpoint_id: t.arg.id({ required: true }) },
    resolve: (_root, { endpoint_id }, context) => context.services.endpoints.get(endpoint_id),
  }),
  transportLinks: t.field({
    type: [transportLinkType],
    nullable: true,
    description: 'Which labels reach each other; null: all reach all',
    resolve: async (_root, _args, context) => {
      const links = await context.services.transportLinks.get();
      return links === null ? null : [...links];
    },
  }),
}));

builder.queryFields((t) => ({
  paths: t.field({
    type: [pathType],
    args: {
      source_site: t.arg.string(),
      dest_site: t.arg.string(),
      label: t.arg.string(),
      health_status: t.arg.string(),
      limit: t.arg.int({ description: pageArgs.limit }),
      cursor: t.arg.string({ description: pageArgs.cursor }),
    },
    resolve: async (_root, args, context) => {
      const paths = await context.services.paths.list({
        sourceSite: orAbsent(args.source_site),
        destSite: orAbsent(args.dest_site),
        label: orAbsent(args.label),
        healthStatus: orAbsent(args.health_status),
      });
      return [...pageOf(paths, { limit: orAbsent(args.limit), cursor: orAbsent(args.cursor) }).items];
    },
  }),
  path: t.field({
    type: pathType,
    args: { path_id: t.arg.id({ required: true }) },
    resolve: (_root, { path_id }, context) => context.services.paths.get(path_id),
  }),
  pathMetrics: t.field({
    type: [metricPointType],
    description: 'Means over each step of a time range',
    args: {
      path_id: t.arg.id({ required: true }),
      from: t.arg({ type: 'Timestamp' }),
      to: t.arg({ type: 'Timestamp' }),
      step: t.arg.int({ description: 'ms' }),
    },
    resolve: (_root, { path_id, from, to, step }, context) =>
      context.services.metrics.read(path_id, {
        from: orAbsent(from),
        to: orAbsent(to),
        step: orAbsent(step),
      }),
  }),
}));

builder.queryFields((t) => ({
  policies: t.field({
    type: [policyType],
    args: { deleted: t.arg.boolean({ description: deletedArg }) },
    resolve: async (_root, { deleted }, context) =>
      (await context.services.policies.list(standingOf(deleted))).map(policyShape),
  }),
  policy: t.field({
    type: policyType,
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, { id }, context) => policyShape(await context.services.policies.get(policyNumber(id))),
  }),
  decisions: t.field({
    type: [decisionType],
    resolve: (_root, _args, context) => context.services.decisions.list(),
  }),
  events: t.field({
    type: [eventType],
    description: 'Newest first',
    args: {
      since: t.arg({ type: 'Timestamp' }),
      until: t.arg({ type: 'Timestamp' }),
      types: t.arg.stringList(),
      site: t.arg.string(),
      limit: t.arg.int(),
      cursor: t.arg.string(),
    },
    resolve: async (_root, args, context) => {
      const { since, until, types, site, limit, cursor } = args;
      const page = await context.services.events.list({
        since: orAbsent(since),
        until: orAbsent(until),
        types: orAbsent(types),
        site: orAbsent(site),
        limit: orAbsent(limit),
        cursor: orAbsent(cursor),
      });
      return [...page.items];
    },
  }),
  enrolmentKeys: t.field({
    type: [enrolmentKeyType],
    resolve: async (_root, _args, context) => {
      return context.services.enrolmentKeys.list();
    },
  }),
}));

builder.queryFields((t) => ({
  auditLog: t.field({
    type: [auditType],
    description: 'Who did what, newest first',
    args: {
      since: t.arg({ type: 'Timestamp' }),
      until: t.arg({ type: 'Timestamp' }),
      actions: t.arg.stringList(),
      result: t.arg.string(),
      actor: t.arg.string({ description: 'Name or id' }),
      target: t.arg.string({ description: 'Name or id' }),
      limit: t.arg.int(),
      cursor: t.arg.string({ description: 'The `cursor` of an earlier row: only what is older' }),
    },
    resolve: async (_root, args, context) => {
      const { since, until, actions, result, actor, target, limit, cursor } = args;
      const page = await context.services.audit.list({
        since: orAbsent(since),
        until: orAbsent(until),
        actions: orAbsent(actions),
        result: orAbsent(result),
        actor: orAbsent(actor),
        target: orAbsent(target),
        limit: orAbsent(limit),
        cursor: orAbsent(cursor),
      });
      return [...page.items];
    },
  }),
}));
