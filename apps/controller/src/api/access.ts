import { isIPv4 } from 'node:net';
import { messageOf, PatronusError } from '@patronus/core';
import type { FastifyRequest } from 'fastify';
import { anonymousActor, plainAddress, type Actor } from '../audit/index.ts';
import {
  isCsrfToken,
  requireRole,
  requireScope,
  TokenRefused,
  type ApiKeys,
  type Caller,
  type LocalToken,
  type Sessions,
} from '../auth/index.ts';
import type { Store } from '../database/index.ts';
import type { AuditService } from '../services/audit-service.ts';
import { KnownTokens } from './known-tokens.ts';
import { permissionFor, permissions } from './permissions.ts';
import type { RateLimits } from './rate-limits.ts';
import { sessionCookie } from './session-cookie.ts';

/** Something that somebody asks to do. */
export interface AccessRequest {
  /** Null for nobody. */
  readonly caller: Caller | null;
  readonly address: string | null;
  /** What it is called in the table of permissions: `DELETE /api/v1/sites/:site`, or `Mutation.deleteSite`. */
  readonly operation: string;
  /** The user whose thing it is done with, null where nobody knows; absent where nothing belongs to users. */
  readonly ownerId?: string | null;
}

/** What a page shows beside its cookie, and for what. */
export interface CookieProof {
  readonly shown: string;
  readonly address: string | null;
  readonly operation: string;
}

const bearerForm = /^Bearer +([^\s]+)$/i;

export interface AccessParts {
  readonly localToken: LocalToken;
  readonly sessions: Sessions;
  readonly keys: ApiKeys;
  readonly audit: AuditService;
  readonly limits: RateLimits;
  readonly store: Store;
  /** Whether everybody may read. */
  readonly readsAreOpen: boolean;
}

/** Turns credentials into callers, and judges what they may do and how often. */
export class Access {
  readonly #parts: AccessParts;
  readonly #known: KnownTokens;

  constructor(parts: AccessParts) {
    this.#parts = parts;
    this.#known = new KnownTokens(parts.store);
  }

  /** Changes whenever callers may have lost a right. */
  get revocations(): number {
    return this.#parts.sessions.revocations;
  }

  /**
   * Who a request comes from: by its Authorization header, or else by its cookie, which what is open to everybody does
   * without. Errors: as {@link callerOf} and {@link callerOfCookie}.
   */
  async callerOfRequest(request: FastifyRequest, operation: string): Promise<Caller | null> {
    const { authorization, 'x-csrf-token': shown } = request.headers;
    const address = plainAddress(request.ip);
    const cookie = sessionCookie(request);
    const isOpen = permissions[operation]?.least === 'open';
    if (cookie === null || isOpen || (authorization ?? '') !== '') {
      return this.callerOf(authorization, address, request.raw.socket);
    }
    const isReading = ['GET', 'HEAD'].includes(request.method);
    return this.callerOfCookie(cookie, isReading ? null : { shown: String(shown ?? ''), address, operation });
  }

  /**
   * Who a cookie belongs to; null for one that has had its time. A browser sends cookies also where a foreign page makes it,
   * so `proof` has what only our own pages know; null where nothing can be changed. Errors: `forbidden` for a wrong one.
   */
  async callerOfCookie(cookie: string, proof: CookieProof | null): Promise<Caller | null> {
    const caller = await this.#parts.sessions.callerOfCookie(cookie);
    if (caller === null || proof === null || isCsrfToken(cookie, proof.shown)) return caller;
    const reason = 'this needs the CSRF token of the session; GET /api/v1/auth/cookie tells it';
    await this.#parts.audit.noteRefusal(actorOf(caller, proof.address), proof.operation, reason);
    throw new PatronusError('forbidden', reason);
  }

  /**
   * The caller that an Authorization header names; null without one. Errors: `unauthenticated` for a wrong one,
   * `rate_limited` for an address that shows too many of those. `connection` is what it came by, where more may follow.
   */
  async callerOf(
    authorization: string | undefined,
    address: string | null,
    connection: object | null = null,
  ): Promise<Caller | null> {
    if (authorization === undefined || authorization === '') return null;
    const known = connection && this.#known.callerOn(connection, authorization);
    if (known !== null) return known;
    const token = bearerForm.exec(authorization)?.[1];
    if (token === undefined) {
      throw new PatronusError('unauthenticated', 'the Authorization header must read "Bearer TOKEN"');
    }
    try {
      const caller = await this.#callerOfToken(token, address);
      if (connection !== null) this.#known.rememberOn(connection, authorization, token);
      return caller;
    } catch (thrown) {
      if (thrown instanceof TokenRefused) await this.#noteBadToken(thrown, address);
      throw thrown;
    }
  }

