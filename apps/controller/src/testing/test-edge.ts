import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { request } from 'node:https';
import { json } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import {
  certificateFingerprint,
  challengeText,
  parseJoinToken,
  protocolVersion,
  type ControllerMessage,
  type EdgeMessage,
  type EnrolResponse,
  type TelemetryBatch,
} from '@patronus/protocol';
import { WebSocket } from 'ws';
import { until } from './until.ts';

type Hello = Extract<EdgeMessage, { type: 'hello' }>;

/** The edge's end of the protocol, with every lie that a test wants to tell. It checks no certificate. */
export class TestEdge {
  edgeId = '';
  /** Where the controller hears edges; another one after its restart. */
  port: number;
  /** The newest connection. */
  #connection: Connection = { heard: [], closed: null };
  readonly #keys = generateKeyPairSync('ed25519');
  #socket: WebSocket | null = null;

  constructor(port: number) {
    this.port = port;
  }

  get heard(): readonly ControllerMessage[] {
    return this.#connection.heard;
  }

  get identityKey(): string {
    return this.#keys.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  }

  /** Sends `POST /enrol` with a join key, or with any body at all. */
  async enrol(key: string, changes: Record<string, unknown> = {}): Promise<{ status: number; body: EnrolAnswer }> {
    const token = parseJoinToken(key);
    const body = {
      protocol: protocolVersion,
      secret: token.ok ? token.value.secret : key,
      identityKey: this.identityKey,
      hostname: 'test-edge',
      uplinks: [],
      ...changes,
    };
    const answer = await post(this.port, JSON.stringify(body));
    if (answer.status === 201) this.edgeId = answer.body.edgeId ?? '';
    return answer;
  }

  /** Opens a connection and says hello; answers with the first message after the challenge, or with the end. */
  async connect(changes: Partial<Hello> = {}): Promise<ControllerMessage | null> {
    const { nonce, fingerprint } = await this.open();
    const text = challengeText({ nonce, edgeId: this.edgeId, serverFingerprint: fingerprint });
    this.say({
      type: 'hello',
      protocol: protocolVersion,
      edgeId: this.edgeId,
      signature: sign(null, Buffer.from(text), this.#keys.privateKey).toString('base64'),
      wallMs: Date.now(),
      programVersion: 'test',
      appliedVersion: null,
      uplinks: [],
      ...changes,
    });
    await until('an answer to hello', () => this.heard.length > 1 || this.#connection.closed !== null);
    return this.heard[1] ?? null;
  }

  /** Opens a connection and waits for its challenge. */
  async open(): Promise<{ nonce: string; fingerprint: string }> {
    const connection: Connection = { heard: [], closed: null };
    this.#connection = connection;
    const socket = new WebSocket(`wss://127.0.0.1:${this.port}/edge`, { rejectUnauthorized: false });
    this.#socket = socket;
    let fingerprint = '';
    socket.on('upgrade', (response) => {
      fingerprint = certificateFingerprint((response.socket as TLSSocket).getPeerCertificate().raw);
    });
    socket.on('error', () => undefined);
    socket.on('message', (data) =>
      connection.heard.push(JSON.parse((data as Buffer).toString('utf8')) as ControllerMessage),
    );
    socket.on('close', (code, reason) => (connection.closed = { code, reason: reason.toString() }));
    const challenge = await this.hears('challenge');
    return { nonce: challenge.nonce, fingerprint };
  }

  say(message: EdgeMessage | string): void {
    this.#socket?.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  report(sequence: number, batch: Partial<TelemetryBatch> = {}): void {
    const now = Date.now();
    const empty = { from: now - 1000, to: now, paths: [], policies: [], decisions: [], events: [] };
    this.say({ type: 'telemetry', sequence, batch: { ...empty, ...batch } });
  }

  /** The first message of a kind that fits, heard already or to come. */
  hears<K extends ControllerMessage['type']>(
    type: K,
    fits: (message: MessageOf<K>) => boolean = () => true,
  ): Promise<MessageOf<K>> {
    return until(`the edge hears ${type}`, () =>
      this.heard.find((each): each is MessageOf<K> => each.type === type && fits(each as MessageOf<K>)),
    );
  }

  isClosed(): Promise<{ code: number; reason: string }> {
    return until('the connection is closed', () => this.#connection.closed);
  }

  hangUp(): void {
    this.#socket?.terminate();
  }
}

interface Connection {
  readonly heard: ControllerMessage[];
  /** Code and reason of its end. */
  closed: { code: number; reason: string } | null;
}

type MessageOf<K extends ControllerMessage['type']> = Extract<ControllerMessage, { type: K }>;
type EnrolAnswer = Partial<EnrolResponse> & { code?: string; detail?: string };

/** Sends any text as an enrolment. */
export async function post(port: number, body: string): Promise<{ status: number; body: EnrolAnswer }> {
  return new Promise((resolve, reject) => {
    const options = { port, host: '127.0.0.1', path: '/enrol', method: 'POST', rejectUnauthorized: false };
    const call = request({ ...options, headers: { 'content-type': 'application/json' } }, (response) => {
      json(response).then(
        (answer) => resolve({ status: response.statusCode ?? 0, body: answer as EnrolAnswer }),
        reject,
      );
    });
    call.on('error', reject);
    call.end(body);
  });
}

export const someEvent = (message: string) => ({
  id: randomUUID(),
  timestamp: Date.now(),
  eventType: 'edge_started' as const,
  severity: 'info' as const,
  message,
  metadata: { version: 'test' },
});
