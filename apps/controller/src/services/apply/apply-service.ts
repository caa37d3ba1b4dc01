import { canonicalJson, type Policy } from '@patronus/core';
import type { PolicyFinding, PolicyWorld } from '@patronus/policy';
import type { Actor } from '../../audit/index.ts';
import type { Db } from '../../database/schema.ts';
import type { Change, Store } from '../../database/store.ts';
import { applicationRepository } from '../../repositories/application-repository.ts';
import { hostSetRepository } from '../../repositories/host-set-repository.ts';
import { userRepository } from '../../repositories/user-repository.ts';
import { deleteApplication } from '../application-service.ts';
import { deleteHostSet } from '../host-set-service.ts';
import { findingsAbout } from '../policy-advice.ts';
import { policiesNaming } from '../policies-of-site.ts';
import { deletePolicy } from '../policy-deletion-service.ts';
import { syncPaths } from '../path-rows.ts';
import { Problems } from '../problems.ts';
import { readPolicyWorld } from '../read-intent.ts';
import { readTransportLinks } from '../read-transport-links.ts';
import type { SiteDeletionService } from '../site-deletion-service.ts';
import { deduplicated, setTransportLinks } from '../transport-link-service.ts';
import type { UserDeletionService } from '../user-deletion-service.ts';
import type { UserService } from '../user-service.ts';
import { applyApplications } from './apply-applications.ts';
import { applyHostSets } from './apply-host-sets.ts';
import { applyPolicies } from './apply-policies.ts';
import { applyQosClasses, checkQosClasses, pruneQosClasses } from './apply-qos-classes.ts';
import { applySites } from './apply-sites.ts';
import { administratorsIn, applyUsers, checkAdministratorStays } from './apply-users.ts';
import {
  linksName,
  readDocuments,
  type ApplyInput,
  type ApplicationManifest,
  type HostSetManifest,
  type Manifest,
  type ManifestKind,
  type Placed,
  type PolicyManifest,
  type QosClassManifest,
  type SiteManifest,
  type TransportLinksManifest,
  type UserManifest,
} from './manifest.ts';
import { readNetwork, readUsers, settled, type NetworkDocuments } from './read-network.ts';

/** What became of one object. */
export interface AppliedObject {
  readonly kind: ManifestKind;
  readonly name: string;
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'deleted';
  /** The document as it was; null where there was none, and where nothing changed. */
  readonly before: Manifest | null;
  readonly after: Manifest | null;
}

export interface Application {
  readonly dryRun: boolean;
  /** In the order of the documents, then what was pruned. */
  readonly objects: readonly AppliedObject[];
  /** What there is to say of the policies that were made or changed. */
  readonly warnings: readonly PolicyFinding[];
}

/** What was applied, and the policies as they are then. */
interface Applied extends Omit<Application, 'warnings'> {
  readonly policies: readonly Policy[];
  readonly world: PolicyWorld;
}

/** Policies are judged after the change, which others wait for. */
function withWarnings({ dryRun, objects, ...then }: Applied): Application {
  const written = objects.filter(({ kind, outcome, after }) => kind === 'Policy' && outcome !== 'unchanged' && after);
  const names = new Set(written.map(({ name }) => name));
  const ids = then.policies.filter(({ name }) => names.has(name)).map(({ id }) => id);
  return { dryRun, objects, warnings: findingsAbout(then, ids) };
}

/** Carries what a dry run found out of the transaction that it takes back. */
class DryRun extends Error {
  readonly found: Applied;

  constructor(found: Applied) {
    super('dry run');
    this.found = found;
  }
}

/** What changes and deletes objects of some kinds. */
export interface ApplyParts {
  readonly siteDeletion: Pick<SiteDeletionService, 'deleteIn'>;
  readonly users: Pick<UserService, 'updateIn'>;
  readonly userDeletion: Pick<UserDeletionService, 'deleteIn'>;
}

const readAll = async (db: Db, users: boolean): Promise<NetworkDocuments> =>
  new Map([...(await readNetwork(db)), ...(users ? await readUsers(db) : [])]);

/** Makes network and users what documents say, and tells them as documents. */
export class ApplyService {
  readonly #store: Store;
  readonly #parts: ApplyParts;

  constructor(store: Store, parts: ApplyParts) {
    this.#store = store;
    this.#parts = parts;
  }

