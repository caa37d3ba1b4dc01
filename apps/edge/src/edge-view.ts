import { unmeasured } from '@patronus/core';
import { breaksOut } from '@patronus/policy';
import type {
  DecisionReport,
  EventContent,
  LocalEndpoint,
  PathReport,
  SiteDocument,
  UplinkFact,
} from '@patronus/protocol';
import type { EdgeStatus } from './status/index.ts';

type UplinkChange = EventContent<'uplink_up'> | EventContent<'uplink_down'>;

/** The latest word of each part of the edge, put together for those who ask. */
export class EdgeView {
  private document: SiteDocument | null = null;
  private reports = new Map<string, PathReport>();
  private latestDecisions = new Map<string, DecisionReport>();

  inForce(document: SiteDocument | null): void {
    this.document = document;
    const paths = new Set<string>(document?.paths.map((path) => path.id));
    this.reports = new Map([...this.reports].filter(([id]) => paths.has(id)));
    this.latestDecisions.clear();
  }

  paths(reports: readonly PathReport[]): void {
    for (const report of reports) this.reports.set(report.pathId, report);
  }

  decisions(decisions: readonly DecisionReport[]): void {
    for (const each of decisions) this.latestDecisions.set(`${each.policyId}/${each.siteId}`, each);
  }

  currentDecisions(): readonly DecisionReport[] {
    return [...this.latestDecisions.values()];
  }

  endpoints(): readonly LocalEndpoint[] {
    return this.document?.endpoints ?? [];
  }

  /** Uplinks that have no carrier, or paths that are all down. */
  deadUplinks(uplinks: readonly UplinkFact[]): readonly UplinkFact[] {
    return uplinks.filter(
      (uplink) =>
        !uplink.carrier ||
        this.endpoints().some((endpoint) => endpoint.device === uplink.device && this.isDead(endpoint)),
    );
  }

  /** Addresses of those. */
  deadAddresses(uplinks: readonly UplinkFact[]): ReadonlySet<string> {
    return new Set(this.deadUplinks(uplinks).flatMap((uplink) => uplink.addresses));
  }

  /** Devices of those that are uplinks of the document, where policies break out: other documents are the same without. */
  deadExits(uplinks: readonly UplinkFact[]): readonly string[] {
    if (this.document?.policies.some(breaksOut) !== true) return [];
    const devices = new Set(this.endpoints().map(({ device }) => device));
    return this.deadUplinks(uplinks).flatMap(({ device }) => (devices.has(device) ? [device] : []));
  }

  /** What an operator wants to know of a change of the devices that are uplinks. */
  uplinkChanges(now: readonly UplinkFact[], before: readonly UplinkFact[]): readonly UplinkChange[] {
    return this.endpoints().flatMap(({ device, label }): UplinkChange[] => {
      const carried = (facts: readonly UplinkFact[]): boolean =>
        facts.find((uplink) => uplink.device === device)?.carrier ?? false;
      if (carried(now) === carried(before)) return [];
      const metadata = { label, device };
      const name = `Uplink ${label} (${device}) of ${this.document?.site.name}`;
      return carried(now)
        ? [{ eventType: 'uplink_up', severity: 'info', message: `${name} is up`, metadata }]
        : [
            {
              eventType: 'uplink_down',
              severity: 'warning',
              message: `${name} lost its carrier or its address`,
              metadata,
            },
          ];
    });
  }

  status(): Pick<EdgeStatus, 'tunnels' | 'paths' | 'decisions'> {
    const { document } = this;
    if (document === null) return { tunnels: [], paths: [], decisions: [] };
    const labelOfSlot = new Map(document.endpoints.map((each) => [each.slot, each.label]));
    const labelOfId = new Map(document.endpoints.map((each) => [each.id, each.label]));
    const siteNames = new Map<string, string>(document.remoteSites.map((each) => [each.id, each.name]));
    const paths = document.paths.map((path) => {
      const report = this.reports.get(path.id);
      return {
        id: path.id,
        label: labelOfId.get(path.localEndpointId) ?? '?',
        remoteSite: siteNames.get(path.remoteSiteId) ?? '?',
        remoteLabel: path.remoteLabel,
        tunnel: path.tunnel,
        health: report?.health ?? ('unknown' as const),
        since: report?.since ?? null,
        quality: report?.quality ?? unmeasured,
      };
    });
    const pathsById = new Map<string, (typeof paths)[number]>(paths.map((path) => [path.id, path]));
    return {
      tunnels: document.tunnels.map((tunnel) => ({
        name: tunnel.name,
        label: labelOfSlot.get(tunnel.localSlot) ?? '?',
        listenPort: tunnel.listenPort,
        probeAddress: tunnel.probeAddress,
        peers: tunnel.peers.length,
      })),
      paths,
      decisions: [...this.latestDecisions.values()].map((each) => ({
        policy: document.policies.find((policy) => policy.id === each.policyId)?.name ?? String(each.policyId),
        remoteSite: siteNames.get(each.siteId) ?? each.siteId,
        paths: each.paths.map(({ pathId, weight }) => {
          const path = pathsById.get(pathId);
          return { label: path?.label ?? '?', remoteLabel: path?.remoteLabel ?? '?', weight };
        }),
        copy: each.copyPathId === undefined ? null : endsOf(pathsById.get(each.copyPathId)),
        slaMet: each.slaMet,
        reason: each.reason,
      })),
    };
  }

  private isDead(endpoint: LocalEndpoint): boolean {
    const paths = this.document?.paths.filter((path) => path.localEndpointId === endpoint.id) ?? [];
    return paths.length > 0 && paths.every((path) => this.reports.get(path.id)?.health === 'down');
  }
}

const endsOf = (path?: {
  readonly label: string;
  readonly remoteLabel: string;
}): { label: string; remoteLabel: string } => ({
  label: path?.label ?? '?',
  remoteLabel: path?.remoteLabel ?? '?',
});
