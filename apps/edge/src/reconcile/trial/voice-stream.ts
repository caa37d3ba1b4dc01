import path from 'node:path';
import type { TrialEdge } from './trial-network.ts';

/** What became of a call's packets from one LAN host to the other. */
export interface VoiceResult {
  readonly sent: number;
  readonly received: number;
  /** One-way, ms; both hosts have one clock. In order of arrival. */
  readonly delaysMs: readonly number[];
}

export interface VoiceWishes {
  readonly packets: number;
  /** 20 by default, as most codecs send. */
  readonly intervalMs?: number;
  readonly port?: number;
}

/** Lets a call run from one edge's LAN host to the other's, of 200 octets a packet (G.711 over RTP). */
export async function voiceStream(
  from: TrialEdge,
  to: TrialEdge,
  address: string,
  wishes: VoiceWishes,
): Promise<VoiceResult> {
  const { packets, intervalMs = 20, port = 16_500 } = wishes;
  const source = import.meta.filename.endsWith('.ts');
  const script = path.join(import.meta.dirname, source ? 'voice-process.ts' : 'voice-process.js');
  const node = [...(source ? ['--conditions=patronus-source'] : []), script];
  const run = (edge: TrialEdge, ...args: string[]): Promise<string> =>
    edge.runOnHost(process.execPath, ...node, ...args, String(port), String(packets), String(intervalMs));
  const [delays] = await Promise.all([run(to, 'receive'), run(from, 'send', address)]);
  const delaysMs = JSON.parse(delays) as number[];
  return { sent: packets, received: delaysMs.length, delaysMs };
}
