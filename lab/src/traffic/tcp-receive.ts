import { createServer } from 'node:net';
import type { TrafficOptions } from './roles.ts';
import { say, whenStopped } from './say.ts';
import { tcpSliceMs } from './tcp-result.ts';

const liveEveryMs = 1000;
/** Shorter pauses than this are the sender's own rhythm and the scheduler's. */
const shortestStallMs = 50;

/** Takes in octets of any connection until standard input is closed, and notes when none came. */
export function tcpReceive(options: Extract<TrafficOptions, { role: 'tcp_receive' }>): void {
  const slices: number[] = [];
  const stalls: { fromMs: number; toMs: number }[] = [];
  const receiving = { bytes: 0, connections: 0, error: null as string | null, firstMs: 0, lastMs: 0 };
  const server = createServer((socket) => {
    receiving.connections++;
    socket.on('data', (data) => take(data.length));
    socket.on('error', (error) => (receiving.error ??= error.message));
  });
  server.listen(options.port, () => say({ type: 'ready' }));
  const live = setInterval(
    () => say({ type: 'live', figures: { done: receiving.bytes, lost: null, delayMs: null } }),
    liveEveryMs,
  );
  whenStopped(() => {
    clearInterval(live);
    say({ type: 'end', end: { ...receiving, slices, stalls } });
    process.exit(0);
  });

  function take(length: number): void {
    const nowMs = performance.timeOrigin + performance.now();
    if (receiving.bytes === 0) receiving.firstMs = nowMs;
    else if (nowMs - receiving.lastMs >= shortestStallMs) stalls.push({ fromMs: receiving.lastMs, toMs: nowMs });
    receiving.lastMs = nowMs;
    receiving.bytes += length;
    const slice = Math.floor((nowMs - receiving.firstMs) / tcpSliceMs);
    slices[slice] = (slices[slice] ?? 0) + length;
  }
}
