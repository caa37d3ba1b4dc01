import type { PathHealth } from '@patronus/core';
import type { Time } from './time.ts';

export interface Policy {
  readonly id: number;
  readonly priority: number;
  readonly name: string;
  readonly description: string;
  readonly match_conditions: Readonly<Record<string, unknown>>;
  readonly action: Readonly<Record<string, unknown>>;
  readonly enabled: boolean;
  readonly is_default: boolean;
  readonly packets_matched: number;
  readonly bytes_matched: number;
  /** Only in the answers that write it. */
  readonly warnings?: readonly PolicyFinding[];
  readonly version: number;
  readonly deleted_at: Time | null;
  readonly purge_at: Time | null;
}

/** A policy that never matches, or that competes with another. */
export interface PolicyFinding {
  readonly kind: 'shadowed' | 'unreachable' | 'conflict';
  readonly policy: string;
  readonly message: string;
}

/** What becomes of a flow, and why. */
export interface FlowExplanation {
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  readonly destination_port: number | null;
  readonly dscp: number;
  readonly source_site: string | null;
  readonly dest_site: string | null;
  readonly outcome: string;
  readonly policy: string | null;
  readonly reason: string;
  readonly policies: readonly {
    readonly policy: string;
    readonly priority: number;
    readonly matched: boolean;
    readonly chosen: boolean;
    readonly reason: string;
  }[];
  readonly paths: readonly {
    readonly source_label: string;
    readonly dest_label: string;
    readonly health_status: PathHealth;
    readonly chosen: boolean;
    readonly reason: string;
  }[];
}

/** What a change of policies would do. */
export interface PolicyPreview {
  readonly policies: readonly { readonly policy: string; readonly change: string }[];
  readonly sites: readonly { readonly site: string; readonly policies: readonly string[] }[];
  readonly warnings: readonly PolicyFinding[];
}

export interface HostSet {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly members: readonly string[];
  readonly version: number;
}
