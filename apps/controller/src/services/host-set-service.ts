import { randomUUID } from 'node:crypto';
import { PatronusError } from '@patronus/core';
import { changesBetween, type Actor, type AuditEntry } from '../audit/index.ts';
import type { Change, Store } from '../database/store.ts';
import { hostSetRepository, type HostSetRow } from '../repositories/host-set-repository.ts';
import { policyRepository } from '../repositories/policy-repository.ts';
import { checkVersion, type ExpectedVersions } from './expected-version.ts';
import { found } from './found.ts';
import {
  checkDescription,
  checkHostSetName,
  checkMembers,
  type HostSetChanges,
  type HostSetInput,
} from './host-set-input.ts';
import { once } from './once.ts';
import { Problems } from './problems.ts';

/** A host set as the API shows it. */
export interface HostSetView {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Prefixes; a host is one of full length. */
  readonly members: readonly string[];
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Grows with every change. */
  readonly version: number;
}

/** Named lists of prefixes and hosts that policies match. */
export class HostSetService {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async list(): Promise<HostSetView[]> {
    return (await hostSetRepository.list(this.#store.db)).map(hostSetView);
  }

  async get(idOrName: string): Promise<HostSetView> {
    return hostSetView(found(await hostSetRepository.find(this.#store.db, idOrName), 'host set', idOrName));
  }

  /** `key` makes it one set however often it is asked for, see {@link once}. Errors: `invalid_input`. */
  async create(by: Actor, input: HostSetInput, key?: string): Promise<HostSetView> {
    const request = { by, key, operation: 'host_set_created', input };
    const { id } = await this.#store.change((change) => once(change, request, () => createHostSet(change, by, input)));
    return this.get(id);
  }

  /** Errors: `version_mismatch`, `invalid_input`. */
  async update(
    by: Actor,
    idOrName: string,
    changes: HostSetChanges,
    expected?: ExpectedVersions,
  ): Promise<HostSetView> {
    const id = await this.#store.change(async (change) => {
      const row = found(await hostSetRepository.find(change.db, idOrName), 'host set', idOrName);
      checkVersion('host set', row.name, row.version, expected);
      await updateHostSet(change, by, row, changes);
      return row.host_set_id;
    });
    return this.get(id);
  }

  /** Errors: `not_found`, `version_mismatch`, `conflict` while policies name it. */
  async delete(by: Actor, idOrName: string, expected?: ExpectedVersions): Promise<void> {
    await this.#store.change(async (change) => {
      const row = found(await hostSetRepository.find(change.db, idOrName), 'host set', idOrName);
      checkVersion('host set', row.name, row.version, expected);
      await deleteHostSet(change, by, row);
    });
  }
}

/** Makes a host set within a change, and answers its id. Errors: `invalid_input`. */
export async function createHostSet(change: Change, by: Actor, input: HostSetInput): Promise<string> {
  const fields = await checkedFields(change, { description: '', ...input }, null);
  const id = randomUUID();
  const times = { created_at: change.at, updated_at: change.at };
  await hostSetRepository.insert(change.db, { host_set_id: id, ...fields, ...times });
  await announce(change, by, 'created', { id, name: fields.name }, shown(fields));
  return id;
}

/** Changes a host set within a change. Errors: `invalid_input`. */
export async function updateHostSet(
  change: Change,
  by: Actor,
  row: HostSetRow,
  changes: HostSetChanges,
): Promise<void> {
  const fields = await checkedFields(change, { ...shown(row), ...changes }, row);
  const changed = changesBetween(shown(row), shown(fields));
  if (Object.keys(changed).length === 0) return;
  await hostSetRepository.update(change.db, row.host_set_id, { ...fields, updated_at: change.at });
  await announce(change, by, 'updated', { id: row.host_set_id, name: fields.name }, changed);
}

/** Removes a host set within a change. Errors: `conflict` while policies name it. */
export async function deleteHostSet(change: Change, by: Actor, row: HostSetRow): Promise<void> {
  const { host_set_id: id, name } = row;
  const naming = await policyRepository.listMentioning(change.db, id);
  if (naming.length > 0) {
    const names = naming.map((policy) => `"${policy.name}"`);
    const message = `host set "${name}" is named by ${names.join(', ')}; change those policies first`;
    throw new PatronusError('conflict', message, { facts: { policies: naming.map((policy) => policy.policy_id) } });
  }
  await hostSetRepository.delete(change.db, id);
  await announce(change, by, 'deleted', { id, name }, {});
}

async function checkedFields(
  change: Change,
  input: Required<HostSetInput>,
  before: HostSetRow | null,
): Promise<{ name: string; description: string; members: string }> {
  const problems = new Problems();
  const name = input.name.trim();
  checkHostSetName(name, problems);
  checkDescription(input.description, problems);
  const members = checkMembers(input.members, problems);
  const namesake = await hostSetRepository.find(change.db, name);
  if (namesake !== undefined && namesake.host_set_id !== before?.host_set_id) {
    problems.add('name', `there is a host set "${namesake.name}" already`, 'choose another name');
  }
  problems.throwIfAny();
  return { name, description: input.description, members: JSON.stringify(members) };
}

const shown = (row: { name: string; description: string; members: string }): Required<HostSetInput> => ({
  name: row.name,
  description: row.description,
  members: membersOf(row),
});

const membersOf = (row: { members: string }): string[] => JSON.parse(row.members) as string[];

const verbs = { created: 'created', updated: 'changed', deleted: 'deleted' } as const;

async function announce(
  change: Change,
  by: Actor,
  done: keyof typeof verbs,
  set: { readonly id: string; readonly name: string },
  details: NonNullable<AuditEntry['details']>,
): Promise<void> {
  await change.audit(by, { action: `host_set_${done}`, target: { type: 'host_set', ...set }, details });
  const message = `Host set ${set.name} was ${verbs[done]}`;
  await change.event({ eventType: `object_${done}`, message, metadata: { object: 'host_set', id: set.id } });
  change.touchIntent();
}

const hostSetView = (row: HostSetRow): HostSetView => ({
  id: row.host_set_id,
  name: row.name,
  description: row.description,
  members: membersOf(row),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  version: row.version,
});
