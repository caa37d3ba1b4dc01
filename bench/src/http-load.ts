import { connect, type Socket } from 'node:net';
import { PatronusError, percentile } from '@patronus/core';

/** One request, sent again and again on kept connections. */
export interface HttpLoad {
  readonly port: number;
  /** The request as it stands on the line. */
  readonly request: Buffer;
  readonly connections: number;
  readonly seconds: number;
  /**
   * Requests offered per second, whatever becomes of them: one that finds no free connection waits, and its time counts from
   * when it was due. Null sends the next as soon as the one before is answered.
   */
  readonly rate: number | null;
}

export interface LoadResult {
  /** Answers per second. */
  readonly rate: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly answers: number;
  /** With those before and after the measured time. */
  readonly allAnswers: number;
}

/** Answers that come before this are not counted: code is compiled, caches are filled. */
const warmUpMs = 1_000;

/** Sends the load, and measures. Errors: `unreachable` for an answer that is not 200, and for a connection that is cut. */
export async function sendLoad(load: HttpLoad): Promise<LoadResult> {
  const times: number[] = [];
  const due: number[] = [];
  let allAnswers = 0;
  const startMs = performance.now() + warmUpMs;
  const endMs = startMs + load.seconds * 1_000;
  const connections = await Promise.all(Array.from({ length: load.connections }, () => Connection.open(load)));
  const idle = new Set(connections);
  const failed = Promise.withResolvers<never>();
  const send = (connection: Connection, dueMs: number): void => {
    idle.delete(connection);
    connection.send(dueMs);
  };
  for (const connection of connections) {
    connection.onFailure = failed.reject;
    connection.onAnswer = (dueMs) => {
      const nowMs = performance.now();
      allAnswers += 1;
      if (dueMs >= startMs && nowMs <= endMs) times.push(nowMs - dueMs);
      const next = load.rate === null && nowMs < endMs ? nowMs : due.shift();
      if (next === undefined) idle.add(connection);
      else send(connection, next);
    };
  }
  const offered = load.rate === null ? null : offer(load.rate, startMs - warmUpMs, idle, due, send);
  if (load.rate === null) for (const connection of connections) send(connection, performance.now());
  const over = Promise.withResolvers<void>();
  const end = setTimeout(over.resolve, endMs - performance.now() + 10);
  try {
    await Promise.race([over.promise, failed.promise]);
  } finally {
    clearTimeout(end);
    clearInterval(offered ?? undefined);
    for (const connection of connections) connection.close();
  }
  if (times.length === 0) throw new PatronusError('unreachable', 'nothing was answered');
  const rate = times.length / load.seconds;
  return { rate, p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99), answers: times.length, allAnswers };
}

/** Hands out requests at their time, as near to it as a timer of 1 ms allows. */
function offer(
  rate: number,
  sinceMs: number,
  idle: Set<Connection>,
  due: number[],
  send: (connection: Connection, dueMs: number) => void,
): NodeJS.Timeout {
  let offered = 0;
  return setInterval(() => {
    const target = ((performance.now() - sinceMs) * rate) / 1_000;
    for (; offered < target; offered++) {
      const dueMs = sinceMs + (offered * 1_000) / rate;
      const [free] = idle;
      if (free === undefined) due.push(dueMs);
      else send(free, dueMs);
    }
  }, 1);
}

/** More than an answer has. */
const readBytes = 64 * 1_024;
const nothing = Buffer.alloc(0);

/** A connection with at most one request on its way. */
class Connection {
  onAnswer: (dueMs: number) => void = () => undefined;
  onFailure: (reason: Error) => void = () => undefined;
  readonly #socket: Socket;
  readonly #request: Buffer;
  #dueMs = 0;
  #received: Buffer = nothing;

  private constructor(socket: Socket, request: Buffer) {
    this.#socket = socket;
    this.#request = request;
    socket.setNoDelay(true);
    socket.on('error', (error) => this.onFailure(error));
    socket.on('close', () => this.onFailure(new PatronusError('unreachable', 'the connection was cut')));
  }

  static open({ port, request }: HttpLoad): Promise<Connection> {
    return new Promise((resolve, reject) => {
      let connection: Connection;
      // One buffer for all that is read: with a new one each time, what is measured waits for our own collector.
      const onread = {
        buffer: Buffer.alloc(readBytes),
        callback: (count: number, buffer: Uint8Array) => {
          connection.#receive(Buffer.from(buffer.buffer, buffer.byteOffset, count));
          return true;
        },
      };
      const socket = connect({ port, host: '127.0.0.1', onread }, () => {
        connection = new Connection(socket, request);
        resolve(connection);
      });
      socket.once('error', reject);
    });
  }

  send(dueMs: number): void {
    this.#dueMs = dueMs;
    this.#socket.write(this.#request);
  }

  close(): void {
    this.onFailure = () => undefined;
    this.#socket.destroy();
  }

  #receive(data: Buffer): void {
    const received = this.#received.length === 0 ? data : Buffer.concat([this.#received, data]);
    const headEnd = received.indexOf('\r\n\r\n');
    if (headEnd === -1) return this.#keep(received);
    const head = received.toString('latin1', 0, headEnd);
    const length = Number(/\ncontent-length: *(\d+)/i.exec(head)?.[1]);
    if (!head.startsWith('HTTP/1.1 200') || Number.isNaN(length)) {
      return this.onFailure(new PatronusError('unreachable', `it answered ${head.split('\r\n')[0]}`));
    }
    if (received.length < headEnd + 4 + length) return this.#keep(received);
    if (this.#received.length > 0) this.#received = nothing;
    this.onAnswer(this.#dueMs);
  }

  /** Until the rest has come; what was read lies where the next will be. */
  #keep(received: Buffer): void {
    this.#received = Buffer.from(received);
  }
}
