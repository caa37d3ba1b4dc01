import { createPrivateKey, sign } from 'node:crypto';
import { PatronusError, type Clock, type Timer, type Timers } from '@patronus/core';
import {
  challengeText,
  parseControllerMessage,
  protocolVersion,
  type ControllerMessage,
  type EdgeMessage,
} from '@patronus/protocol';
import type { Channel, Dial, Dialling } from '../ports.ts';

/** From dialling until TLS is up: round trips over a bad line, but not so long that a dead uplink delays the next one much. */
export const reachLimitMs = 5_000;
/** From then until the welcome: a controller to which all edges come back at once is busy for a while. */
export const welcomeLimitMs = 20_000;
/** How often the edge pings. */
export const pingPeriodMs = 3_000;
/** Silence after which the connection counts as dead: three pings unanswered. */
export const silenceLimitMs = 9_000;

export interface Identity {
  readonly edgeId: string;
  readonly identityKeyPem: string;
}

type Hello = Extract<EdgeMessage, { type: 'hello' }>;
export type HelloFacts = Pick<Hello, 'programVersion' | 'appliedVersion' | 'uplinks'>;
export type Welcome = Extract<ControllerMessage, { type: 'welcome' }>;
export type Refusal = Extract<ControllerMessage, { type: 'refused' }>;
/** What is left for others once the session has dealt with its own. */
export type DomainMessage = Extract<
  ControllerMessage,
  { type: 'document' | 'confirmed' | 'telemetry_ack' | 'check_path' | 'list_flows' }
>;

export interface SessionListener {
  /** `uncertaintyMs`: half the time between hello and welcome, by which the controller's clock may be misread. */
  welcomed(welcome: Welcome, clockOffsetMs: number, uncertaintyMs: number): void;
  message(message: DomainMessage): void;
  /** A message that was passed over. */
  malformed(problem: string): void;
  /** Once, at the end. */
  ended(reason: PatronusError, refusal: Refusal | null): void;
}

export interface SessionParts {
  readonly dial: Dial;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly identity: Identity;
  readonly hello: () => HelloFacts;
}

/** One connection to the controller, from dialling to its end. */
export class Session {
  private readonly parts: SessionParts;
  private readonly listener: SessionListener;
  private readonly channel: Channel;
  private attemptLimit: Timer;
  private liveness: Timer | null = null;
  private opened: { readonly serverFingerprint: string; readonly localAddress: string } | null = null;
  private saidHello: { atMs: number; wallMs: number } | null = null;
  private heardAtMs = 0;
  private lastTickMs = 0;
  private refusal: Refusal | null = null;
  private endReason: PatronusError | null = null;
  private over = false;

  constructor(parts: SessionParts, dialling: Dialling, listener: SessionListener) {
    this.parts = parts;
    this.listener = listener;
    this.attemptLimit = this.limitAttempt(reachLimitMs, 'the controller did not answer');
    this.channel = parts.dial(dialling, {
      opened: (serverFingerprint, localAddress) => {
        this.opened = { serverFingerprint, localAddress };
        this.attemptLimit.cancel();
        this.attemptLimit = this.limitAttempt(welcomeLimitMs, 'the controller did not welcome this edge');
      },
      message: (text) => this.received(text),
      pong: () => (this.heardAtMs = parts.clock.now()),
      closed: (error) => this.closed(error),
    });
  }

  send(message: EdgeMessage): void {
    if (!this.over) this.channel.send(JSON.stringify(message));
  }

  /** The address this edge calls from; null until TLS is up. */
  get localAddress(): string | null {
    return this.opened?.localAddress ?? null;
  }

  /** Ends the session for a reason of ours; `ended` follows. */
  end(reason: PatronusError): void {
    this.endReason ??= reason;
    this.channel.close();
  }

  private limitAttempt(limitMs: number, complaint: string): Timer {
    return this.parts.timers.after('connection attempt limit', limitMs, () => {
      this.end(new PatronusError('timeout', `${complaint} within ${limitMs / 1000} s`));
    });
  }

  private received(text: string): void {
    if (this.over) return;
    this.heardAtMs = this.parts.clock.now();
    const message = parseControllerMessage(text);
    if (!message.ok) {
      this.listener.malformed(message.error.map((each) => `${each.field}: ${each.problem}`).join('; '));
      return;
    }
    this.handle(message.value);
  }

  private handle(message: ControllerMessage): void {
    switch (message.type) {
      case 'challenge':
        return this.prove(message.nonce);
      case 'welcome':
        return this.welcomed(message);
      case 'refused':
        this.refusal = message;
        return this.end(new PatronusError('forbidden', `the controller refuses this edge: ${message.message}`));
      case 'ping':
        return this.send({ type: 'pong', id: message.id });
      default:
        if (this.liveness === null) this.listener.malformed(`${message.type} came before welcome`);
        else this.listener.message(message);
    }
  }

  private prove(nonce: string): void {
    if (this.opened === null || this.saidHello !== null) {
      this.listener.malformed('a second challenge, or one before TLS was up');
      return;
    }
    const { edgeId, identityKeyPem } = this.parts.identity;
    const text = challengeText({ nonce, edgeId, serverFingerprint: this.opened.serverFingerprint });
    const { clock } = this.parts;
    this.saidHello = { atMs: clock.now(), wallMs: clock.wall() };
    this.send({
      type: 'hello',
      protocol: protocolVersion,
      edgeId,
      signature: sign(null, Buffer.from(text), createPrivateKey(identityKeyPem)).toString('base64'),
      wallMs: this.saidHello.wallMs,
      ...this.parts.hello(),
    });
  }

  private welcomed(welcome: Welcome): void {
    if (this.saidHello === null || this.liveness !== null) {
      this.listener.malformed('a second welcome, or one before hello');
      return;
    }
    const { clock, timers } = this.parts;
    this.attemptLimit.cancel();
    this.heardAtMs = this.lastTickMs = clock.now();
    this.liveness = timers.every('connection liveness', pingPeriodMs, () => this.checkLiveness());
    const uncertaintyMs = (clock.now() - this.saidHello.atMs) / 2;
    this.listener.welcomed(welcome, welcome.wallMs - (clock.wall() - uncertaintyMs), uncertaintyMs);
  }

  private checkLiveness(): void {
    const now = this.parts.clock.now();
    const weSlept = now - this.lastTickMs > 2 * pingPeriodMs;
    this.lastTickMs = now;
    // After a pause of our own, silence says nothing about the controller.
    if (weSlept) this.heardAtMs = now;
    if (now - this.heardAtMs >= silenceLimitMs) {
      this.end(new PatronusError('timeout', `the controller fell silent for ${silenceLimitMs / 1000} s`));
    } else {
      this.channel.ping();
    }
  }

  private closed(error: Error | null): void {
    if (this.over) return;
    this.over = true;
    this.attemptLimit.cancel();
    this.liveness?.cancel();
    this.listener.ended(this.endReason ?? asReason(error), this.refusal);
  }
}

const asReason = (error: Error | null): PatronusError =>
  error instanceof PatronusError
    ? error
    : new PatronusError('unreachable', error === null ? 'the controller closed the connection' : error.message);
