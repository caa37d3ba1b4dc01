import { isIPv4 } from 'node:net';
import { messageOf, PatronusError } from '@patronus/core';
import type { FastifyRequest } from 'fastify';
import { anonymousActor, type Actor } from '../audit/index.ts';
import { requireRole, type Caller, type LocalToken, type Role, type SignInService } from '../auth/index.ts';
import type { Store } from '../database/index.ts';
import type { AuditService } from '../services/audit-service.ts';
import { KnownTokens } from './known-tokens.ts';

/** Who may do something: anyone, whoever may read, or callers of a role. */
export type AccessLevel = 'open' | 'read' | Exclude<Role, 'viewer'>;

/** Something that somebody asks to do. */
export interface AccessRequest {
  /** Null for nobody. */
  readonly caller: Caller | null;
  readonly address: string | null;
  readonly level: AccessLevel;
  /** What it is called: `DELETE /api/v1/sites/:site`, or the name of a GraphQL field. */
  readonly operation: string;
}

const bearerForm = /^Bearer +([^\s]+)$/i;

/** Turns credentials into callers, and judges what they may do. */
export class Access {
  readonly #localToken: LocalToken;
  readonly #signIn: SignInService;
  readonly #audit: AuditService;
  readonly #known: KnownTokens;
  /** Whether everybody may read. */
  readonly readsAreOpen: boolean;

  constructor(parts: {
    localToken: LocalToken;
    signIn: SignInService;
    audit: AuditService;
    readsAreOpen: boolean;
    store: Store;
  }) {
    this.#localToken = parts.localToken;
    this.#signIn = parts.signIn;
    this.#audit = parts.audit;
    this.#known = new KnownTokens(parts.store);
    this.readsAreOpen = parts.readsAreOpen;
  }

  /** The caller that an Authorization header names; null without one. Errors: `unauthenticated` for a wrong one. */
  async callerOf(authorization: string | undefined): Promise<Caller | null> {
    if (authorization === undefined || authorization === '') return null;
    const token = bearerForm.exec(authorization)?.[1];
    if (token === undefined) {
      throw new PatronusError('unauthenticated', 'the Authorization header must read "Bearer TOKEN"');
    }
    return this.#known.caller(token, async () => this.#localToken.caller(token) ?? (await this.#signIn.caller(token)));
  }

  /**
   * Whoever answers for the operation, once they may do it. A signed-in caller who may not leaves a row in the audit log; a
   * stranger leaves none, as strangers could fill it. Errors: `unauthenticated`, `forbidden`.
   */
  async admit({ caller, address, level, operation }: AccessRequest): Promise<Actor> {
    const actor = caller === null ? anonymousActor(address) : actorOf(caller, address);
    try {
      this.#check(caller, level);
    } catch (thrown) {
      if (caller !== null) await this.#audit.noteRefusal(actor, operation, messageOf(thrown));
      throw thrown;
    }
    return actor;
  }

  #check(caller: Caller | null, level: AccessLevel): void {
    if (level === 'open' || (level === 'read' && this.readsAreOpen)) return;
    requireRole(caller, level === 'read' ? 'viewer' : level);
  }
}

const actorOf = ({ type, id, name }: Caller, address: string | null): Actor => ({ type, id, name, address });

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || host === '::1' || (isIPv4(host) && host.startsWith('127.'));

/**
 * Refuses requests that a foreign web page makes a browser send. While we listen on loopback only, a Host header with
 * another name comes from a page whose name was pointed at this machine (DNS rebinding).
 *
 * Errors: `forbidden`.
 */
export function checkOrigin(request: FastifyRequest, isBoundToLoopback: boolean): void {
  const host = hostnameOf(`http://${request.headers.host ?? ''}`);
  if (isBoundToLoopback && (host === null || !isLoopback(host))) {
    throw new PatronusError('forbidden', `this controller is not called "${host ?? ''}"; use http://localhost`);
  }
  const { origin } = request.headers;
  if (origin === undefined) return;
  const from = hostnameOf(origin);
  const isOwn = origin === `http://${request.headers.host}` || origin === `https://${request.headers.host}`;
  if (isOwn || (isBoundToLoopback && from !== null && isLoopback(from))) return;
  throw new PatronusError('forbidden', `pages of ${origin.slice(0, 100)} may not use this controller`);
}

/** The name that the last request came by: nearly all come by the same. */
let lastHost: { readonly url: string; readonly name: string | null } | null = null;

function hostnameOf(url: string): string | null {
  if (lastHost?.url !== url) lastHost = { url, name: parsedHostname(url) };
  return lastHost.name;
}

function parsedHostname(url: string): string | null {
  const parsed = URL.parse(url);
  return parsed === null || parsed.hostname === '' ? null : parsed.hostname.replaceAll(/[[\]]/g, '');
}
