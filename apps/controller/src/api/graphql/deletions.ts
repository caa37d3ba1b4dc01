import { builder } from './builder.ts';
import { expected, versionArgs } from './condition-args.ts';
import { actorIn } from './graphql-services.ts';
import { policyNumber } from './queries.ts';
import { endpointType, outcomeType, policyShape, policyType, siteType } from './types.ts';

const purgeArg = 'For good, at once; also of what is deleted already';

builder.mutationFields((t) => ({
  deleteSite: t.field({
    type: outcomeType,
    description: 'Takes a site with all that is its own out of the network; it can be restored for 30 days',
    args: {
      site_id: t.arg.id({ required: true, description: 'Id or name' }),
      purge: t.arg.boolean({ description: purgeArg }),
      ...versionArgs,
      force: t.arg.boolean({ description: 'Although policies name it; they match nothing of it then' }),
    },
    resolve: async (_root, { site_id, purge, force, version }, context) => {
      const by = actorIn(context);
      const options = { purge: purge === true, force: force === true, expected: expected(version) };
      return context.services.siteDeletion.delete(by, site_id, options);
    },
  }),
  restoreSite: t.field({
    type: siteType,
    description: 'Puts a deleted site back with the ids and numbers that it had',
    args: { site_id: t.arg.id({ required: true, description: 'Id or name' }) },
    resolve: async (_root, { site_id }, context) => {
      const by = actorIn(context);
      const { sites, siteDeletion } = context.services;
      return sites.get((await siteDeletion.restore(by, site_id)).id);
    },
  }),
}));

builder.mutationFields((t) => ({
  deleteEndpoint: t.field({
    type: outcomeType,
    description: 'Takes an endpoint with its paths out of the network; it can be restored for 30 days',
    args: {
      endpoint_id: t.arg.id({ required: true }),
      purge: t.arg.boolean({ description: purgeArg }),
      ...versionArgs,
    },
    resolve: (_root, { endpoint_id, purge, version }, context) => {
      const options = { purge: purge === true, expected: expected(version) };
      return context.services.endpointDeletion.delete(actorIn(context), endpoint_id, options);
    },
  }),
  restoreEndpoint: t.field({
    type: endpointType,
    description: 'Puts a deleted endpoint back with its id and, unless another has it by now, its slot',
    args: { endpoint_id: t.arg.id({ required: true }) },
    resolve: async (_root, { endpoint_id }, context) => {
      const { endpoints, endpointDeletion } = context.services;
      return endpoints.get(await endpointDeletion.restore(actorIn(context), endpoint_id));
    },
  }),
  deletePolicy: t.field({
    type: outcomeType,
    args: {
      id: t.arg.id({ required: true }),
      purge: t.arg.boolean({ description: purgeArg }),
      ...versionArgs,
    },
    resolve: async (_root, { id, purge, version }, context) => {
      const by = actorIn(context);
      const options = { purge: purge === true, expected: expected(version) };
      return context.services.policyDeletion.delete(by, policyNumber(id), options);
    },
  }),
  restorePolicy: t.field({
    type: policyType,
    description: 'Puts a deleted policy back with its id, class and counters',
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, { id }, context) => {
      const by = actorIn(context);
      const { policies, policyDeletion } = context.services;
      await policyDeletion.restore(by, policyNumber(id));
      return policyShape(await policies.get(policyNumber(id)));
    },
  }),
}));
