import type { EventType } from '@patronus/core';
import type { EventMetadata } from '@patronus/protocol';
import { systemActor, type Actor } from '../audit/index.ts';
import type { Change, Store } from '../database/store.ts';
import { pathOverrideRepository } from '../repositories/path-override-repository.ts';
import { pathRepository, type PathRow } from '../repositories/path-repository.ts';
import type { DecisionService, DecisionView } from './decision-service.ts';
import { found } from './found.ts';
import { readFailover, type FailoverInput } from './path-override-input.ts';
import type { PathService, PathView } from './path-service.ts';
import type { Presence } from './presence.ts';

/** What became of a request to move traffic off a path. */
export interface Failover {
  readonly path: PathView;
  /** What the path carries, as its edge last told: this traffic moves. */
  readonly moves: readonly DecisionView[];
  /** In a sentence, with what keeps traffic from moving. */
  readonly message: string;
}

export interface Release {
  readonly path: PathView;
  /** False where the path was not out of use. */
  readonly released: boolean;
  readonly message: string;
}

export interface PathOverrideParts {
  readonly store: Store;
  readonly paths: PathService;
  readonly decisions: DecisionService;
  readonly presence: Presence;
}

/** Takes paths out of use, and lets them be used again. Edges learn of it with their document, and end it by their own clock. */
export class PathOverrideService {
  readonly #parts: PathOverrideParts;

  constructor(parts: PathOverrideParts) {
    this.#parts = parts;
  }

  /**
   * Moves traffic off a path until it is released or its time is over; a path that is out of use gets the new reason and
   * end. Errors: `not_found`, `invalid_input`.
   */
  async failover(by: Actor, pathId: string, input: FailoverInput): Promise<Failover> {
    const { store, paths, decisions } = this.#parts;
    await this.removeOver();
    const moves = (await decisions.list()).filter((each) => each.paths.some((path) => path.pathId === pathId));
    const row = await store.change(async (change) => {
      const { reason, expiresAt } = readFailover(input, change.at);
      const path = found(await pathRepository.find(change.db, pathId), 'path', pathId);
      const override = { path_id: pathId, reason, set_by: by.name, since: change.at, expires_at: expiresAt };
      await pathOverrideRepository.save(change.db, override);
      const end = expiresAt === null ? 'until it is released' : `until ${new Date(expiresAt).toISOString()}`;
      const message = `Path ${nameOf(path)} was taken out of use by ${by.name} ${end}: ${reason}`;
      const facts = { reason, by: by.name, expires_at: expiresAt };
      await tell(change, by, path, message, { eventType: 'path_override_set', facts });
      change.touchIntent();
      return path;
    });
    await paths.publishReported([pathId]);
    return { path: await paths.get(pathId), moves, message: await this.#outcome(row, moves) };
  }

  /** Lets a path be used again; one that is not out of use stays as it is. Errors: `not_found`. */
  async release(by: Actor, pathId: string): Promise<Release> {
    const { store, paths } = this.#parts;
    const { path, released } = await store.change(async (change) => {
      const row = found(await pathRepository.find(change.db, pathId), 'path', pathId);
      const isNews = await pathOverrideRepository.delete(change.db, pathId);
      if (isNews) {
        const message = `Path ${nameOf(row)} was released by ${by.name} and may be used again`;
        const facts = { by: by.name, cause: 'released' } as const;
        await tell(change, by, row, message, { eventType: 'path_override_cleared', facts });
        change.touchIntent();
      }
      return { path: row, released: isNews };
    });
    await paths.publishReported([pathId]);
    const message = released
      ? `${nameOf(path)} may be used again; traffic returns as after any failover`
      : `${nameOf(path)} was not out of use`;
    return { path: await paths.get(pathId), released, message };
  }

  /** Removes the overrides whose time is over; edges have ended them by themselves. */
  async removeOver(): Promise<void> {
    const { store, paths } = this.#parts;
    const over = await pathOverrideRepository.listOver(store.db, store.wallMs);
    if (over.length === 0) return;
    await store.change(async (change) => {
      for (const { path_id } of await pathOverrideRepository.listOver(change.db, change.at)) {
        const path = await pathRepository.find(change.db, path_id);
        await pathOverrideRepository.delete(change.db, path_id);
        if (path === undefined) continue;
        const message = `Path ${nameOf(path)} may be used again: the time of its override is over`;
        const facts = { by: path.override_by, cause: 'expired' } as const;
        await tell(change, systemActor, path, message, { eventType: 'path_override_cleared', facts });
      }
      change.touchIntent();
    });
    await paths.publishReported(over.map(({ path_id }) => path_id));
  }

  async #outcome(path: PathRow, moves: readonly DecisionView[]): Promise<string> {
    const { paths, presence } = this.#parts;
    const name = nameOf(path);
    if (!presence.isOnline(path.source_site_id)) {
      return `${name} is out of use; site ${path.source_site} is offline, and its edge applies this when it is back`;
    }
    const siblings = await paths.list({ sourceSite: path.source_site_id, destSite: path.dest_site_id });
    const isUsable = ({ healthStatus, override }: PathView): boolean =>
      (healthStatus === 'up' || healthStatus === 'degraded') && override === null;
    if (!siblings.some(isUsable)) {
      return `${name} is out of use, but no other path from ${path.source_site} to ${path.dest_site} is up: traffic stays on it until one is`;
    }
    if (moves.length === 0) return `${name} is out of use; it carried no policy`;
    const policies = moves.map(({ policy }) => policy).join(', ');
    return `${name} is out of use; traffic of ${policies} to ${path.dest_site} moves to another path`;
  }
}

const nameOf = (path: PathRow): string =>
  `${path.source_label} → ${path.dest_label} from ${path.source_site} to ${path.dest_site}`;

/** What such an event says beside which path it is about. */
type Facts<T extends EventType> = Omit<EventMetadata<T>, 'path_id' | 'source_label' | 'dest_label' | 'dest_site'>;
type Told =
  | { readonly eventType: 'path_override_set'; readonly facts: Facts<'path_override_set'> }
  | { readonly eventType: 'path_override_cleared'; readonly facts: Facts<'path_override_cleared'> };

/** Into the events and the audit log alike. */
async function tell(change: Change, actor: Actor, path: PathRow, message: string, told: Told): Promise<void> {
  const { path_id, source_label, dest_label, dest_site } = path;
  const target = { type: 'path', id: path_id, name: nameOf(path) } as const;
  await change.audit(actor, { action: told.eventType, target, details: told.facts });
  const ends = { path_id, source_label, dest_label, dest_site };
  const head = { message, site: { id: path.source_site_id, name: path.source_site } };
  if (told.eventType === 'path_override_set') {
    await change.event({ ...head, eventType: told.eventType, metadata: { ...ends, ...told.facts } });
  } else await change.event({ ...head, eventType: told.eventType, metadata: { ...ends, ...told.facts } });
}
