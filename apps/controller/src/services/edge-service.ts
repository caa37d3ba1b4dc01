import { randomUUID } from 'node:crypto';
import { PatronusError } from '@patronus/core';
import type { EnrolRequest, EnrolResponse, UnavailableFeature, UplinkFact } from '@patronus/protocol';
import { anonymousActor, type Actor } from '../audit/index.ts';
import type { Change, Store } from '../database/store.ts';
import { configRepository } from '../repositories/config-repository.ts';
import { edgeRepository, type EdgeRow } from '../repositories/edge-repository.ts';
import { enrolmentKeyRepository, type EnrolmentKeyRow } from '../repositories/enrolment-key-repository.ts';
import { hashSecret } from './enrolment-key-service.ts';
import { found } from './found.ts';
import type { Presence } from './presence.ts';

/** An edge as the API shows it. */
export interface EdgeView {
  readonly id: string;
  readonly siteId: string;
  readonly site: string;
  readonly hostname: string;
  readonly online: boolean;
  readonly enrolledAt: number;
  readonly lastSeenAt: number | null;
  readonly programVersion: string | null;
  readonly clockSkewMs: number | null;
  readonly uplinks: readonly UplinkFact[];
  /** What its kernel or its machine refuses. */
  readonly unavailable: readonly UnavailableFeature[];
}

/** Edges: who may be one, and who is. */
export class EdgeService {
  readonly #store: Store;
  readonly #presence: Presence;
  readonly #revoked: ((edgeId: string) => void)[] = [];

  constructor(store: Store, presence: Presence) {
    this.#store = store;
    this.#presence = presence;
  }

  /** Told of each edge that is no longer one, so that its connection is cut. */
  onRevoked(listener: (edgeId: string) => void): void {
    this.#revoked.push(listener);
  }

  async list(): Promise<EdgeView[]> {
    return (await edgeRepository.list(this.#store.db)).map((row) => this.#view(row));
  }

  async get(id: string): Promise<EdgeView> {
    const row = await edgeRepository.find(this.#store.db, id);
    return this.#view(found(isPresent(row) ? row : undefined, 'edge', id));
  }

  /**
   * Makes whoever knows the secret the edge of the key's site. Asking again with the same identity gives the same answer
   * and takes no further use, so that an edge whose answer was lost may ask again.
   *
   * Errors: `enrolment_refused` saying why.
   */
  async enrol(request: EnrolRequest, address: string | null): Promise<EnrolResponse> {
    try {
      return await this.#enrol(request, address);
    } catch (thrown) {
      if (thrown instanceof PatronusError && thrown.code === 'enrolment_refused') {
        await this.#noteRefusal(request, address, thrown.message);
      }
      throw thrown;
    }
  }

  #enrol(request: EnrolRequest, address: string | null): Promise<EnrolResponse> {
    return this.#store.change(async (change) => {
      const key = await enrolmentKeyRepository.findBySecretHash(change.db, hashSecret(request.secret));
      if (key === undefined) throw refused('this enrolment key is not known here; create one and use it');
      const site = { id: key.site_id, name: key.site };
      if (key.site_deleted_at !== null) throw refused(`site "${site.name}" was deleted; restore it first`);
      const present = await edgeRepository.findActive(change.db, site.id);
      const isRepeated = present?.identity_key === request.identityKey && present.enrolment_key_id === key.key_id;
      if (isRepeated) return { edgeId: present.edge_id, siteId: site.id, siteName: site.name };
      await this.#takeUse(change, key);
      if (present !== undefined) await this.#replace(change, key, present);
      const edgeId = await insertEdge(change, key, request);
      const by = { type: 'edge', id: edgeId, name: request.hostname, address } as const;
      const details = { site: site.name, enrolment_key: key.key_id, replaces: present?.edge_id ?? null };
      await change.audit(by, { action: 'edge_enrolled', target: target(edgeId, request.hostname), details });
      const message = `The edge ${request.hostname} was enrolled for site ${site.name}`;
      await change.event({ eventType: 'site_enrolled', message, site, metadata: { edge_id: edgeId } });
      return { edgeId, siteId: site.id, siteName: site.name };
    });
  }

