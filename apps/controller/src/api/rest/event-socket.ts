import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf, PatronusError } from '@patronus/core';
import { Type } from 'typebox';
import { plainAddress } from '../../audit/index.ts';
import type { FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { EventSelectionSchema } from '../../services/event-service.ts';
import type { Caller } from '../../auth/index.ts';
import type { Access } from '../access.ts';
import type { ApiServices } from '../api-services.ts';
import { eventAnswer } from './answers.ts';
import type { RestApp } from './rest-api.ts';

/** A client that may not read yet says who it is within this time. */
const signInMs = 3_000;
/** A connection that does not answer a ping until the next one is over. */
const keepAliveMs = 15_000;

/** What a connection is closed with, beside the codes of RFC 6455, section 7.4. */
export const closeCodes = { invalid: 4400, unauthenticated: 4401, behind: 4408 } as const;

/** What it tells is what this tells. */
const operation = 'GET /api/v1/events';

const querystring = Type.Object(
  {
    ...Type.Partial(EventSelectionSchema).properties,
    after: Type.Optional(
      Type.String({ maxLength: 100, description: 'Id of an event: first all that were stored after it' }),
    ),
  },
  { additionalProperties: false },
);

/**
 * Events over a WebSocket, each a text message as `GET /events` tells it. Whoever may not read without signing in sends the
 * `Authorization` header, or `{"authorization": "Bearer TOKEN"}` as the first message, as pages of browsers must.
 */
export function eventSocket(app: RestApp, services: ApiServices): void {
  const schema = {
    tags: ['events'],
    summary: 'Events as they happen, over a WebSocket',
    querystring,
    response: { 101: Type.Null({ description: 'The connection is a WebSocket now' }) },
  };
  app.route({
    method: 'GET',
    url: '/ws/events',
    schema,
    exposeHeadRoute: false,
    handler: () => {
      throw new PatronusError('protocol_violation', 'this address speaks WebSocket only; events are at /api/v1/events');
    },
    wsHandler: (socket, request) => {
      keepAlive(socket);
      void tell(socket, request as FastifyRequest<{ Querystring: Query }>, services).catch((thrown: unknown) => {
        const { code, reason } = closing(thrown);
        socket.close(code, reason);
      });
    },
  });
}

interface Query {
  readonly type?: string[];
  readonly severity?: string[];
  readonly site?: string;
  readonly after?: string;
}

async function tell(
  socket: WebSocket,
  request: FastifyRequest<{ Querystring: Query }>,
  { access, events }: ApiServices,
): Promise<void> {
  const address = plainAddress(request.ip);
  const caller = (await mayRead(access, request.caller, address))
    ? request.caller
    : await access.callerOf(await firstWords(socket), address);
  await access.admit({ caller, address, operation });
  const { type: types, severity: severities, site, after } = request.query;
  const stream = await events.subscribe({ types, severities, site }, after);
  socket.on('close', () => void stream.return?.());
  for await (const event of stream) {
    // Whoever may no longer read hears nothing more.
    await access.admit({ caller: await access.confirm(caller), address, operation });
    await new Promise<void>((resolve) => socket.send(JSON.stringify(eventAnswer(event)), () => resolve()));
  }
}

/** Whether what the request itself shows is enough; a caller who may not is refused, somebody unknown may still say more. */
async function mayRead(access: Access, caller: Caller | null, address: string | null): Promise<boolean> {
  try {
    await access.admit({ caller, address, operation });
    return true;
  } catch (thrown) {
    if (caller !== null || !(thrown instanceof PatronusError) || thrown.code !== 'unauthenticated') throw thrown;
    return false;
  }
}

async function firstWords(socket: WebSocket): Promise<string | undefined> {
  const patience = new AbortController();
  const heard = once(socket, 'message', { signal: patience.signal }).catch(() => []);
  const [data] = await Promise.race([heard, delay(signInMs, [], { ref: false })]);
  patience.abort();
  if (data === undefined) throw notSignedIn();
  try {
    const { authorization } = JSON.parse(String(data)) as { authorization?: unknown };
    return typeof authorization === 'string' ? authorization : undefined;
  } catch {
    throw notSignedIn();
  }
}

const notSignedIn = (): PatronusError =>
  new PatronusError('unauthenticated', 'send {"authorization": "Bearer TOKEN"} first');

function keepAlive(socket: WebSocket): void {
  let isAlive = true;
  socket.on('pong', () => (isAlive = true));
  socket.on('error', () => socket.terminate());
  const timer = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, keepAliveMs);
  socket.on('close', () => clearInterval(timer));
}

/** A reason has 123 octets at most (RFC 6455, section 5.5). */
function closing(thrown: unknown): { code: number; reason: string } {
  if (!(thrown instanceof PatronusError)) return { code: 1011, reason: 'the controller failed' };
  const code =
    thrown.code === 'exhausted'
      ? closeCodes.behind
      : thrown.code === 'unauthenticated'
        ? closeCodes.unauthenticated
        : closeCodes.invalid;
  return {
    code,
    reason: Buffer.from(messageOf(thrown))
      .subarray(0, 120)
      .toString('utf8')
      .replace(/\uFFFD$/, ''),
  };
}
