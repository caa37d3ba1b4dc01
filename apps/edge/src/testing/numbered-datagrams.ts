/**
 * Numbered UDP datagrams, as programs of LAN hosts. `node numbered-datagrams.ts receive PORT` prints `ready`, counts until its
 * standard input ends, and prints what came as JSON: how many different numbers, how many came again, how many were not what
 * was sent. `… send ADDRESS PORT RATE BYTES` sends until its standard input ends, and prints how many it sent.
 */
import { createSocket } from 'node:dgram';

export interface ReceivedDatagrams {
  readonly distinct: number;
  readonly again: number;
  readonly damaged: number;
}

const [action, ...args] = process.argv.slice(2);

/** Octets that follow from the number, so that a damaged datagram is told from a whole one. */
function payload(number: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes, number & 0xff);
  buffer.writeUInt32BE(number, 0);
  return buffer;
}

function receive(port: number): void {
  const seen = new Set<number>();
  let [again, damaged] = [0, 0];
  const socket = createSocket('udp4');
  socket.on('message', (message) => {
    const number = message.readUInt32BE(0);
    if (!message.equals(payload(number, message.length))) damaged++;
    else if (seen.has(number)) again++;
    else seen.add(number);
  });
  socket.bind(port, () => {
    socket.setRecvBufferSize(4 * 2 ** 20);
    process.stdout.write('ready\n');
  });
  process.stdin.resume().on('end', () => {
    process.stdout.write(`${JSON.stringify({ distinct: seen.size, again, damaged } satisfies ReceivedDatagrams)}\n`);
    process.exit(0);
  });
}

/** Sends what is due by the clock, so that a late timer costs no datagrams. */
function send(address: string, port: number, rate: number, bytes: number): void {
  const socket = createSocket('udp4');
  const start = performance.now();
  let number = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - start) / 1000) * rate);
    for (; number < due; number++) socket.send(payload(number, bytes), port, address);
  }, 1);
  process.stdin.resume().on('end', () => {
    clearInterval(timer);
    // the last ones wait for their turn in the event loop
    setTimeout(() => socket.close(() => process.stdout.write(`${number}\n`)), 200);
  });
}

if (action === 'receive') receive(Number(args[0]));
else if (action === 'send') send(args[0]!, Number(args[1]), Number(args[2]), Number(args[3]));
