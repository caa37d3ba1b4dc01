import { setTimeout as delay } from 'node:timers/promises';
import { runningLab } from '../lifecycle/index.ts';
import { labHosts } from './lab-hosts.ts';
import type { LiveFigures } from './roles.ts';
import { startStream, type RunningStream, type Stream } from './stream.ts';
import type { StreamResult } from './stream-result.ts';

export interface LabTrafficOptions {
  readonly dataDir: string;
  /** Sites that talk; absent: the topology's second to its first. */
  readonly from?: string;
  readonly to?: string;
  readonly seconds?: number;
  /** Ends it early, with the result so far. */
  readonly signal?: AbortSignal;
  /** Hears one line a second and stream. */
  readonly onProgress?: (line: string) => void;
}

const defaultSeconds = 10;

/** A call and a file transfer, as the default policies know them by their ports and marks. */
export const voiceAndBulk = (from: string, to: string): Stream[] => [
  // G.711: 20 ms of speech are 160 octets, and 12 of RTP.
  { name: 'voice', kind: 'udp', from: { site: from }, to: { site: to }, port: 16_400, rate: 50, bytes: 172, dscp: 46 },
  { name: 'bulk', kind: 'tcp', from: { site: from }, to: { site: to }, port: 5201, rateBps: 5e6 },
];

/**
 * Sends a call and a file transfer between LAN hosts of two sites for a while.
 * @throws PatronusError `not_found` where no lab is up, or it has no such site.
 */
export async function labTraffic(options: LabTrafficOptions): Promise<StreamResult[]> {
  const lab = runningLab(options.dataDir);
  const [first, second] = lab.plan.sites;
  const from = options.from ?? (second ?? first)!.name;
  const to = options.to ?? lab.plan.sites.find((site) => site.name !== from)?.name ?? from;
  const say = options.onProgress ?? (() => undefined);
  const running: RunningStream[] = [];
  try {
    for (const stream of voiceAndBulk(from, to)) {
      const route = `${stream.name} ${from} → ${to}`;
      running.push(await startStream(labHosts(lab), stream, (figures) => say(`${route}: ${describeLive(figures)}`)));
    }
    await delay((options.seconds ?? defaultSeconds) * 1000, undefined, { signal: options.signal }).catch(
      () => undefined,
    );
    return await Promise.all(running.map((stream) => stream.stop()));
  } catch (error) {
    await Promise.all(running.map((stream) => stream.abandon()));
    throw error;
  }
}

const describeLive = ({ done, lost, delayMs }: LiveFigures): string =>
  lost === null
    ? `${(done / 1e6).toFixed(1)} MB`
    : `${done} packets, ${lost} lost, ${delayMs === null ? 'none arriving' : `delay ${delayMs.toFixed(1)} ms`}`;
