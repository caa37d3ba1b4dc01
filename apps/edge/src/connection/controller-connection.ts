import { PatronusError, type Clock, type Random, type Timer, type Timers } from '@patronus/core';
import type { EdgeMessage } from '@patronus/protocol';
import type { Logger } from 'pino';
import type { EmitEvent } from '../events.ts';
import type { Dial } from '../ports.ts';
import type { ControllerStatus } from '../status/index.ts';
import { BackOff } from './back-off.ts';
import { RouteRotation, type Route } from './routes.ts';
import { Session, type DomainMessage, type HelloFacts, type Identity, type Refusal, type Welcome } from './session.ts';

/** Between two uplinks of one round: long enough not to be a burst, too short to matter to a failover. */
const betweenRoutesMs = 50;

/** Refusals of what this edge is; it asks again only now and then. */
const lastingRefusals: ReadonlySet<string> = new Set(['forbidden', 'unauthenticated', 'not_found']);
/** Refusals of what this edge says. Before welcome they mean another version of the protocol, which lasts. */
const unreadableRefusals: ReadonlySet<string> = new Set(['protocol_violation', 'too_large', 'invalid_input']);

export interface ConnectionListener {
  online(welcome: Welcome, clockOffsetMs: number, uncertaintyMs: number): void;
  /** `unreadable`: the controller hung up because it could not read a message. */
  offline(unreadable: boolean): void;
  message(message: DomainMessage): void;
  readonly event: EmitEvent;
}

export interface ConnectionParts {
  readonly url: string;
  readonly caPem: string;
  readonly identity: Identity;
  readonly dial: Dial;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Logger;
  readonly routes: () => readonly Route[];
  readonly hello: () => HelloFacts;
}

/**
 * Keeps this edge connected to its controller: tries one uplink after the other, waits between rounds, proves who it is,
 * notices a dead connection within ten seconds, and leaves an uplink at once that it is told is dead.
 */
export class ControllerConnection {
  private readonly parts: ConnectionParts;
  private readonly listener: ConnectionListener;
  private readonly backOff: BackOff;
  private readonly rotation = new RouteRotation();
  private session: Session | null = null;
  private route: Route = null;
  private onlineSinceMs: number | null = null;
  private retry: Timer | null = null;
  private dead: ReadonlySet<string> = new Set();
  private malformedTold = false;
  /** While a controller is away it is away for the same reason every few seconds. */
  private lastLogged = '';
  private stopped = true;
  private current: Pick<ControllerStatus, 'state' | 'since' | 'problem'>;

  constructor(parts: ConnectionParts, listener: ConnectionListener) {
    this.parts = parts;
    this.listener = listener;
    this.backOff = new BackOff(parts.random);
    this.current = { state: 'stopped', since: parts.clock.wall(), problem: null };
  }

  start(): void {
    this.stopped = false;
    this.startRound();
  }

  stop(): void {
    this.stopped = true;
    this.retry?.cancel();
    this.session?.end(new PatronusError('unreachable', 'this edge stops'));
    this.enter('stopped', null);
  }

  /** Whether the message was handed to a connection; one that breaks later may still lose it. */
  send(message: EdgeMessage): boolean {
    if (this.onlineSinceMs === null) return false;
    this.session?.send(message);
    return true;
  }

  /** Local addresses of uplinks over which nothing passes now. If ours is among them, another uplink is tried at once. */
  deadRoutes(addresses: ReadonlySet<string>): void {
    this.dead = addresses;
    const address = this.session?.localAddress ?? this.route;
    if (this.session === null || address === null || !addresses.has(address)) return;
    if (!this.parts.routes().some((route) => route !== null && !addresses.has(route))) return;
    this.session.end(new PatronusError('unreachable', `the uplink with address ${address} is down`));
  }

  status(): ControllerStatus {
    const localAddress = this.session?.localAddress ?? null;
    return { url: this.parts.url, localAddress, ...this.current };
  }

  private startRound(): void {
    this.rotation.startRound(this.parts.routes(), this.dead);
    this.attempt();
  }

  private attempt(): void {
    const route = this.rotation.next();
    if (this.stopped || route === undefined) return;
    this.route = route;
    this.malformedTold = false;
    this.enter('connecting', this.current.problem);
    const { url, caPem } = this.parts;
    this.session = new Session(
      this.parts,
      { url, caPem, localAddress: route },
      {
        welcomed: (welcome, offsetMs, uncertaintyMs) => this.welcomed(welcome, offsetMs, uncertaintyMs),
        message: (message) => this.listener.message(message),
        malformed: (problem) => this.malformed(problem),
        ended: (reason, refusal) => this.ended(reason, refusal),
      },
    );
  }

  private welcomed(welcome: Welcome, offsetMs: number, uncertaintyMs: number): void {
    this.onlineSinceMs = this.parts.clock.now();
    this.lastLogged = '';
    this.rotation.worked(this.route);
    this.enter('online', null);
    this.parts.log.info({ localAddress: this.session?.localAddress }, 'connected to the controller');
    this.listener.online(welcome, offsetMs, uncertaintyMs);
  }

  private malformed(problem: string): void {
    this.parts.log.warn({ problem }, 'passed over a message from the controller');
    if (this.malformedTold) return;
    this.malformedTold = true;
    const message = `The controller sent a message that this edge does not understand (${problem}); it was passed over`;
    this.listener.event('edge_error', 'warning', message, {});
  }

  private ended(reason: PatronusError, refusal: Refusal | null): void {
    const localAddress = this.session?.localAddress ?? this.route;
    this.session = null;
    const wasOnline = this.onlineSinceMs !== null;
    if (this.onlineSinceMs !== null) {
      this.backOff.wasOnline(this.parts.clock.now() - this.onlineSinceMs);
      this.rotation.diedOnline(this.route, localAddress);
    }
    this.onlineSinceMs = null;
    if (this.stopped) return;
    this.parts.log[reason.message === this.lastLogged ? 'debug' : 'warn']({ localAddress }, reason.message);
    this.lastLogged = reason.message;
    if (wasOnline) this.listener.offline(refusal !== null && unreadableRefusals.has(refusal.code));
    if (reason.code === 'too_large') this.listener.event('edge_error', 'error', reason.message, {});
    const leftDead = wasOnline && localAddress !== null && this.dead.has(localAddress);
    if (leftDead) this.startRound();
    else this.tryAgain(reason, refusal, wasOnline);
  }

  private tryAgain(reason: PatronusError, refusal: Refusal | null, wasOnline: boolean): void {
    if (refusal !== null && isLasting(refusal.code, wasOnline)) {
      this.enter('refused', reason.message);
      this.later(this.backOff.afterRefusal(), () => this.startRound());
      return;
    }
    if (!wasOnline && this.rotation.remaining > 0) {
      this.enter('connecting', reason.message);
      this.later(betweenRoutesMs, () => this.attempt());
      return;
    }
    this.enter('waiting', reason.message);
    this.later(this.backOff.next(), () => this.startRound());
  }

  private later(delayMs: number, action: () => void): void {
    this.retry = this.parts.timers.after('connection retry', delayMs, action);
  }

  private enter(state: ControllerStatus['state'], problem: string | null): void {
    const since = state === this.current.state ? this.current.since : this.parts.clock.wall();
    this.current = { state, since, problem };
  }
}

const isLasting = (code: string, wasOnline: boolean): boolean =>
  lastingRefusals.has(code) || (!wasOnline && unreadableRefusals.has(code));
