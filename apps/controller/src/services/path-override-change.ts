import type { EventMetadata } from '@patronus/protocol';
import type { Actor } from '../audit/index.ts';
import type { Change } from '../database/store.ts';
import { pathOverrideRepository } from '../repositories/path-override-repository.ts';
import type { PathRow } from '../repositories/path-repository.ts';

export const nameOf = (path: PathRow): string =>
  `${path.source_label} → ${path.dest_label} from ${path.source_site} to ${path.dest_site}`;

/** A path as the audit log names it. */
export const targetOf = (path: PathRow) => ({ type: 'path', id: path.path_id, name: nameOf(path) }) as const;

type Ends = 'path_id' | 'source_label' | 'dest_label' | 'dest_site';
type SetFacts = Omit<EventMetadata<'path_override_set'>, Ends>;
type ClearedFacts = Omit<EventMetadata<'path_override_cleared'>, Ends>;

/** Takes a path out of use as part of a change, with its event; what the audit log should say of it. */
export async function setOverride(
  change: Change,
  by: Actor,
  path: PathRow,
  { reason, expiresAt }: { readonly reason: string; readonly expiresAt: number | null },
): Promise<SetFacts> {
  const override = { path_id: path.path_id, reason, set_by: by.name, since: change.at, expires_at: expiresAt };
  await pathOverrideRepository.save(change.db, override);
  const end = expiresAt === null ? 'until it is released' : `until ${new Date(expiresAt).toISOString()}`;
  const message = `Path ${nameOf(path)} was taken out of use by ${by.name} ${end}: ${reason}`;
  const facts = { reason, by: by.name, expires_at: expiresAt };
  const metadata = { ...endsOf(path), ...facts };
  await change.event({ message, site: siteOf(path), eventType: 'path_override_set', metadata });
  return facts;
}

/** Lets a path be used again as part of a change, with its event; null where it was not out of use. */
export async function clearOverride(change: Change, by: Actor, path: PathRow): Promise<ClearedFacts | null> {
  if (!(await pathOverrideRepository.delete(change.db, path.path_id))) return null;
  const message = `Path ${nameOf(path)} was released by ${by.name} and may be used again`;
  return tellCleared(change, path, message, { by: by.name, cause: 'released' });
}

/** The same for an override whose time is over. */
export async function endOverride(change: Change, path: PathRow): Promise<ClearedFacts> {
  await pathOverrideRepository.delete(change.db, path.path_id);
  const message = `Path ${nameOf(path)} may be used again: the time of its override is over`;
  return tellCleared(change, path, message, { by: path.override_by, cause: 'expired' });
}

async function tellCleared(change: Change, path: PathRow, message: string, facts: ClearedFacts): Promise<ClearedFacts> {
  const metadata = { ...endsOf(path), ...facts };
  await change.event({ message, site: siteOf(path), eventType: 'path_override_cleared', metadata });
  return facts;
}

const endsOf = ({ path_id, source_label, dest_label, dest_site }: PathRow) => ({
  path_id,
  source_label,
  dest_label,
  dest_site,
});

const siteOf = ({ source_site_id: id, source_site: name }: PathRow) => ({ id, name });
