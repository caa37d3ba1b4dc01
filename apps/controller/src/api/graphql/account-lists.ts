import { apiKeyList, eventSinkList, sessionList, userList, type ListRequest } from '../../services/lists/index.ts';
import { sessionView } from '../../services/session-view.ts';
import { ownerAskedFor } from '../owner-asked-for.ts';
import { apiKeyType } from './api-keys.ts';
import { sinkType } from './event-sinks.ts';
import { admitOwner, type GraphqlContext } from './graphql-services.ts';
import { listFields, type OperationName } from './list-fields.ts';
import { standingOf } from './queries.ts';
import { sessionType } from './sessions.ts';
import { userType } from './users.ts';

listFields('users', {
  type: userType,
  fields: userList.fields,
  load: async ({ services }, request) =>
    userList.page(await services.users.list(standingOf(request['deleted'])), request),
});

listFields('sessions', {
  type: sessionType,
  description: 'Sign-ins that can be used, the one used last first, unless sorted',
  fields: sessionList.fields,
  aliases: { user_id: 'user' },
  load: async (context, request, info) => {
    const { services, caller } = context;
    const rows = await services.sessions.list(await ownerOf(context, request, info));
    return sessionList.page(
      rows.map((row) => sessionView(row, caller?.sessionId ?? null)),
      request,
    );
  },
});

listFields('apiKeys', {
  type: apiKeyType,
  description: 'Newest first, unless sorted',
  fields: apiKeyList.fields,
  aliases: { user_id: 'user' },
  load: async (context, request, info) => {
    const owner = await ownerOf(context, request, info);
    return apiKeyList.page(await context.services.apiKeys.list(standingOf(request['deleted']), owner), request);
  },
});

listFields('eventSinks', {
  type: sinkType,
  fields: eventSinkList.fields,
  load: async ({ services }, request) => eventSinkList.page(await services.eventSinks.list(), request),
});

/** Whose things a list is asked for, once the caller may see them; undefined for those of all. */
function ownerOf(context: GraphqlContext, request: ListRequest, info: OperationName): Promise<string | undefined> {
  const { services, caller } = context;
  const reference = request['user'] as string | undefined;
  return ownerAskedFor(caller, reference, services.users, (ownerId) => admitOwner(context, info, ownerId));
}
