import { raiseThreadPriority, RealtimeClock, StreamSocket, Waiter } from '@patronus/linux';
import { initDatagram, stampDatagram } from './datagram.ts';
import type { TrafficOptions } from './roles.ts';
import { say, stopDescriptor } from './say.ts';

/**
 * A sender that was kept from running for longer than this goes on from now instead of catching up: a burst of more would
 * overflow the queues on the way and count as loss of the network.
 */
const longestCatchUpMs = 50;

/**
 * Sends numbered packets at an exact mean rate until standard input is closed. The loop sleeps in the kernel until each
 * packet is due and never returns to Node's event loop, whose timers are a millisecond coarse.
 */
export function udpSend(options: Extract<TrafficOptions, { role: 'udp_send' }>): void {
  const sockets = Array.from({ length: options.flows }, () => StreamSocket.open(options));
  const clock = new RealtimeClock();
  const waiter = new Waiter([stopDescriptor]);
  const intervalMs = 1000 / options.rate;
  const sending = { count: 0, firstMs: 0, lastMs: 0, refused: 0, pausedMs: 0 };
  for (const { payload } of sockets) initDatagram(payload, options.streamId);
  raiseThreadPriority();
  say({ type: 'ready' });

  let dueMs = performance.now();
  while (waiter.wait(dueMs - performance.now()) === 0) {
    const lateMs = performance.now() - dueMs;
    if (lateMs > longestCatchUpMs) {
      sending.pausedMs += lateMs;
      dueMs += lateMs;
    }
    for (; dueMs <= performance.now(); dueMs += intervalMs) {
      sending.lastMs = clock.nowMs();
      if (sending.count === 0) sending.firstMs = sending.lastMs;
      const socket = sockets[sending.count % sockets.length]!;
      stampDatagram(socket.payload, sending.count++, sending.lastMs);
      if (socket.send() !== 0) sending.refused++;
    }
  }
  say({ type: 'end', end: sending });
}
