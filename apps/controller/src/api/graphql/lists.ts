import type { Static } from 'typebox';
import { AuditListSchema, auditQuery } from '../../services/audit-service.ts';
import { EventListSchema, eventQuery } from '../../services/event-service.ts';
import {
  decisionList,
  edgeList,
  endpointList,
  enrolmentKeyList,
  leftOutList,
  pathList,
  policyList,
  siteList,
} from '../../services/lists/index.ts';
import { pathQuery } from '../../services/path-service.ts';
import { fromStore, listFields } from './list-fields.ts';
import { standingOf } from './queries.ts';
import {
  auditType,
  edgeType,
  endpointType,
  enrolmentKeyType,
  eventType,
  leftOutPairType,
  pathType,
  policyShape,
  policyType,
  siteType,
} from './types.ts';
import { decisionType } from './decision-type.ts';

listFields('sites', {
  type: siteType,
  fields: siteList.fields,
  extensions: fromStore,
  load: async (context, request) =>
    siteList.page(await context.services.sites.list(standingOf(request['deleted'])), request),
});

listFields('endpoints', {
  type: endpointType,
  fields: endpointList.fields,
  extensions: fromStore,
  load: async (context, request) => {
    const site = request['site'] as string | undefined;
    const { endpoints, endpointDeletion } = context.services;
    const from = standingOf(request['deleted']) === 'deleted' ? endpointDeletion : endpoints;
    return endpointList.page(await from.list({ site }), request);
  },
});

listFields('paths', {
  type: pathType,
  fields: pathList.fields,
  load: async (context, request) => pathList.page(await context.services.paths.list(pathQuery(request)), request),
});

listFields('leftOutPairs', {
  type: leftOutPairType,
  description: 'Pairs of endpoints without a path, and why',
  fields: leftOutList.fields,
  load: async (context, request) => leftOutList.page(await context.services.transportLinks.listLeftOut(), request),
});

listFields('policies', {
  type: policyType,
  description: 'In the order in which they are looked at, unless sorted',
  fields: policyList.fields,
  extensions: fromStore,
  load: async (context, request) => {
    const all = await context.services.policies.list(standingOf(request['deleted']));
    const { items, nextCursor } = policyList.page(all, request);
    return { items: items.map(policyShape), nextCursor };
  },
});

listFields('decisions', {
  type: decisionType,
  fields: decisionList.fields,
  load: async (context, request) => decisionList.page(await context.services.decisions.list(), request),
});

listFields('enrolmentKeys', {
  type: enrolmentKeyType,
  fields: enrolmentKeyList.fields,
  load: async (context, request) => {
    return enrolmentKeyList.page(await context.services.enrolmentKeys.list(), request);
  },
});

listFields('edges', {
  type: edgeType,
  fields: edgeList.fields,
  load: async (context, request) => edgeList.page(await context.services.edges.list(), request),
});

listFields('events', {
  type: eventType,
  description: 'Newest first, unless ordered',
  fields: EventListSchema.properties,
  aliases: { types: 'type', severities: 'severity' },
  load: (context, request: Static<typeof EventListSchema>) => context.services.events.list(eventQuery(request)),
});

listFields('auditLog', {
  type: auditType,
  description: 'Who did what, newest first, unless ordered',
  fields: AuditListSchema.properties,
  aliases: { actions: 'action' },
  load: async (context, request: Static<typeof AuditListSchema>) => {
    return context.services.audit.list(auditQuery(request));
  },
});
