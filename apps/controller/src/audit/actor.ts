export const actorTypes = ['user', 'api_key', 'local_token', 'edge', 'system', 'anonymous'] as const;
export type ActorType = (typeof actorTypes)[number];

/** Whoever answers for a change. */
export interface Actor {
  readonly type: ActorType;
  /** Id of a user, an API key or an edge; null for those that have none. */
  readonly id: string | null;
  readonly name: string;
  /** IP address the request came from; null where it came over no network. */
  readonly address: string | null;
}

/** The controller itself. */
export const systemActor: Actor = { type: 'system', id: null, name: 'system', address: null };

/** Somebody who has not shown who they are. */
export const anonymousActor = (address: string | null): Actor => ({
  type: 'anonymous',
  id: null,
  name: 'anonymous',
  address,
});

/** A socket's address as people write it: a socket of both families tells IPv4 as `::ffff:192.0.2.1` (RFC 4291, 2.5.5.2). */
export const plainAddress = (address: string | undefined): string | null =>
  address === undefined ? null : address.replace(/^::ffff:(?=\d+\.)/, '');