  /** Everything that can be applied, as it is now, and users where they may be told; applying it changes nothing. */
  async export({ users }: { readonly users: boolean }): Promise<Manifest[]> {
    return [...(await readAll(this.#store.db, users)).values()];
  }

  /**
   * Makes everything what its document says, in one change; what a document leaves out takes its default. A dry run does the
   * same and takes it back. With `prune` goes what is of a kind that occurs and in no document, so that it can be restored.
   *
   * Errors: `invalid_input` with everything wrong in any document; `exhausted`. Then nothing has changed.
   */
  async apply(by: Actor, input: ApplyInput): Promise<Application> {
    const problems = new Problems();
    const documents = readDocuments(input.documents, problems);
    problems.throwIfAny();
    try {
      const applied = await this.#store.change(async (change) => {
        const tellsUsers = documents.some(({ manifest }) => manifest.kind === 'User');
        const before = await readAll(change.db, tellsUsers);
        await this.#applyAll(change, by, documents, { before, prune: input.prune === true });
        const after = await readAll(change.db, tellsUsers);
        const objects = compare(documents, before, after);
        const found = { dryRun: input.dry_run === true, objects, ...(await readPolicyWorld(change.db)) };
        if (found.dryRun) throw new DryRun(found);
        return found;
      });
      return withWarnings(applied);
    } catch (thrown) {
      if (thrown instanceof DryRun) return withWarnings(thrown.found);
      throw thrown;
    }
  }

  async #applyAll(
    change: Change,
    by: Actor,
    documents: readonly Placed<Manifest>[],
    { before, prune }: { before: NetworkDocuments; prune: boolean },
  ): Promise<void> {
    const problems = new Problems();
    const pruned = prune ? await this.#prune(change, by, documents, before) : { sites: [], lists: [], users: [] };
    const known = new Set([...before.values()].map((each) => `${each.kind} ${settled(each)}`));
    const changed = documents.filter(({ manifest }) => !known.has(`${manifest.kind} ${settled(manifest)}`));
    const failed = await applySites(change, by, ofKind<SiteManifest>(changed, 'Site'), problems);
    await applyQosClasses(change, by, ofKind<QosClassManifest>(changed, 'QosClass'), problems);
    if (failed.length === 0) {
      await syncPaths(change);
      await applyLinks(change, by, ofKind<TransportLinksManifest>(changed, 'TransportLinks'), problems);
      await applyApplications(change, by, ofKind<ApplicationManifest>(changed, 'Application'), problems);
      await applyHostSets(change, by, ofKind<HostSetManifest>(changed, 'HostSet'), problems);
      await applyPolicies(change, by, ofKind<PolicyManifest>(changed, 'Policy'), problems);
      for (const site of pruned.sites) await checkUnnamed(change, site, problems);
      if (problems.error() === null) await this.#pruneLists(change, by, pruned.lists);
      if (prune) await pruneQosClasses(change, by, documents, problems);
    }
    await checkQosClasses(change, problems);
    const userDocuments = ofKind<UserManifest>(changed, 'User');
    if (userDocuments.length + pruned.users.length > 0) {
      await this.#applyUsers(change, by, { documents: userDocuments, problems }, pruned.users);
    }
    problems.throwIfAny();
  }

  async #applyUsers(
    change: Change,
    by: Actor,
    told: { readonly documents: readonly Placed<UserManifest>[]; readonly problems: Problems },
    pruned: readonly string[],
  ): Promise<void> {
    const { users, userDeletion } = this.#parts;
    const before = await administratorsIn(change);
    const added = await applyUsers(change, by, users, told);
    for (const id of pruned) {
      const row = await userRepository.find(change.db, id);
      if (row !== undefined) await userDeletion.deleteIn(change, by, row);
    }
    if (before.length > 0) await checkAdministratorStays(change, added, told.problems);
  }

  /** Policies that name one may be changed by a document, so these go last. Errors: `conflict` while a policy names one. */
  async #pruneLists(change: Change, by: Actor, ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const row = await hostSetRepository.find(change.db, id);
      if (row !== undefined) await deleteHostSet(change, by, row);
      const application = await applicationRepository.find(change.db, id);
      if (application !== undefined) await deleteApplication(change, by, application);
    }
  }

  /** Deletes sites and policies that no document has; answers these sites, and what else is to go. */
  async #prune(
    change: Change,
    by: Actor,
    documents: readonly Placed<Manifest>[],
    before: NetworkDocuments,
  ): Promise<{ sites: { id: string; name: string }[]; lists: string[]; users: string[] }> {
    const kinds = new Set(documents.map(({ manifest }) => manifest.kind));
    const wanted = new Set(documents.map(({ manifest }) => nameKey(manifest)));
    const left = [...before].filter(
      ([, manifest]) => kinds.has(manifest.kind) && !wanted.has(nameKey(manifest)) && !isFixed(manifest),
    );
    const idOf = (key: string, kind: ManifestKind): string => key.slice(kind.length + 1);
    for (const [key, { kind }] of left) {
      if (kind === 'Policy') await deletePolicy(change, by, Number(idOf(key, kind)), {});
    }
    const sites = left.filter(([, { kind }]) => kind === 'Site');
    // Policies that name it may be changed by a document that comes later; whether they were is looked at in the end.
    for (const [key] of sites) await this.#parts.siteDeletion.deleteIn(change, by, idOf(key, 'Site'), { force: true });
    const lists = left
      .filter(([, { kind }]) => kind === 'HostSet' || kind === 'Application')
      .map(([key, { kind }]) => idOf(key, kind));
    const users = left.filter(([, { kind }]) => kind === 'User').map(([key]) => idOf(key, 'User'));
    return {
      sites: sites.map(([key, { metadata }]) => ({ id: idOf(key, 'Site'), name: metadata.name })),
      lists,
      users,
    };
  }
}

