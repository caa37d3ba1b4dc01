import { once } from 'node:events';
import { chmodSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, ListenOptions } from 'node:net';
import { messageOf, PatronusError, systemClock } from '@patronus/core';
import { maxMessageBytes, parseEnrolRequest, protocolVersion } from '@patronus/protocol';
import { WebSocketServer } from 'ws';
import { problemDocument } from '../api/problem.ts';
import { plainAddress } from '../audit/index.ts';
import type { EdgeService } from '../services/edge-service.ts';
import type { EdgeFlowTeller } from '../services/flow-service.ts';
import type { EdgeProber } from '../services/path-check-service.ts';
import type { SiteDeletionService } from '../services/site-deletion-service.ts';
import type { ServerIdentity } from './certificate-authority.ts';
import { EdgeDialogue, type DialogueParts } from './edge-dialogue.ts';
import { EdgeSession } from './edge-session.ts';
import { FailureLimit } from './failure-limit.ts';
import { checkIdentityKey, otherProtocol } from './hello.ts';

const maxEnrolBytes = 64 * 1024;
/** Strangers' connections that have said nothing yet; each costs a TLS handshake. */
const maxConnections = 20_000;

export interface GatewayParts extends Omit<DialogueParts, 'serverFingerprint'> {
  readonly identity: ServerIdentity;
  readonly edges: EdgeService;
  readonly siteDeletion: Pick<SiteDeletionService, 'onDeleted'>;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Path of a Unix socket on which the same TLS service is offered. */
  readonly socketPath: string;
}

/** Where edges connect: `POST /enrol`, and a WebSocket at `/edge`, over TLS 1.3, on a TCP port and a Unix socket. */
export class EdgeGateway implements EdgeProber {
  readonly #parts: GatewayParts;
  readonly #dialogue: EdgeDialogue;
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, perMessageDeflate: false });
  readonly #servers: Server[] = [];
  readonly #failures = new FailureLimit(systemClock);

  private constructor(parts: GatewayParts) {
    this.#parts = parts;
    this.#dialogue = new EdgeDialogue({ ...parts, serverFingerprint: parts.identity.fingerprint });
    parts.edges.onRevoked((edgeId) => this.#dialogue.dismiss(edgeId));
    parts.siteDeletion.onDeleted((site) => this.#dialogue.dismissSite(site));
  }

  /** Errors: `address_in_use`. */
  static async start(parts: GatewayParts): Promise<EdgeGateway> {
    const gateway = new EdgeGateway(parts);
    try {
      await gateway.#listen({ host: parts.host, port: parts.port });
      rmSync(parts.socketPath, { force: true });
      await gateway.#listen({ path: parts.socketPath });
      chmodSync(parts.socketPath, 0o600);
      return gateway;
    } catch (error) {
      await gateway.stop();
      throw error;
    }
  }

  get port(): number {
    return (this.#servers[0]!.address() as AddressInfo).port;
  }

  readonly checkPath: EdgeProber['checkPath'] = (site, pathId, probes) =>
    this.#dialogue.checkPath(site, pathId, probes);

  readonly listFlows: EdgeFlowTeller['listFlows'] = (site, limit) => this.#dialogue.listFlows(site, limit);

  async stop(): Promise<void> {
    this.#dialogue.stop();
    for (const socket of this.#sockets.clients) socket.close(1001, 'the controller stops');
    for (const socket of this.#sockets.clients) socket.terminate();
    await Promise.all(
      this.#servers.map(async (server) => {
        server.closeAllConnections();
        if (server.listening) await new Promise((resolve) => server.close(resolve));
      }),
    );
    rmSync(this.#parts.socketPath, { force: true });
  }

  async #listen(where: ListenOptions): Promise<void> {
    const { keyPem, chainPem } = this.#parts.identity;
    const server = createServer({ key: keyPem, cert: chainPem, minVersion: 'TLSv1.3' }, (request, response) => {
      void this.#request(request, response);
    });
    server.maxConnections = maxConnections;
    server.headersTimeout = 10_000;
    server.requestTimeout = 20_000;
    server.on('upgrade', (request, socket, head) => {
      socket.on('error', () => socket.destroy());
      if (request.url !== '/edge') return socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
      return this.#sockets.handleUpgrade(request, socket, head, (ws) => new EdgeSession(ws, this.#dialogue));
    });
    this.#servers.push(server);
    server.listen(where);
    try {
      await once(server, 'listening');
    } catch (cause) {
      throw listenError(cause, where);
    }
    server.on('error', (error) => this.#parts.logger.error({ err: error }, 'edge gateway'));
  }

  async #request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Callers on the Unix socket have no address; they are few and this machine's own.
    const address = plainAddress(request.socket.remoteAddress);
    const caller = address ?? 'this machine';
    try {
      this.#failures.check(caller);
      if (request.method !== 'POST' || request.url !== '/enrol') {
        throw new PatronusError(
          'not_found',
          'edges enrol by POST /enrol and connect to /edge; the API is on another port',
        );
      }
      const parsed = parseEnrolRequest(await bodyOf(request));
      if (!parsed.ok) {
        const text = parsed.error.map((each) => `${each.field} ${each.problem}`).join(', ');
        throw new PatronusError('invalid_input', `the enrolment cannot be read: ${text}`);
      }
      if (parsed.value.protocol !== protocolVersion) throw otherProtocol(parsed.value.protocol);
      checkIdentityKey(parsed.value.identityKey);
      const answer = await this.#parts.edges.enrol(parsed.value, address);
      response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    } catch (error) {
      this.#failures.failed(caller);
      this.#parts.logger.warn({ err: error, caller }, 'enrolment refused');
      const { status, body } = problemDocument(error);
      response.writeHead(status, { 'content-type': 'application/problem+json', connection: 'close' });
      response.end(JSON.stringify(body));
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > maxEnrolBytes)
      throw new PatronusError('too_large', `an enrolment has at most ${maxEnrolBytes} octets`);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PatronusError('invalid_input', `the enrolment is not JSON: ${messageOf(cause)}`, { cause });
  }
}

function listenError(cause: unknown, where: ListenOptions): unknown {
  const code = (cause as { code?: unknown }).code;
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return cause;
  const place = where.path ?? `port ${where.port} of ${where.host}`;
  const why = code === 'EACCES' ? 'may not be used by this user' : 'is in use by another program';
  return new PatronusError('address_in_use', `${place} for edges ${why}; choose another with --edge-port`, {
    cause,
    facts: { ...where },
  });
}
