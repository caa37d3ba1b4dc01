import { randomBytes } from 'node:crypto';
import { messageOf, PatronusError, type Timer } from '@patronus/core';
import { parseEdgeMessage, type ControllerMessage, type EdgeMessage, type SiteDocument } from '@patronus/protocol';
import type { WebSocket } from 'ws';
import type { EdgeRow } from '../repositories/index.ts';
import type { EdgeLink } from './edge-links.ts';
import type { Hello } from './hello.ts';

/** From the challenge to a hello: one round trip over a bad line, and time to think. */
const helloLimitMs = 10_000;
/** Pings tell a dead connection from a quiet one; three unanswered ones end it. */
const pingPeriodMs = 5_000;
const silenceLimitMs = 15_000;
/** Messages of one edge that may wait to be stored. An edge sends about two a second, and a backlog in small groups. */
const maxWaiting = 1_000;

/** What a session needs of the rest of the gateway. */
export interface SessionHost {
  readonly serverFingerprint: string;
  readonly after: (name: string, delayMs: number, action: () => void) => Timer;
  readonly every: (name: string, periodMs: number, action: () => void) => Timer;
  /** Errors: a refusal that the edge is told. */
  hello(hello: Hello, nonce: string, session: EdgeSession): Promise<EdgeRow>;
  handle(edge: EdgeRow, message: Exclude<EdgeMessage, Hello>, session: EdgeSession): Promise<void>;
  ended(edge: EdgeRow, session: EdgeSession): void;
  report(edge: EdgeRow | null, problem: unknown): void;
}

/** One connection of one edge: challenge, hello, then messages in order until it ends. */
export class EdgeSession implements EdgeLink {
  readonly #socket: WebSocket;
  readonly #host: SessionHost;
  readonly #nonce = randomBytes(32).toString('base64url');
  readonly #helloLimit: Timer;
  readonly #pings: Timer;
  #edge: EdgeRow | null = null;
  #isSilent = 0;
  #isRefused = false;
  #waiting = 0;
  #work: Promise<void> = Promise.resolve();

  constructor(socket: WebSocket, host: SessionHost) {
    this.#socket = socket;
    this.#host = host;
    this.#helloLimit = host.after('edge hello', helloLimitMs, () =>
      this.refuse(new PatronusError('timeout', `no hello came within ${helloLimitMs / 1000} s`)),
    );
    this.#pings = host.every('edge ping', pingPeriodMs, () => this.#ping());
    socket.on('message', (data, isBinary) => this.#received(isBinary ? null : (data as Buffer).toString('utf8')));
    socket.on('pong', () => (this.#isSilent = 0));
    socket.on('error', (error) => host.report(this.#edge, error));
    socket.on('close', () => this.#closed());
    this.send({ type: 'challenge', nonce: this.#nonce });
  }

  send(message: ControllerMessage): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  sendDocument(document: SiteDocument): void {
    this.send({ type: 'document', document });
  }

  /** Tells the edge why, and hangs up. */
  refuse(error: PatronusError): void {
    this.#isRefused = true;
    this.send({ type: 'refused', code: error.code, message: error.message });
    this.#socket.close(1008, error.code);
  }

  #ping(): void {
    this.#isSilent += pingPeriodMs;
    if (this.#isSilent > silenceLimitMs) this.#socket.terminate();
    else if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  #received(text: string | null): void {
    this.#isSilent = 0;
    const parsed = text === null ? null : parseEdgeMessage(text);
    if (parsed === null || !parsed.ok) {
      const why = parsed === null ? 'it is binary' : parsed.error.map((e) => `${e.field} ${e.problem}`).join(', ');
      return this.#violation(`a message cannot be read: ${why}`);
    }
    if (++this.#waiting > maxWaiting) return this.#violation(`more than ${maxWaiting} messages wait; send slower`);
    this.#work = this.#work.then(() => this.#handle(parsed.value));
  }

  /** What comes after a refusal is passed over: a batch that follows one that was not stored must not be stored either. */
  async #handle(message: EdgeMessage): Promise<void> {
    if (this.#isRefused) return;
    const handled = this.#answer(message);
    // Batches keep their order by themselves, and are stored together with those that came meanwhile.
    if (message.type === 'telemetry') void this.#settled(handled);
    else await this.#settled(handled);
  }

  async #answer(message: EdgeMessage): Promise<void> {
    if (message.type === 'hello') await this.#hello(message);
    else if (this.#edge === null) this.#violation(`${message.type} came before hello`);
    else await this.#host.handle(this.#edge, message, this);
  }

  async #settled(handled: Promise<void>): Promise<void> {
    try {
      await handled;
    } catch (error) {
      this.#host.report(this.#edge, error);
      // An edge keeps what was not acknowledged and sends it again on its next connection.
      this.refuse(error instanceof PatronusError ? error : new PatronusError('internal', messageOf(error)));
    } finally {
      this.#waiting--;
    }
  }

  async #hello(message: Hello): Promise<void> {
    if (this.#edge !== null) return this.#violation('a second hello came on one connection');
    this.#helloLimit.cancel();
    this.#edge = await this.#host.hello(message, this.#nonce, this);
  }

  #violation(problem: string): void {
    const error = new PatronusError('protocol_violation', problem);
    this.#host.report(this.#edge, error);
    this.refuse(error);
  }

  #closed(): void {
    this.#helloLimit.cancel();
    this.#pings.cancel();
    void this.#end();
  }

  async #end(): Promise<void> {
    await this.#work;
    if (this.#edge !== null) this.#host.ended(this.#edge, this);
  }
}
