import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** Every flow of this network namespace, a line each; kernels that are built without it tell them by netlink only. */
const conntrackFile = '/proc/self/net/nf_conntrack';
const countFile = '/proc/sys/net/netfilter/nf_conntrack_count';
/** To read more would take a good part of a second, in which the edge has other things to do. */
const maxFlows = 50_000;

/** What `parse` makes of each flow that the kernel tracks; null where it does not tell, or where there are too many. */
export async function readConntrack<T>(parse: (line: string) => T | null): Promise<T[] | null> {
  if (!existsSync(conntrackFile) || !existsSync(countFile)) return null;
  if (Number(readFileSync(countFile, 'utf8')) > maxFlows) return null;
  const flows: T[] = [];
  for await (const line of createInterface({ input: createReadStream(conntrackFile) })) {
    const flow = parse(line);
    if (flow !== null) flows.push(flow);
  }
  return flows;
}
