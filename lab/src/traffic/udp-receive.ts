import { ProbeSocket, Waiter } from '@patronus/linux';
import { ArrivalLog } from './arrival-log.ts';
import { isDatagramOf, sentMsOf, sequenceOf } from './datagram.ts';
import type { TrafficOptions } from './roles.ts';
import { say, stopDescriptor } from './say.ts';

/** The kernel stamps arrivals, so they may wait in the socket: 2 MB of it hold seconds of any rate the lab sends. */
const drainEveryMs = 10;
const liveEveryMs = 1000;

/** Logs every packet of the stream until standard input is closed. */
export function udpReceive(options: Extract<TrafficOptions, { role: 'udp_receive' }>): void {
  const socket = ProbeSocket.open(options.port);
  const waiter = new Waiter([stopDescriptor]);
  const log = new ArrivalLog();
  const second = { startedMs: performance.now(), packets: 0, delayMs: 0 };
  let highest = -1;
  say({ type: 'ready' });

  for (let stopped = false; !stopped;) {
    stopped = waiter.wait(drainEveryMs) !== 0;
    while (socket.receive(take) > 0);
    if (performance.now() - second.startedMs >= liveEveryMs) sayLive();
  }
  say({ type: 'end', end: { arrivals: log.encode() } });

  function take({ view, offset, length, receivedMs }: Parameters<Parameters<ProbeSocket['receive']>[0]>[0]): void {
    if (!isDatagramOf(view, offset, length, options.streamId)) return;
    const sequence = sequenceOf(view, offset);
    const sentMs = sentMsOf(view, offset);
    log.add(sequence, sentMs, receivedMs);
    highest = Math.max(highest, sequence);
    second.packets++;
    second.delayMs += receivedMs - sentMs;
  }

  function sayLive(): void {
    const delayMs = second.packets === 0 ? null : second.delayMs / second.packets;
    say({ type: 'live', figures: { done: log.count, lost: Math.max(0, highest + 1 - log.count), delayMs } });
    Object.assign(second, { startedMs: performance.now(), packets: 0, delayMs: 0 });
  }
}
