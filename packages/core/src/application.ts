import type { DomainPattern } from './domain-pattern.ts';
import type { PortRange } from './policy.ts';
import type { Prefix } from './prefix.ts';

/** What kinds of applications there are. */
export const applicationCategories = [
  'backup',
  'business',
  'cloud',
  'collaboration',
  'custom',
  'database',
  'developer',
  'email',
  'file-sharing',
  'identity',
  'infrastructure',
  'management',
  'messaging',
  'printing',
  'remote-access',
  'security',
  'social',
  'streaming',
  'updates',
  'voice-video',
  'web',
] as const;
export type ApplicationCategory = (typeof applicationCategories)[number];

/** Ports of one transport protocol. */
export interface ApplicationPort extends PortRange {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
}

/**
 * One way to recognise an application. A flow shows it when its server is known by one of the domains or lies in one of the
 * prefixes, and its destination port is one of the ports; what is absent or empty is not asked for.
 */
export interface ApplicationSignature {
  readonly domains?: readonly DomainPattern[];
  readonly prefixes?: readonly Prefix[];
  readonly ports?: readonly ApplicationPort[];
}

/** An application as policies name it. A flow is of it when it shows any of its signatures. */
export interface Application {
  /** Lower-case words joined by hyphens, such as `microsoft-teams`. */
  readonly name: string;
  readonly title: string;
  readonly category: ApplicationCategory;
  readonly signatures: readonly ApplicationSignature[];
  /** The DSCP that its packets usually carry or should have; null where nothing is usual. */
  readonly dscp: number | null;
}

/** What a name of an application looks like. */
export const applicationNamePattern = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
export const maxApplicationName = 63;
