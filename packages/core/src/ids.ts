import { createHash } from 'node:crypto';

declare const brand: unique symbol;
type Id<Kind extends string> = string & { readonly [brand]: Kind };

/** UUIDs of the things that outside tools may hold on to. */
export type SiteId = Id<'site'>;
export type EndpointId = Id<'endpoint'>;
export type PathId = Id<'path'>;
export type HostSetId = Id<'host set'>;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const isUuid = (text: string): boolean => uuid.test(text);

const pathNamespace = Buffer.from('8d5a0a4b6a0e4c4f9a5c9f0d3b7a2e11', 'hex');

/**
 * The id of the directed path between two endpoints: a name-based UUID (RFC 9562, section 5.5), so that controller and
 * edges agree on it without asking each other, and a path that comes back is the same path.
 */
export function pathId(source: EndpointId, destination: EndpointId): PathId {
  const digest = createHash('sha1').update(pathNamespace).update(`${source}>${destination}`).digest();
  const bytes = digest.subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return parts.join('-') as PathId;
}
