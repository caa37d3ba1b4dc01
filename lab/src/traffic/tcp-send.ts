import { connect } from 'node:net';
import type { TrafficOptions } from './roles.ts';
import { say, whenStopped } from './say.ts';

const connectTimeoutMs = 5_000;
/** How often octets are handed to the kernel: often enough that a pause longer than a round trip is the network's. */
const tickMs = 10;
const block = Buffer.alloc(64 * 1024, 0x5a);
/** After the last octet the receiver must close within this; a connection that cannot has not survived. */
const closeWithinMs = 5_000;

/** Sends octets over one connection at a mean rate until standard input is closed, then ends the connection. */
export function tcpSend(options: Extract<TrafficOptions, { role: 'tcp_send' }>): void {
  const sending = { bytes: 0, startedMs: Date.now(), error: null as string | null, closedCleanly: false };
  const socket = connect({ host: options.address, port: options.port, noDelay: true });
  const giveUp = setTimeout(
    () => socket.destroy(new Error(`no connection within ${connectTimeoutMs / 1000} s`)),
    connectTimeoutMs,
  );
  let [ticking, stopped, due] = [undefined as NodeJS.Timeout | undefined, false, 0];
  let lastTickMs = performance.now();

  socket.once('connect', () => {
    clearTimeout(giveUp);
    sending.startedMs = Date.now();
    lastTickMs = performance.now();
    ticking = setInterval(tick, tickMs);
  });
  socket.resume();
  socket.once('error', (error) => (sending.error ??= error.message));
  socket.once('close', (hadError) => {
    clearInterval(ticking);
    clearTimeout(giveUp);
    if (!stopped) sending.error ??= 'the receiver closed the connection';
    sending.closedCleanly = stopped && !hadError;
    if (stopped) finish();
  });
  whenStopped(() => {
    stopped = true;
    clearInterval(ticking);
    if (socket.destroyed) return finish();
    socket.end();
    setTimeout(
      () => socket.destroy(new Error(`not closed within ${closeWithinMs / 1000} s of the last octet`)),
      closeWithinMs,
    );
  });
  say({ type: 'ready' });

  function tick(): void {
    const nowMs = performance.now();
    const budget = Math.ceil((options.rateBps / 8) * 0.1);
    due = Math.min(due + (options.rateBps / 8) * ((nowMs - lastTickMs) / 1000), budget);
    lastTickMs = nowMs;
    while (due >= 1 && !socket.writableNeedDrain) {
      const piece = block.subarray(0, Math.min(block.length, Math.floor(due)));
      socket.write(piece);
      sending.bytes += piece.length;
      due -= piece.length;
    }
  }

  function finish(): void {
    say({ type: 'end', end: sending });
    process.exit(0);
  }
}