  /**
   * The same caller as things stand now, for a connection that outlives a request: with the role of today, and none whose
   * session has ended. Errors: `unauthenticated`.
   */
  async confirm(caller: Caller | null): Promise<Caller | null> {
    if (caller?.type === 'api_key') return this.#parts.keys.callerOfKey(caller.id!);
    return caller?.type === 'user' ? this.#parts.sessions.callerOfSession(caller.sessionId!) : caller;
  }

  /**
   * Whoever answers for the operation, once they may do it. A signed-in caller who may not leaves a row in the audit log; a
   * stranger leaves none, as strangers could fill it. Errors: `unauthenticated`, `forbidden`, `rate_limited`.
   */
  async admit(request: AccessRequest): Promise<Actor> {
    const { operation, caller, address } = request;
    // Whose thing it is is asked for in a second step.
    if (request.ownerId === undefined) this.#parts.limits.count(operation, caller, address);
    const actor = actorOf(caller, address);
    try {
      this.#check(request);
    } catch (thrown) {
      if (caller !== null) await this.#parts.audit.noteRefusal(actor, operation, messageOf(thrown));
      throw thrown;
    }
    return actor;
  }

  /** Whether a caller may do it, for answers that tell more to some. */
  allows(caller: Caller | null, operation: string): boolean {
    try {
      this.#check({ caller, address: null, operation });
      return true;
    } catch (thrown) {
      if (thrown instanceof PatronusError) return false;
      throw thrown;
    }
  }

  async #callerOfToken(token: string, address: string | null): Promise<Caller> {
    const { keys, localToken, sessions } = this.#parts;
    if (keys.isKey(token)) return keys.caller(token, address);
    return localToken.caller(token) ?? (await this.#known.caller(token, () => sessions.caller(token)));
  }

  async #noteBadToken({ reason }: TokenRefused, address: string | null): Promise<void> {
    this.#parts.limits.countBadToken(address);
    if (this.#parts.limits.mayNoteBadToken(address))
      await this.#parts.audit.noteBadToken(anonymousActor(address), reason);
  }

  #check({ caller, operation, ownerId }: AccessRequest): void {
    const { least, foreign, scope } = permissionFor(operation);
    if (least === 'open' || (least === 'read' && this.#parts.readsAreOpen)) return;
    requireRole(caller, least === 'read' ? 'viewer' : least);
    requireScope(caller, scope);
    const isForeign = ownerId !== undefined && (ownerId === null || ownerId !== caller?.userId);
    if (isForeign && foreign !== undefined) requireRole(caller, foreign);
  }
}

export const actorOf = (caller: Caller | null, address: string | null): Actor =>
  caller === null ? anonymousActor(address) : { type: caller.type, id: caller.id, name: caller.name, address };

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || host === '::1' || (isIPv4(host) && host.startsWith('127.'));

/**
 * Refuses requests that a foreign web page makes a browser send. While we listen on loopback only, a Host header with
 * another name comes from a page whose name was pointed at this machine (DNS rebinding).
 *
 * Errors: `forbidden`.
 */
export function checkOrigin(request: FastifyRequest, isBoundToLoopback: boolean): void {
  const host = nameOfHost(request.headers.host ?? '');
  if (isBoundToLoopback && (host === null || !isLoopback(host))) {
    throw new PatronusError('forbidden', `this controller is not called "${host ?? ''}"; use http://localhost`);
  }
  const { origin } = request.headers;
  if (origin === undefined) return;
  const from = nameOfOrigin(origin);
  const isOwn = origin === `http://${request.headers.host}` || origin === `https://${request.headers.host}`;
  if (isOwn || (isBoundToLoopback && from !== null && isLoopback(from))) return;
  throw new PatronusError('forbidden', `pages of ${origin.slice(0, 100)} may not use this controller`);
}

/** Remembers the name of the last request: nearly all come by the same. */
function rememberingLast(nameOf: (asked: string) => string | null) {
  let last: { readonly asked: string; readonly name: string | null } | null = null;
  return (asked: string): string | null => {
    if (last?.asked !== asked) last = { asked, name: nameOf(asked) };
    return last.name;
  };
}

const nameOfHost = rememberingLast((host) => hostnameOf(`http://${host}`));
const nameOfOrigin = rememberingLast(hostnameOf);

function hostnameOf(url: string): string | null {
  const parsed = URL.parse(url);
  return parsed === null || parsed.hostname === '' ? null : parsed.hostname.replaceAll(/[[\]]/g, '');
}
