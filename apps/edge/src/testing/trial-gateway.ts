import { createPublicKey, randomBytes, randomUUID, verify, X509Certificate } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { WebSocketServer, type WebSocket } from 'ws';
import {
  certificateFingerprint,
  challengeText,
  formatJoinToken,
  type ControllerMessage,
  type EdgeMessage,
  type EnrolRequest,
} from '@patronus/protocol';
import { testAuthority, type TestAuthority } from './certificates.ts';

export interface TrialGatewayOptions {
  /** A Unix socket to listen on instead of a port of the loopback address. */
  readonly path?: string;
  /** Shown instead of a certificate from the gateway's own authority. */
  readonly certificate?: { cert: string; key: string };
  /** Of a gateway before this one, which it continues. */
  readonly authority?: TestAuthority;
  readonly members?: Map<string, TrialMember>;
  readonly refusal?: { status: number; code: string; detail: string };
}

export interface TrialMember {
  readonly edgeId: string;
  readonly identityKey: string;
  socket: WebSocket | null;
  readonly heard: EdgeMessage[];
  acknowledged: number;
}

/** The other end of the edge protocol, as far as tests of the edge need it: one member per enrolment secret. */
export class TrialGateway {
  readonly authority: TestAuthority;
  readonly members: Map<string, TrialMember>;
  readonly requests: string[] = [];
  readonly callers: string[] = [];
  private readonly sockets = new Set<WebSocket>();
  url = '';
  /** Told of every message; what it answers is sent. */
  react: (secret: string, message: EdgeMessage) => readonly ControllerMessage[] = () => [];
  private readonly server: Server;

  private constructor(authority: TestAuthority, members: Map<string, TrialMember>, server: Server) {
    this.authority = authority;
    this.members = members;
    this.server = server;
  }

  static async start(options: TrialGatewayOptions = {}): Promise<TrialGateway> {
    const authority = options.authority ?? (await testAuthority());
    const { cert, key } = options.certificate ?? (await authority.issue());
    const server = createServer({ cert: `${cert}\n${authority.pem}`, key });
    const gateway = new TrialGateway(authority, options.members ?? new Map<string, TrialMember>(), server);
    server.on('request', (request, response) => {
      gateway.requests.push(`${request.method} ${request.url}`);
      void gateway.answer(request, response, options.refusal);
    });
    const fingerprint = certificateFingerprint(new X509Certificate(cert).raw);
    new WebSocketServer({ server, path: '/edge' }).on('connection', (socket, request) => {
      gateway.callers.push(request.socket.remoteAddress ?? '');
      gateway.sockets.add(socket);
      gateway.welcome(socket, fingerprint);
    });
    await new Promise<void>((resolve) =>
      options.path === undefined ? server.listen(0, '127.0.0.1', resolve) : server.listen(options.path, resolve),
    );
    const address = server.address() as AddressInfo | string;
    if (typeof address !== 'string') gateway.url = `https://127.0.0.1:${address.port}`;
    return gateway;
  }

  key(secret = 'a-secret-of-some-length'): string {
    return formatJoinToken({ caFingerprint: this.authority.fingerprint, secret });
  }

  send(secret: string, message: ControllerMessage): void {
    this.members.get(secret)?.socket?.send(JSON.stringify(message));
  }

  /** To every connection, welcome or not. */
  broadcast(text: string): void {
    for (const socket of this.sockets) socket.send(text);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.terminate();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(
    request: IncomingMessage,
    response: ServerResponse,
    refusal: TrialGatewayOptions['refusal'],
  ): Promise<void> {
    const { status, answer } = this.enrol((await json(request)) as EnrolRequest, refusal);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  private enrol(request: EnrolRequest, refusal: TrialGatewayOptions['refusal']): { status: number; answer: unknown } {
    if (refusal !== undefined) return { status: refusal.status, answer: refusal };
    const edgeId = randomUUID();
    const { identityKey, secret } = request;
    this.members.set(secret, { edgeId, identityKey, socket: null, heard: [], acknowledged: 0 });
    return { status: 201, answer: { edgeId, siteId: randomUUID(), siteName: `site of ${secret}` } };
  }

  private welcome(socket: WebSocket, serverFingerprint: string): void {
    const nonce = randomBytes(24).toString('base64url');
    const say = (message: ControllerMessage): void => socket.send(JSON.stringify(message));
    say({ type: 'challenge', nonce });
    socket.on('message', (data) => {
      const message = JSON.parse((data as Buffer).toString()) as EdgeMessage;
      if (message.type === 'hello') {
        const entry = [...this.members].find(([, member]) => member.edgeId === message.edgeId);
        const text = challengeText({ nonce, edgeId: message.edgeId, serverFingerprint });
        if (entry === undefined || !signed(entry[1].identityKey, text, message.signature)) {
          return say({ type: 'refused', code: 'unauthenticated', message: 'the signature is wrong' });
        }
        entry[1].socket = socket;
        say({ type: 'welcome', wallMs: Date.now(), telemetryAcknowledged: entry[1].acknowledged });
      }
      const [secret, member] = [...this.members].find(([, each]) => each.socket === socket) ?? [];
      if (secret === undefined || member === undefined) return undefined;
      member.heard.push(message);
      if (message.type === 'telemetry') {
        member.acknowledged = message.sequence;
        say({ type: 'telemetry_ack', sequence: message.sequence });
      }
      for (const answer of this.react(secret, message)) say(answer);
      return undefined;
    });
  }
}

function signed(identityKey: string, text: string, signature: string): boolean {
  const key = createPublicKey({ key: Buffer.from(identityKey, 'base64'), format: 'der', type: 'spki' });
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'));
}
