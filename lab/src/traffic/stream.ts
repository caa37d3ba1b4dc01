import { randomInt } from 'node:crypto';
import { ArrivalLog } from './arrival-log.ts';
import type { HostRef, TrafficHosts } from './host-traffic.ts';
import { requestResult } from './request-result.ts';
import type { LiveFigures, TrafficOptions } from './roles.ts';
import type { StreamResult } from './stream-result.ts';
import { tcpResult } from './tcp-result.ts';
import { TrafficProcess } from './traffic-process.ts';
import { udpResult } from './udp-result.ts';

interface StreamBase {
  readonly name: string;
  readonly from: HostRef;
  readonly to: HostRef;
  readonly port: number;
}

/** Numbered packets at a steady rate. */
export interface UdpStream extends StreamBase {
  readonly kind: 'udp';
  /** Packets per second. */
  readonly rate: number;
  /** Octets of payload per packet. */
  readonly bytes: number;
  readonly dscp: number;
}

/** One connection that is never idle. */
export interface TcpStream extends StreamBase {
  readonly kind: 'tcp';
  readonly rateBps: number;
}

/** A small question and its answer, over a new connection each time. */
export interface RequestStream extends StreamBase {
  readonly kind: 'request';
  /** Requests per second. */
  readonly rate: number;
  readonly answerBytes: number;
  readonly timeoutMs: number;
}

export type Stream = UdpStream | TcpStream | RequestStream;

export interface RunningStream {
  readonly stream: Stream;
  /** Stops the sending side, lets what is under way arrive, and tells what became of everything. */
  stop(): Promise<StreamResult>;
  /** Ends it with no result. */
  abandon(): Promise<void>;
}

/** What is still under way when a sender stops must be let arrive: longer than any delay of a lab's lines. */
const drainMs = 1_000;

/** Starts the receiving, then the sending side. `onLive` hears the receiving side's figures once a second. */
export async function startStream(
  hosts: TrafficHosts,
  stream: Stream,
  onLive: (figures: LiveFigures) => void = () => undefined,
): Promise<RunningStream> {
  const address = hosts.addressOf(stream.to);
  const { port } = stream;
  const receive = <Options extends TrafficOptions>(options: Options) =>
    TrafficProcess.start((argv) => hosts.start(stream.to, argv), options, onLive);
  const send = async <Options extends TrafficOptions>(options: Options, receiver: { stop(): Promise<unknown> }) => {
    try {
      return await TrafficProcess.start((argv) => hosts.start(stream.from, argv), options, onLive);
    } catch (error) {
      await receiver.stop().catch(() => undefined);
      throw error;
    }
  };
  const running = (sender: Stoppable, receiver: Stoppable, result: () => Promise<StreamResult['result']>) =>
    runningStream(stream, [sender, receiver], result);

  switch (stream.kind) {
    case 'udp': {
      const streamId = randomInt(2 ** 32);
      const { rate, bytes, dscp } = stream;
      const receiver = await receive({ role: 'udp_receive', streamId, port });
      const sender = await send({ role: 'udp_send', streamId, address, port, rate, bytes, dscp }, receiver);
      return running(sender, receiver, async () => {
        const sent = await sender.stop();
        await new Promise((resolve) => setTimeout(resolve, drainMs));
        return udpResult(sent, ArrivalLog.decode((await receiver.stop()).arrivals), rate);
      });
    }
    case 'tcp': {
      const receiver = await receive({ role: 'tcp_receive', port });
      const sender = await send({ role: 'tcp_send', address, port, rateBps: stream.rateBps }, receiver);
      return running(sender, receiver, async () => {
        const stoppedMs = Date.now();
        return tcpResult(await sender.stop(), await receiver.stop(), stoppedMs);
      });
    }
    case 'request': {
      const { rate, timeoutMs, answerBytes } = stream;
      const server = await receive({ role: 'answer', port, bytes: answerBytes });
      const client = await send({ role: 'request', address, port, rate, timeoutMs }, server);
      return running(client, server, async () => {
        const { outcomes } = await client.stop();
        await server.stop();
        return requestResult(outcomes);
      });
    }
  }
}

interface Stoppable {
  stop(): Promise<unknown>;
}

const runningStream = (
  stream: Stream,
  programs: readonly Stoppable[],
  result: () => Promise<StreamResult['result']>,
): RunningStream => ({
  stream,
  stop: async () => ({ name: stream.name, stream, result: await result() }),
  abandon: async () => {
    await Promise.allSettled(programs.map((program) => program.stop()));
  },
});
