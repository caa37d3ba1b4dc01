import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Address } from '@patronus/core';
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
  /** From how many ports the packets come, in turn; one where absent. */
  readonly flows?: number;
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
  switch (stream.kind) {
    case 'udp':
      return await startUdp(hosts, stream, address, onLive);
    case 'tcp':
      return await startTcp(hosts, stream, address, onLive);
    case 'request':
      return await startRequests(hosts, stream, address, onLive);
  }
}

type StartOf<S extends Stream> = (
  hosts: TrafficHosts,
  stream: S,
  address: Address,
  onLive: (figures: LiveFigures) => void,
) => Promise<RunningStream>;

const startUdp: StartOf<UdpStream> = async (hosts, stream, address, onLive) => {
  const { port, rate, bytes, dscp, flows = 1 } = stream;
  const streamId = randomInt(2 ** 32);
  const pair = await startPair(
    hosts,
    stream,
    onLive,
    { role: 'udp_receive', streamId, port } as const,
    {
      role: 'udp_send',
      streamId,
      address,
      port,
      rate,
      bytes,
      dscp,
      flows,
    } as const,
  );
  return running(stream, pair, async ({ sender, receiver }) => {
    const sent = await sender.stop();
    await delay(drainMs);
    const { arrivals } = await receiver.stop();
    return udpResult(sent, ArrivalLog.decode(arrivals), rate);
  });
};

const startTcp: StartOf<TcpStream> = async (hosts, stream, address, onLive) => {
  const { port, rateBps } = stream;
  const pair = await startPair(
    hosts,
    stream,
    onLive,
    { role: 'tcp_receive', port } as const,
    {
      role: 'tcp_send',
      address,
      port,
      rateBps,
    } as const,
  );
  return running(stream, pair, async ({ sender, receiver }) => {
    const stoppedMs = Date.now();
    return tcpResult(await sender.stop(), await receiver.stop(), stoppedMs);
  });
};

const startRequests: StartOf<RequestStream> = async (hosts, stream, address, onLive) => {
  const { port, rate, timeoutMs, answerBytes } = stream;
  const pair = await startPair(
    hosts,
    stream,
    onLive,
    { role: 'answer', port, bytes: answerBytes } as const,
    {
      role: 'request',
      address,
      port,
      rate,
      timeoutMs,
    } as const,
  );
  return running(stream, pair, async ({ sender, receiver }) => {
    const { outcomes } = await sender.stop();
    await receiver.stop();
    return requestResult(outcomes);
  });
};

interface Pair<Receive extends TrafficOptions, Send extends TrafficOptions> {
  readonly receiver: TrafficProcess<Receive>;
  readonly sender: TrafficProcess<Send>;
}

async function startPair<Receive extends TrafficOptions, Send extends TrafficOptions>(
  hosts: TrafficHosts,
  { from, to }: Stream,
  onLive: (figures: LiveFigures) => void,
  receive: Receive,
  send: Send,
): Promise<Pair<Receive, Send>> {
  const receiver = await TrafficProcess.start((argv) => hosts.start(to, argv), receive, onLive);
  try {
    return { receiver, sender: await TrafficProcess.start((argv) => hosts.start(from, argv), send, onLive) };
  } catch (error) {
    await receiver.stop().catch(() => undefined);
    throw error;
  }
}

const running = <Receive extends TrafficOptions, Send extends TrafficOptions>(
  stream: Stream,
  pair: Pair<Receive, Send>,
  result: (pair: Pair<Receive, Send>) => Promise<StreamResult['result']>,
): RunningStream => ({
  stream,
  stop: async () => ({ name: stream.name, stream, result: await result(pair) }),
  abandon: async () => {
    await Promise.allSettled([pair.sender.stop(), pair.receiver.stop()]);
  },
});
