import { systemActor, type Actor } from '../audit/index.ts';
import type { Store } from '../database/store.ts';
import { pathOverrideRepository } from '../repositories/path-override-repository.ts';
import { pathRepository, type PathRow } from '../repositories/path-repository.ts';
import type { DecisionService, DecisionView } from './decision-service.ts';
import { found } from './found.ts';
import { clearOverride, endOverride, nameOf, setOverride, targetOf } from './path-override-change.ts';
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
      const override = readFailover(input, change.at);
      const path = found(await pathRepository.find(change.db, pathId), 'path', pathId);
      const details = await setOverride(change, by, path, override);
      await change.audit(by, { action: 'path_override_set', target: targetOf(path), details });
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
      const details = await clearOverride(change, by, row);
      if (details !== null) {
        await change.audit(by, { action: 'path_override_cleared', target: targetOf(row), details });
        change.touchIntent();
      }
      return { path: row, released: details !== null };
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
        if (path === undefined) {
          await pathOverrideRepository.delete(change.db, path_id);
          continue;
        }
        const details = await endOverride(change, path);
        await change.audit(systemActor, { action: 'path_override_cleared', target: targetOf(path), details });
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
