/** What the page asks of the controller's GraphQL API, as it is answered. Times are unix ms; null means not known. */

export type PathHealth = 'unknown' | 'up' | 'degraded' | 'down';

export interface Site {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly prefixes: readonly string[];
  readonly status: 'new' | 'online' | 'offline';
  readonly config: { readonly status: 'pending' | 'applied' | 'rejected' | 'offline'; readonly reason: string | null };
}

export interface Path {
  readonly id: string;
  readonly source_endpoint_id: string;
  readonly dest_endpoint_id: string;
  readonly source_site: string;
  readonly dest_site: string;
  readonly source_label: string;
  readonly dest_label: string;
  readonly latency: number | null;
  readonly jitter: number | null;
  readonly loss: number | null;
  readonly mos: number | null;
  readonly health_status: PathHealth;
  readonly since: number | null;
  readonly reported_at: number | null;
  /** The edge has not reported for a while: the figures are of the past. */
  readonly stale: boolean;
}

export interface Policy {
  readonly id: string;
  readonly priority: number;
  readonly name: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly is_default: boolean;
  readonly packets_matched: number;
  readonly bytes_matched: number;
}

/** Which paths the traffic of a policy takes from one site to another now. */
export interface Decision {
  readonly policy_id: string;
  readonly source_site: string;
  readonly dest_site: string;
  readonly paths: readonly {
    readonly path_id: string;
    readonly weight: number;
    readonly source_label: string;
    readonly dest_label: string;
  }[];
  readonly sla_met: boolean;
  readonly reason: string;
  readonly since: number | null;
}

export interface NetworkEvent {
  readonly id: string;
  readonly timestamp: number;
  readonly event_type: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly site: string | null;
}

export interface Snapshot {
  readonly sites: readonly Site[];
  readonly paths: readonly Path[];
  readonly policies: readonly Policy[];
  readonly decisions: readonly Decision[];
  readonly events: readonly NetworkEvent[];
}

/** Paths in one answer at most; the command line lists all. */
export const mostPaths = 1000;

const pathFields = `id source_endpoint_id dest_endpoint_id source_site dest_site source_label dest_label
  latency jitter loss mos health_status since reported_at stale`;
const eventFields = 'id timestamp event_type severity message metadata site';

export const snapshotQuery = `query Snapshot {
  sites { id name location prefixes status config { status reason } }
  paths(limit: ${mostPaths}) { ${pathFields} }
  policies { id priority name description enabled is_default packets_matched bytes_matched }
  decisions { policy_id source_site dest_site paths { path_id weight source_label dest_label } sla_met reason since }
  events(limit: 100) { ${eventFields} }
}`;
export const eventsSubscription = `subscription Events { events { ${eventFields} } }`;
export const pathsSubscription = `subscription PathMetrics { pathMetrics { ${pathFields} } }`;