  /** The edge is none any more; its peers take their tunnels to it down. */
  async revoke(by: Actor, id: string): Promise<void> {
    await this.#store.change(async (change) => {
      const row = await edgeRepository.find(change.db, id);
      const edge = found(isPresent(row) ? row : undefined, 'edge', id);
      await this.#retire(change, edge);
      const details = { site: edge.site };
      await change.audit(by, { action: 'edge_revoked', target: target(id, edge.hostname), details });
      const site = { id: edge.site_id, name: edge.site };
      const message = `The edge ${edge.hostname} of site ${edge.site} was deleted`;
      await change.event({ eventType: 'object_deleted', message, site, metadata: { object: 'edge', id } });
    });
  }

  /** Only of keys that were made here: strangers could fill the log. */
  async #noteRefusal(request: EnrolRequest, address: string | null, reason: string): Promise<void> {
    await this.#store.change(async (change) => {
      const key = await enrolmentKeyRepository.findBySecretHash(change.db, hashSecret(request.secret));
      if (key === undefined) return;
      await change.audit(anonymousActor(address), {
        action: 'edge_enrolment_refused',
        target: { type: 'edge', id: null, name: request.hostname },
        result: 'refused',
        details: { site: key.site, enrolment_key: key.key_id, reason },
      });
    });
  }

  async #takeUse(change: Change, key: EnrolmentKeyRow): Promise<void> {
    const again = 'create another';
    if (key.revoked_at !== null) throw refused(`this enrolment key was revoked; ${again}`);
    if (key.expires_at <= change.at) {
      throw refused(`this enrolment key expired at ${new Date(key.expires_at).toISOString()}; ${again}`);
    }
    if (await enrolmentKeyRepository.use(change.db, key.key_id)) return;
    throw refused(`this enrolment key was used ${key.uses} of ${key.max_uses} times; ${again}`);
  }

  async #replace(change: Change, key: EnrolmentKeyRow, present: EdgeRow): Promise<void> {
    if (key.replace_edge === 0) {
      throw refused(
        `site "${key.site}" has an edge already (${present.hostname}); ` +
          `delete that edge (${present.edge_id}) first, or create the key with replace`,
      );
    }
    await this.#retire(change, present);
  }

  async #retire(change: Change, edge: EdgeRow): Promise<void> {
    await edgeRepository.update(change.db, edge.edge_id, { revoked_at: change.at });
    await edgeRepository.deleteTunnelKeys(change.db, edge.site_id);
    const nothing = { applied_version: null, applied_at: null, apply_ms: null };
    await configRepository.update(change.db, edge.site_id, {
      ...nothing,
      rejected_version: null,
      rejected_reason: null,
    });
    change.touchIntent();
    for (const listener of this.#revoked) change.afterCommit(() => listener(edge.edge_id));
  }

  #view(row: EdgeRow): EdgeView {
    return {
      id: row.edge_id,
      siteId: row.site_id,
      site: row.site,
      hostname: row.hostname,
      online: this.#presence.isOnline(row.site_id),
      enrolledAt: row.enrolled_at,
      lastSeenAt: row.last_seen_at,
      programVersion: row.program_version,
      clockSkewMs: row.clock_skew_ms,
      uplinks: JSON.parse(row.uplinks) as UplinkFact[],
      unavailable: JSON.parse(row.unavailable) as UnavailableFeature[],
    };
  }
}

async function insertEdge(change: Change, key: EnrolmentKeyRow, request: EnrolRequest): Promise<string> {
  const edgeId = randomUUID();
  await edgeRepository.insert(change.db, {
    edge_id: edgeId,
    site_id: key.site_id,
    identity_key: request.identityKey,
    hostname: request.hostname,
    enrolment_key_id: key.key_id,
    enrolled_at: change.at,
    revoked_at: null,
    last_seen_at: null,
    program_version: null,
    uplinks: JSON.stringify(request.uplinks),
    clock_skew_ms: null,
  });
  return edgeId;
}

const target = (id: string, name: string) => ({ type: 'edge', id, name }) as const;
/** Neither revoked nor of a deleted site. */
const isPresent = (row: EdgeRow | undefined): boolean => row?.revoked_at === null && row.site_deleted_at === null;

const refused = (message: string): PatronusError => new PatronusError('enrolment_refused', message);
