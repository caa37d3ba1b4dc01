import { ApplicationIndex, catalogue } from '@patronus/applications';
import { messageOf, type Address, type SiteId } from '@patronus/core';
import type { FlowEntry } from '@patronus/netconf';
import type { ControllerMessage, DecisionReport, EdgeMessage, FlowReport, SiteDocument } from '@patronus/protocol';
import type { Service } from '../inspect/index.ts';
import { PrefixTable } from '../learn/index.ts';

type Asked = Extract<ControllerMessage, { type: 'list_flows' }>;
type Answer = Extract<EdgeMessage, { type: 'flows' }>;

/** Where an edge finds what it tells of flows. */
export interface FlowSources {
  /** Flows that the kernel tracks; null where it does not tell, or where there are too many to look at. */
  readonly entries: () => Promise<readonly FlowEntry[] | null>;
  readonly document: () => SiteDocument | null;
  readonly decisions: () => readonly DecisionReport[];
  readonly namesOf: (address: Address) => readonly string[];
  /** The application that packets to a service look like. */
  readonly inspected: (service: Service) => string | null;
}

const notTold = 'its kernel does not tell the flows that it tracks, or there are too many to look at';

/** Answers the flows that began at this site, those with the most octets first. */
export async function reportFlows(sources: FlowSources, { id, limit }: Asked): Promise<Answer> {
  try {
    const document = sources.document();
    const entries = document === null ? [] : await sources.entries();
    if (entries === null) return { type: 'flows', id, flows: [], total: 0, problem: notTold };
    const report = document === null ? { flows: [], total: 0 } : describe(entries, document, sources, limit);
    return { type: 'flows', id, ...report, problem: null };
  } catch (error) {
    return { type: 'flows', id, flows: [], total: 0, problem: messageOf(error) };
  }
}

function describe(
  entries: readonly FlowEntry[],
  document: SiteDocument,
  { decisions, namesOf, inspected }: FlowSources,
  limit: number,
): { flows: FlowReport[]; total: number } {
  const own = new PrefixTable(document.site.prefixes);
  const remotes = document.remoteSites.map(({ id, prefixes }) => ({ id, table: new PrefixTable(prefixes) }));
  const siteOf = (address: Address): SiteId | null => remotes.find(({ table }) => table.has(address))?.id ?? null;
  const ours = entries.filter(({ source }) => own.has(source));
  const octets = ({ bytesSent, bytesReceived }: FlowEntry): number => (bytesSent ?? 0) + (bytesReceived ?? 0);
  const most = ours.toSorted((a, b) => octets(b) - octets(a)).slice(0, limit);
  const applications = new ApplicationIndex([...(document.applications ?? []), ...catalogue]);
  const policies = new Map(document.policies.map((policy) => [policy.class, policy.id]));
  const paths = new Map(decisions().map((each) => [`${each.policyId} ${each.siteId}`, each.paths]));
  const flows = most.map(({ class: forwardingClass, ...flow }): FlowReport => {
    const serverNames = namesOf(flow.destination);
    const remoteSiteId = siteOf(flow.destination);
    const policyId = policies.get(forwardingClass) ?? null;
    const carrying = paths.get(`${policyId} ${remoteSiteId}`) ?? [];
    const { destination, protocol } = flow;
    const facts = { destination, protocol, destinationPort: flow.destinationPort ?? 0, serverNames };
    return {
      ...flow,
      policyId,
      application: applications.find(facts)?.name ?? inspected(flow),
      serverName: serverNames[0] ?? null,
      remoteSiteId,
      // Of several paths that share flows, the kernel alone knows which one carries this.
      pathId: carrying.length === 1 ? carrying[0]!.pathId : null,
    };
  });
  return { flows, total: ours.length };
}
