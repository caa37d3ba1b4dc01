/** What the sender of a TCP stream says at the end. */
export interface TcpSendEnd {
  readonly bytes: number;
  readonly startedMs: number;
  readonly error: string | null;
  /** The receiver took the last octet and closed as well. */
  readonly closedCleanly: boolean;
}

export interface TcpReceiveEnd {
  readonly bytes: number;
  readonly connections: number;
  readonly error: string | null;
  /** Arrival of the first and the last octets, unix ms; 0 if none came. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Octets per {@link tcpSliceMs} from `firstMs` on; holes are null. */
  readonly slices: readonly (number | null)[];
  readonly stalls: readonly Stall[];
}

/** A time without progress, unix ms. */
export interface Stall {
  readonly fromMs: number;
  readonly toMs: number;
}

export const tcpSliceMs = 100;

/** What became of a TCP stream. Times are unix ms. */
export interface TcpResult {
  readonly kind: 'tcp';
  readonly firstMs: number;
  readonly lastMs: number;
  readonly sent: number;
  readonly received: number;
  readonly rateBps: number;
  /** One connection carried everything, and every octet arrived. */
  readonly survived: boolean;
  /** Why it did not survive; null where it did. */
  readonly failure: string | null;
  readonly stalls: readonly Stall[];
  readonly longestStallMs: number;
  /** Bits per second in each {@link tcpSliceMs}. */
  readonly slices: readonly { readonly startMs: number; readonly rateBps: number }[];
}

/** Puts together what both ends of a TCP stream saw. `stoppedMs`: when the sender was told to stop. */
export function tcpResult(sending: TcpSendEnd, receiving: TcpReceiveEnd, stoppedMs: number): TcpResult {
  const failure = failureOf(sending, receiving);
  const { firstMs, lastMs } = receiving;
  const unfinished = failure !== null && stoppedMs > lastMs;
  const stalls = unfinished
    ? [...receiving.stalls, { fromMs: lastMs === 0 ? sending.startedMs : lastMs, toMs: stoppedMs }]
    : receiving.stalls;
  return {
    kind: 'tcp',
    firstMs: firstMs === 0 ? sending.startedMs : firstMs,
    lastMs: Math.max(lastMs, sending.startedMs),
    sent: sending.bytes,
    received: receiving.bytes,
    rateBps: lastMs > firstMs ? (receiving.bytes * 8 * 1000) / (lastMs - firstMs) : 0,
    survived: failure === null,
    failure,
    stalls,
    longestStallMs: Math.max(0, ...stalls.map((stall) => stall.toMs - stall.fromMs)),
    slices: Array.from(receiving.slices, (bytes, index) => ({
      startMs: firstMs + index * tcpSliceMs,
      rateBps: ((bytes ?? 0) * 8 * 1000) / tcpSliceMs,
    })),
  };
}

function failureOf(sending: TcpSendEnd, receiving: TcpReceiveEnd): string | null {
  if (sending.error !== null) return `sender: ${sending.error}`;
  if (receiving.error !== null) return `receiver: ${receiving.error}`;
  if (receiving.connections !== 1) return `${receiving.connections} connections instead of one`;
  if (!sending.closedCleanly) return 'the connection did not close cleanly';
  if (receiving.bytes !== sending.bytes) return `${sending.bytes - receiving.bytes} octets did not arrive`;
  return null;
}
