import { generateKeyPairSync, verify, type KeyObject } from 'node:crypto';
import { challengeText, type ControllerMessage, type EdgeMessage } from '@patronus/protocol';
import type { Clock } from '@patronus/core';
import type { Channel, ChannelListener, Dial, Dialling } from '../ports.ts';

/** `busy`: it takes the connection and says nothing for now. */
type Answer = 'welcome' | 'busy' | 'silence' | 'unreachable' | { refuse: string };

/**
 * A controller behind a wire made of function calls. `answers` decides how each attempt goes; a dead route swallows
 * everything both ways, as a blackout does.
 */
export class FakeController {
  readonly identity: { edgeId: string; identityKeyPem: string };
  readonly dials: Dialling[] = [];
  readonly heard: EdgeMessage[] = [];
  readonly deadRoutes = new Set<string>();
  answer: Answer = 'welcome';
  /** From where the routing table would call. */
  defaultAddress = '192.0.2.77';
  acknowledged = 0;
  autoAcknowledge = true;
  wallMs: () => number;
  private readonly publicKey: KeyObject;
  private line: { listener: ChannelListener; dialling: Dialling } | null = null;

  constructor(clock: Clock) {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    this.publicKey = publicKey;
    this.identity = {
      edgeId: 'edge-1',
      identityKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
    this.wallMs = () => clock.wall();
  }

  readonly dial: Dial = (dialling, listener) => {
    this.dials.push(dialling);
    const line = { listener, dialling };
    const isDead = (): boolean => this.deadRoutes.has(dialling.localAddress ?? this.defaultAddress);
    let open = true;
    const close = (reason: Error | null): void => {
      if (!open) return;
      open = false;
      if (this.line === line) this.line = null;
      queueMicrotask(() => listener.closed(reason));
    };
    const channel: Channel = {
      send: (text) => {
        if (open && !isDead()) this.receive(JSON.parse(text) as EdgeMessage);
      },
      ping: () => {
        if (open && !isDead()) queueMicrotask(() => listener.pong());
      },
      close: () => close(null),
    };
    queueMicrotask(() => {
      if (this.answer === 'unreachable') return close(new Error('connect ECONNREFUSED'));
      if (this.answer === 'silence' || isDead()) return undefined;
      this.line = line;
      listener.opened('fingerprint', dialling.localAddress ?? this.defaultAddress);
      return this.answer === 'busy' ? undefined : this.challenge();
    });
    return channel;
  };

  get isConnected(): boolean {
    return this.line !== null;
  }

  get route(): string | null | undefined {
    return this.line?.dialling.localAddress;
  }

  say(message: ControllerMessage): void {
    this.sayText(JSON.stringify(message));
  }

  sayText(text: string): void {
    const from = this.line?.dialling.localAddress ?? this.defaultAddress;
    if (!this.deadRoutes.has(from)) this.line?.listener.message(text);
  }

  challenge(): void {
    this.say({ type: 'challenge', nonce: 'a nonce of the controller' });
  }

  /** Ends the connection as a crash of the controller does. */
  hangUp(): void {
    const { line } = this;
    this.line = null;
    line?.listener.closed(null);
  }

  heardOf<T extends EdgeMessage['type']>(type: T): Extract<EdgeMessage, { type: T }>[] {
    return this.heard.filter((message): message is Extract<EdgeMessage, { type: T }> => message.type === type);
  }

  private receive(message: EdgeMessage): void {
    this.heard.push(message);
    if (message.type === 'hello') this.greet(message);
    if (message.type === 'telemetry' && this.autoAcknowledge) {
      this.acknowledged = message.sequence;
      queueMicrotask(() => this.say({ type: 'telemetry_ack', sequence: message.sequence }));
    }
  }

  private greet(hello: Extract<EdgeMessage, { type: 'hello' }>): void {
    const text = challengeText({
      nonce: 'a nonce of the controller',
      edgeId: hello.edgeId,
      serverFingerprint: 'fingerprint',
    });
    const proven = verify(null, Buffer.from(text), this.publicKey, Buffer.from(hello.signature, 'base64'));
    if (!proven) this.say({ type: 'refused', code: 'unauthenticated', message: 'the signature is wrong' });
    else if (typeof this.answer === 'object') {
      this.say({ type: 'refused', code: this.answer.refuse, message: 'not today' });
    } else {
      this.say({ type: 'welcome', wallMs: this.wallMs(), telemetryAcknowledged: this.acknowledged });
    }
  }
}
