import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { PatronusError } from '@patronus/core';

/** A probe as it passed one end of a line. `key` tells it from all others, `path` is its destination address. */
interface Passage {
  readonly key: string;
  readonly path: string;
  readonly atMs: number;
}

/** The delay that one probe really had on the line. */
export interface LineDelay {
  readonly path: string;
  /** When it left the line, unix ms. */
  readonly atMs: number;
  readonly delayMs: number;
}

const fileHeaderSize = 24;
const recordHeaderSize = 16;
const littleEndianMicroseconds = 0xa1b2_c3d4;
const ethernetSize = 14;
const stampOffset = ethernetSize + 20 + 8;
const startWithinMs = 5_000;

/** Captures probes (UDP 862) at a device in a namespace, with the kernel's timestamps. */
export class LineCapture {
  readonly #file: string;
  readonly #program: ChildProcess;
  readonly #started: Promise<void>;

  constructor(namespace: string, device: string, file: string, filter: string) {
    this.#file = file;
    const tcpdump = ['tcpdump', '-i', device, '-s', '96', '-B', '16384', '-n', '-w', file, '-Z', 'root', filter];
    this.#program = spawn('ip', ['netns', 'exec', namespace, ...tcpdump], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#started = new Promise((resolve, reject) => {
      let said = '';
      const fail = (code: 'timeout' | 'command_failed', how: string) => (): void =>
        reject(new PatronusError(code, `"${tcpdump.join(' ')}" ${how} (is tcpdump installed?): ${said.trim()}`));
      setTimeout(fail('timeout', `did not start within ${startWithinMs} ms`), startWithinMs).unref();
      this.#program.once('error', reject).once('close', fail('command_failed', 'ended'));
      this.#program.stderr!.on('data', (text) => {
        said += String(text);
        if (said.includes('listening on')) resolve();
      });
    });
  }

  async started(): Promise<void> {
    await this.#started;
  }

  /** Ends the capture; what passed, in order. */
  async end(): Promise<Passage[]> {
    const ended = new Promise((resolve) => this.#program.once('exit', resolve));
    this.#program.kill('SIGINT');
    await ended;
    return readPassages(readFileSync(this.#file));
  }

  kill(): void {
    this.#program.kill('SIGKILL');
  }
}

/** The delay of every probe that passed both ends. */
export function lineDelays(near: readonly Passage[], far: readonly Passage[]): LineDelay[] {
  const left = new Map(near.map(({ key, atMs }) => [key, atMs]));
  return far.flatMap(({ key, path, atMs }) => {
    const leftMs = left.get(key);
    return leftMs === undefined ? [] : [{ path, atMs, delayMs: atMs - leftMs }];
  });
}

/** Reads a capture file (pcap with microseconds, Ethernet): destination address, STAMP session and sequence number. */
function readPassages(file: Buffer): Passage[] {
  if (file.length < fileHeaderSize || file.readUInt32LE(0) !== littleEndianMicroseconds) {
    throw new PatronusError('internal', 'tcpdump wrote another file format than expected');
  }
  const passages: Passage[] = [];
  let at = fileHeaderSize;
  while (at + recordHeaderSize <= file.length) {
    const size = file.readUInt32LE(at + 8);
    const packet = at + recordHeaderSize;
    if (packet + size > file.length) break;
    const path = [...file.subarray(packet + ethernetSize + 16, packet + ethernetSize + 20)].join('.');
    const stamp = packet + stampOffset;
    const key = `${path} ${file.readUInt16BE(stamp + 14)} ${file.readUInt32BE(stamp)}`;
    passages.push({ key, path, atMs: file.readUInt32LE(at) * 1000 + file.readUInt32LE(at + 4) / 1000 });
    at = packet + size;
  }
  return passages;
}
