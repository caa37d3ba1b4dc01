import { InvalidInputError } from '@patronus/core';
import type { Standing } from '../../repositories/index.ts';
import { builder } from './builder.ts';
import { fromStore } from './list-fields.ts';
import {
  endpointType,
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

export const orAbsent = <T>(value: T | null | undefined): T | undefined => value ?? undefined;

/** Whether a list shall tell what was deleted. */
export const standingOf = (deleted: unknown): Standing => (deleted === true ? 'deleted' : 'live');

builder.queryFields((t) => ({
  site: t.field({
    type: siteType,
    args: { site_id: t.arg.id({ required: true, description: 'Id or name' }) },
    extensions: fromStore,
    resolve: (_root, { site_id }, context) => context.services.sites.get(site_id),
  }),
  siteDependencies: t.field({
    type: siteDependenciesType,
    description: 'Of a live site, or of one that can be restored',
    args: { site_id: t.arg.id({ required: true, description: 'Id or name' }) },
    resolve: (_root, { site_id }, context) => context.services.siteDeletion.dependencies(site_id),
  }),
  endpoint: t.field({
    type: endpointType,
    args: { endpoint_id: t.arg.id({ required: true }) },
    extensions: fromStore,
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
  transportLinksVersion: t.int({
    description: 'Grows with every change of the transport links',
    resolve: (_root, _args, context) => context.services.transportLinks.version(),
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
      context.services.metrics.read(path_id, { from: orAbsent(from), to: orAbsent(to), step: orAbsent(step) }),
  }),
  policy: t.field({
    type: policyType,
    args: { id: t.arg.id({ required: true }) },
    extensions: fromStore,
    resolve: async (_root, { id }, context) => policyShape(await context.services.policies.get(policyNumber(id))),
  }),
}));
