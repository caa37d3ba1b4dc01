import { createSocket } from 'node:dgram';
import { connect, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { connect as connectSecure } from 'node:tls';
import type { SentEvent } from './enqueue-event.ts';
import type { Sender, SinkOf } from './sender.ts';
import type { SyslogTarget } from './sink-input.ts';
import { defaultFacility, syslogMessage } from './syslog-message.ts';
import type { Resolved } from './target-policy.ts';

export const syslogPorts = { 'udp:': 514, 'tcp:': 601, 'tls:': 6_514 } as const;
type SyslogProtocol = keyof typeof syslogPorts;

/** A receiver that has read all closes at once; one that stays open for other reasons is not waited for longer. */
const closeGraceMs = 1_000;

/**
 * Sends events to a syslog server: over UDP one per datagram (RFC 5426), over TCP and TLS with their lengths before them
 * (RFC 6587, 3.4.1; RFC 5425, 4.3). No receiver acknowledges: what is lost behind the connection nobody hears of.
 */
export class SyslogSender implements Sender<SyslogTarget> {
  readonly batch = 50;

  async send(
    { target }: SinkOf<SyslogTarget>,
    events: readonly SentEvent[],
    to: Resolved,
    signal: AbortSignal,
  ): Promise<void> {
    const url = new URL(target.url);
    const protocol = url.protocol as SyslogProtocol;
    const port = url.port === '' ? syslogPorts[protocol] : Number(url.port);
    const origin = { hostname: hostname(), pid: process.pid };
    const messages = events.map((event) =>
      Buffer.from(syslogMessage(event, target.facility ?? defaultFacility, origin)),
    );
    if (protocol === 'udp:') return sendDatagrams(messages, to, port);
    const framed = Buffer.concat(messages.flatMap((message) => [Buffer.from(`${message.length} `), message]));
    const address = { host: to.host, port, lookup: to.lookup };
    const trust = target.ca === undefined ? {} : { ca: target.ca };
    const socket = protocol === 'tls:' ? connectSecure({ ...address, ...trust, ...serverName(to) }) : connect(address);
    return sendStream(socket, protocol === 'tls:' ? 'secureConnect' : 'connect', framed, signal);
  }
}

/** A server at an address has no name to ask for (RFC 6066, 3). */
const serverName = ({ host, address }: Resolved): { servername?: string } =>
  host === address ? {} : { servername: host };

async function sendDatagrams(messages: readonly Buffer[], { address, family }: Resolved, port: number): Promise<void> {
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  try {
    for (const message of messages) {
      await new Promise<void>((resolve, reject) =>
        socket.send(message, port, address, (error) => (error === null ? resolve() : reject(error))),
      );
    }
  } finally {
    socket.close();
  }
}

function sendStream(socket: Socket, ready: string, data: Buffer, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (error?: Error): void => {
      clearTimeout(grace);
      signal.removeEventListener('abort', abort);
      socket.destroy();
      if (error === undefined) resolve();
      else reject(error);
    };
    const abort = (): void => end(signal.reason as Error);
    let grace: NodeJS.Timeout | undefined;
    signal.addEventListener('abort', abort, { once: true });
    socket.on('error', end);
    socket.on('close', () => end(socket.writableFinished ? undefined : new Error('the connection was closed')));
    socket.on('finish', () => (grace = setTimeout(end, closeGraceMs)));
    socket.resume();
    socket.once(ready, () => socket.end(data));
  });
}
