import type { Actor } from '../audit/index.ts';
import type { Change, Store } from '../database/store.ts';
import { endpointRepository } from '../repositories/endpoint-repository.ts';
import { settingRepository } from '../repositories/setting-repository.ts';
import { obstacle, type TransportLink, type TransportLinks } from './path-pairs.ts';
import { checkVersion, type ExpectedVersions } from './expected-version.ts';
import {
  readTransportLinks,
  readTransportLinksVersion,
  transportLinksKey,
  transportLinksVersionKey,
} from './read-transport-links.ts';
import { syncPaths } from './path-rows.ts';
import { Problems } from './problems.ts';

/** Two endpoints of different sites without a path, and why. */
export interface LeftOutPair {
  readonly sourceSite: string;
  readonly sourceLabel: string;
  readonly destSite: string;
  readonly destLabel: string;
  readonly reason: string;
}

/** Which transports reach each other: the one thing that decides, beside NAT, which paths there are. */
export class TransportLinkService {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  get(): Promise<TransportLinks> {
    return readTransportLinks(this.#store.db);
  }

  /** Grows with every change of the links. */
  version(): Promise<number> {
    return readTransportLinksVersion(this.#store.db);
  }

  /**
   * Null lets all labels reach all. Labels that no endpoint has yet are fine: links may be drawn before sites are made.
   * Errors: `version_mismatch`, `invalid_input`.
   */
  set(by: Actor, links: TransportLinks, expected?: ExpectedVersions): Promise<TransportLinks> {
    return this.#store.change(async (change) => {
      checkVersion('the setting', 'transport links', await readTransportLinksVersion(change.db), expected);
      return setTransportLinks(change, by, links);
    });
  }

  /** Pairs of endpoints that have no path, each told once. */
  async listLeftOut(): Promise<LeftOutPair[]> {
    const links = await this.get();
    const rows = await endpointRepository.list(this.#store.db);
    const ends = rows.map((row) => ({ ...row, nat: row.nat === 1 }));
    return ends.flatMap((source, index) =>
      ends.slice(index + 1).flatMap((dest) => {
        const reason = source.site_id === dest.site_id ? null : obstacle(source, dest, links);
        if (reason === null) return [];
        const [sourceSite, sourceLabel, destSite, destLabel] = [source.site, source.label, dest.site, dest.label];
        return [{ sourceSite, sourceLabel, destSite, destLabel, reason }];
      }),
    );
  }
}

/** Sets the links within a change, and brings the paths up to date. Answers them as they are stored. */
export async function setTransportLinks(change: Change, by: Actor, links: TransportLinks): Promise<TransportLinks> {
  const unique = links === null ? null : deduplicated(links);
  const from = await readTransportLinks(change.db);
  const version = await readTransportLinksVersion(change.db);
  await settingRepository.set(change.db, transportLinksVersionKey, String(version + 1));
  if (unique === null) await settingRepository.delete(change.db, transportLinksKey);
  else await settingRepository.set(change.db, transportLinksKey, JSON.stringify(unique));
  await syncPaths(change);
  const target = { type: 'transport_links', id: null, name: null } as const;
  await change.audit(by, { action: 'transport_links_updated', target, details: { links: { from, to: unique } } });
  const message = unique === null ? 'All transports reach each other now' : 'The transport links were changed';
  await change.event({ eventType: 'object_updated', message, metadata: { object: 'transport_links', links: unique } });
  change.touchIntent();
  return unique;
}

/** Each pair once, in a settled order within it. Errors: `invalid_input`. */
export function deduplicated(links: readonly TransportLink[]): TransportLink[] {
  const problems = new Problems();
  links.forEach((link, index) => {
    if (link.a.trim() === '' || link.b.trim() === '') {
      problems.add(`links[${index}]`, 'a label is empty', 'name both labels, such as mpls and mpls');
    }
  });
  problems.throwIfAny();
  const sorted = links.map(({ a, b }) => (a <= b ? { a, b } : { a: b, b: a }));
  return [...new Map(sorted.map((link) => [`${link.a} ${link.b}`, link])).values()];
}
