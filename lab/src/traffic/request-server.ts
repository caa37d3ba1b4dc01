import { createServer } from 'node:net';
import type { TrafficOptions } from './roles.ts';
import { say, whenStopped } from './say.ts';

/** Answers every request with a fixed number of octets, until standard input is closed. */
export function requestServer(options: Extract<TrafficOptions, { role: 'answer' }>): void {
  const answer = Buffer.alloc(options.bytes, 0x21);
  let answered = 0;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.resume();
    socket.once('end', () => socket.end(answer, () => answered++));
    // The asking side notices and counts a connection that breaks.
    socket.once('error', () => socket.destroy());
  });
  server.listen(options.port, () => say({ type: 'ready' }));
  whenStopped(() => {
    say({ type: 'end', end: { answered } });
    process.exit(0);
  });
}
