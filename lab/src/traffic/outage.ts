import type { ArrivalLog } from './arrival-log.ts';

/** A time in which nothing arrived although packets were sent. Times are unix ms at the receiver. */
export interface Outage {
  /** Arrival of the last packet before. */
  readonly fromMs: number;
  /** When that packet was sent. */
  readonly lastSentMs: number;
  /** Arrival of the first packet after, or for one that lasted, the end of the stream. */
  readonly toMs: number;
  /** The gap less the one interval that lies between any two packets. */
  readonly durationMs: number;
  readonly lostPackets: number;
  /** Nothing arrived any more until the end of the stream. */
  readonly lasted: boolean;
}

/** Fewer packets missing in a row are loss: at 1 % random loss three in a row are one in a million. */
const fewestLost = 3;

/**
 * The gaps between arrivals in which packets are missing. A gap with none missing is the sender's own pause or a change
 * of delay, and no outage.
 */
export function outagesOf(
  log: ArrivalLog,
  sending: { readonly count: number; readonly firstMs: number; readonly lastMs: number },
  intervalMs: number,
  isLost: (sequence: number) => boolean,
): Outage[] {
  const outages: Outage[] = [];
  let [lastMs, lastSentMs, highest] = [sending.firstMs, sending.firstMs, -1];
  const addGap = (toMs: number, next: number, lasted: boolean): void => {
    let lostPackets = 0;
    for (let sequence = highest + 1; sequence < next; sequence++) if (isLost(sequence)) lostPackets++;
    if (lostPackets < fewestLost) return;
    const durationMs = Math.max(0, toMs - lastMs - (lasted ? 0 : intervalMs));
    outages.push({ fromMs: lastMs, lastSentMs, toMs, durationMs, lostPackets, lasted });
  };
  for (const { sequence, sentMs, receivedMs } of log) {
    if (sequence > highest) {
      addGap(receivedMs, sequence, false);
      highest = sequence;
    }
    lastMs = receivedMs;
    lastSentMs = sentMs;
  }
  addGap(sending.lastMs + lastMs - lastSentMs, sending.count, true);
  return outages;
}