const ofKind = <M extends Manifest>(documents: readonly Placed<Manifest>[], kind: M['kind']): Placed<M>[] =>
  documents.filter((each): each is Placed<M> => each.manifest.kind === kind);

/** What goes by another sign than its name, and is never deleted. */
const isFixed = (manifest: Manifest): boolean => manifest.kind === 'TransportLinks' || isDefault(manifest);

const isDefault = ({ kind, spec }: Manifest): boolean => kind === 'Policy' && 'default' in spec && spec.default;

const nameKey = (manifest: Manifest): string =>
  isDefault(manifest)
    ? `${manifest.kind} default`
    : `${manifest.kind} named ${manifest.metadata.name.trim().toLowerCase()}`;

async function applyLinks(
  change: Change,
  by: Actor,
  documents: readonly Placed<TransportLinksManifest>[],
  problems: Problems,
): Promise<void> {
  for (const { manifest, at } of documents) {
    if (manifest.metadata.name.trim() !== linksName) {
      const problem = `there is one set of transport links, and it is called ${linksName}`;
      problems.add(`${at}metadata.name`, problem, `call it ${linksName}`);
      continue;
    }
    const { links = null } = manifest.spec;
    if (links?.some(({ a, b }) => a.trim() === '' || b.trim() === '')) {
      problems.add(`${at}spec.links`, 'has an empty label', 'name both labels, such as mpls and mpls');
    } else if (canonicalJson(links && deduplicated(links)) !== canonicalJson(await readTransportLinks(change.db))) {
      await setTransportLinks(change, by, links);
    }
  }
}

async function checkUnnamed(change: Change, site: { id: string; name: string }, problems: Problems): Promise<void> {
  for (const { name } of await policiesNaming(change.db, site.id)) {
    const problem = `site "${site.name}" is in no document and would be deleted, but policy "${name}" names it`;
    problems.add('prune', problem, 'change or leave out that policy too, or keep the site');
  }
}

/** What became of each document, and of what went; objects go by their ids, as their names may have changed in case. */
function compare(
  documents: readonly Placed<Manifest>[],
  before: NetworkDocuments,
  after: NetworkDocuments,
): AppliedObject[] {
  const keys = new Map([...after].map(([key, manifest]) => [nameKey(manifest), key]));
  const told = documents.map(({ manifest }): AppliedObject => {
    const key = keys.get(nameKey(manifest)) ?? '';
    const [was, is] = [before.get(key) ?? null, after.get(key) ?? null];
    const { kind, metadata } = is ?? manifest;
    if (was === null) return { kind, name: metadata.name, outcome: 'created', before: null, after: is };
    if (canonicalJson(was) !== canonicalJson(is)) {
      return { kind, name: metadata.name, outcome: 'updated', before: was, after: is };
    }
    return { kind, name: metadata.name, outcome: 'unchanged', before: null, after: null };
  });
  const gone = [...before].filter(([key]) => !after.has(key));
  return [
    ...told,
    ...gone.map(([, was]): AppliedObject => {
      return { kind: was.kind, name: was.metadata.name, outcome: 'deleted', before: was, after: null };
    }),
  ];
}
