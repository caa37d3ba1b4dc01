/**
 * One end of a call. `send ADDRESS PORT PACKETS INTERVAL_MS` sends packets that hold when they left;
 * `receive PORT PACKETS INTERVAL_MS` prints the delay of each, ms, as JSON, when the call is over.
 */
import { createSocket } from 'node:dgram';
import { raiseThreadPriority } from '@patronus/linux';

/** Room for the sender's start and for the last packets of a full queue. */
const graceMs = 4_000;
/** The receiver is there by then. */
const headStartMs = 1_000;
const packetBytes = 172;

const [role, ...rest] = process.argv.slice(2);
const [address, ...numbers] = role === 'send' ? rest : ['', ...rest];
const [port, packets, intervalMs] = numbers.map(Number) as [number, number, number];

// In real time where it may: else a packet that waits for this program to run looks as if it had waited on its way.
raiseThreadPriority();

const microseconds = (): bigint => process.hrtime.bigint() / 1_000n;

function receive(): void {
  const delays: number[] = [];
  const socket = createSocket('udp4');
  const end = (): void => {
    process.stdout.write(JSON.stringify(delays));
    socket.close();
    clearTimeout(limit);
  };
  const limit = setTimeout(end, headStartMs + packets * intervalMs + graceMs);
  socket.on('message', (packet) => {
    delays.push(Number(microseconds() - packet.readBigUInt64BE(0)) / 1_000);
    if (delays.length === packets) end();
  });
  socket.bind(port);
}

function send(): void {
  const socket = createSocket('udp4');
  let sent = 0;
  const begun = performance.now() + headStartMs;
  const next = (): void => {
    const packet = Buffer.alloc(packetBytes);
    packet.writeBigUInt64BE(microseconds());
    socket.send(packet, port, address);
    sent += 1;
    if (sent === packets) setTimeout(() => socket.close(), 100);
    else setTimeout(next, Math.max(0, begun + sent * intervalMs - performance.now()));
  };
  setTimeout(next, headStartMs);
}

if (role === 'send') send();
else receive();
