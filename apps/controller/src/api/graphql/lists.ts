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
import { admitted } from './graphql-services.ts';
import { fromStore, listFields } from './list-fields.ts';
import { readable, standingOf } from './queries.ts';
import {
  auditType,
  decisionType,
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

listFields('sites', {
  type: siteType,
  fields: siteList.fields,
  extensions: fromStore,
  load: async (context, request) =>
    siteList.page(await readable(context).sites.list(standingOf(request['deleted'])), request),
});

listFields('endpoints', {
  type: endpointType,
  fields: endpointList.fields,
  extensions: fromStore,
  load: async (context, request) => {
    const site = request['site'] as string | undefined;
    return endpointList.page(await readable(context).endpoints.list({ site }), request);
  },
});

listFields('paths', {
  type: pathType,
  fields: pathList.fields,
  load: async (context, request) => pathList.page(await readable(context).paths.list(pathQuery(request)), request),
});

listFields('leftOutPairs', {
  type: leftOutPairType,
  description: 'Pairs of endpoints without a path, and why',
  fields: leftOutList.fields,
  load: async (context, request) => leftOutList.page(await readable(context).transportLinks.listLeftOut(), request),
});

listFields('policies', {
  type: policyType,
  description: 'In the order in which they are looked at, unless sorted',
  fields: policyList.fields,
  extensions: fromStore,
  load: async (context, request) => {
    const all = await readable(context).policies.list(standingOf(request['deleted']));
    const { items, nextCursor } = policyList.page(all, request);
    return { items: items.map(policyShape), nextCursor };
  },
});

listFields('decisions', {
  type: decisionType,
  fields: decisionList.fields,
  load: async (context, request) => decisionList.page(await readable(context).decisions.list(), request),
});

listFields('enrolmentKeys', {
  type: enrolmentKeyType,
  fields: enrolmentKeyList.fields,
  load: async (context, request, info) => {
    await admitted(context, 'admin', info);
    return enrolmentKeyList.page(await context.services.enrolmentKeys.list(), request);
  },
});

listFields('edges', {
  type: edgeType,
  fields: edgeList.fields,
  load: async (context, request) => edgeList.page(await readable(context).edges.list(), request),
});

listFields('events', {
  type: eventType,
  description: 'Newest first, unless ordered',
  fields: EventListSchema.properties,
  aliases: { types: 'type' },
  load: (context, request: Static<typeof EventListSchema>) => readable(context).events.list(eventQuery(request)),
});

listFields('auditLog', {
  type: auditType,
  description: 'Who did what, newest first, unless ordered',
  fields: AuditListSchema.properties,
  aliases: { actions: 'action' },
  load: async (context, request: Static<typeof AuditListSchema>, info) => {
    await admitted(context, 'admin', info);
    return context.services.audit.list(auditQuery(request));
  },
});
