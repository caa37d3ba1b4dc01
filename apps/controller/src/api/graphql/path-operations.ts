import type { PathCheckView } from '../../services/path-check-service.ts';
import type { Drain, Undrain } from '../../services/endpoint-drain-service.ts';
import { FailoverInputSchema, type FailoverInput } from '../../services/path-override-input.ts';
import type { Failover, Release } from '../../services/path-override-service.ts';
import { builder } from './builder.ts';
import { inputChecker } from './checked-input.ts';
import { actorIn } from './graphql-services.ts';
import { pathType } from './types.ts';
import { decisionType } from './decision-type.ts';

const asFailover = inputChecker<FailoverInput>(FailoverInputSchema);

const pathProbeType = builder.objectRef<PathCheckView['probes'][number]>('PathProbe').implement({
  fields: (t) => ({
    answered: t.exposeBoolean('answered'),
    rtt: t.exposeFloat('rtt', { nullable: true, description: 'ms' }),
  }),
});

const pathCheckType = builder.objectRef<PathCheckView>('PathCheck').implement({
  description: 'What a burst of probes found: round trips in ms, loss in percent of the way there and back',
  fields: (t) => ({
    path_id: t.exposeID('pathId'),
    source_site: t.exposeString('sourceSite'),
    dest_site: t.exposeString('destSite'),
    source_label: t.exposeString('sourceLabel'),
    dest_label: t.exposeString('destLabel'),
    health_status: t.exposeString('healthStatus'),
    cause: t.exposeString('cause', { nullable: true, description: 'Why it is not up' }),
    sent: t.exposeInt('sent'),
    answered: t.exposeInt('answered'),
    loss: t.exposeFloat('loss'),
    rtt_min: t.exposeFloat('rttMin', { nullable: true }),
    rtt_median: t.exposeFloat('rttMedian', { nullable: true }),
    probes: t.field({ type: [pathProbeType], resolve: (check) => [...check.probes] }),
    checked_at: t.expose('checkedAt', { type: 'Timestamp' }),
  }),
});

const failoverType = builder.objectRef<Failover>('PathFailover').implement({
  fields: (t) => ({
    success: t.boolean({ resolve: () => true }),
    message: t.exposeString('message'),
    path: t.expose('path', { type: pathType }),
    moves: t.field({
      type: [decisionType],
      description: 'What the path carries, as its edge last told',
      resolve: (failover) => [...failover.moves],
    }),
  }),
});

const releaseType = builder.objectRef<Release>('PathRelease').implement({
  fields: (t) => ({
    success: t.boolean({ resolve: () => true }),
    message: t.exposeString('message'),
    path: t.expose('path', { type: pathType }),
    released: t.exposeBoolean('released', { description: 'False where the path was not out of use' }),
  }),
});

const drainType = builder.objectRef<Drain>('EndpointDrain').implement({
  fields: (t) => ({
    success: t.boolean({ resolve: () => true }),
    message: t.exposeString('message'),
    endpoint_id: t.exposeID('endpointId'),
    paths: t.field({
      type: [pathType],
      description: 'Every path from and to the endpoint',
      resolve: (drain) => [...drain.paths],
    }),
    moves: t.field({
      type: [decisionType],
      description: 'What they carry, as edges last told',
      resolve: (drain) => [...drain.moves],
    }),
  }),
});

const undrainType = builder.objectRef<Undrain>('EndpointUndrain').implement({
  fields: (t) => ({
    success: t.boolean({ resolve: () => true }),
    message: t.exposeString('message'),
    endpoint_id: t.exposeID('endpointId'),
    paths: t.field({
      type: [pathType],
      description: 'Those that were out of use',
      resolve: (undrain) => [...undrain.paths],
    }),
  }),
});

const requiredId = { required: true } as const;

builder.mutationFields((t) => ({
  checkPathHealth: t.field({
    type: pathCheckType,
    description: 'Lets the edge at the source probe the path now',
    args: { path_id: t.arg.id(requiredId) },
    resolve: async (_root, { path_id }, context) => {
      return context.services.pathChecks.check(path_id);
    },
  }),
  failoverPath: t.field({
    type: failoverType,
    description: 'Moves traffic off the path now; without an end it holds until releasePath',
    args: {
      path_id: t.arg.id(requiredId),
      reason: t.arg.string({ required: true }),
      expires_at: t.arg({ type: 'Timestamp' }),
      expires_in_seconds: t.arg.int(),
    },
    resolve: async (_root, { path_id, ...input }, context) => {
      const by = actorIn(context);
      return context.services.pathOverrides.failover(by, path_id, asFailover(input));
    },
  }),
  releasePath: t.field({
    type: releaseType,
    description: 'Lets a path be used again',
    args: { path_id: t.arg.id(requiredId) },
    resolve: async (_root, { path_id }, context) => {
      const by = actorIn(context);
      return context.services.pathOverrides.release(by, path_id);
    },
  }),
  drainEndpoint: t.field({
    type: drainType,
    description: 'Moves traffic off every path from and to the endpoint now, in one change, until undrainEndpoint',
    args: {
      endpoint_id: t.arg.id(requiredId),
      reason: t.arg.string({ required: true }),
      expires_at: t.arg({ type: 'Timestamp' }),
      expires_in_seconds: t.arg.int(),
    },
    resolve: async (_root, { endpoint_id, ...input }, context) => {
      const by = actorIn(context);
      return context.services.endpointDrains.drain(by, endpoint_id, asFailover(input));
    },
  }),
  undrainEndpoint: t.field({
    type: undrainType,
    description: 'Lets every path of the endpoint be used again',
    args: { endpoint_id: t.arg.id(requiredId) },
    resolve: async (_root, { endpoint_id }, context) => {
      const by = actorIn(context);
      return context.services.endpointDrains.undrain(by, endpoint_id);
    },
  }),
}));
