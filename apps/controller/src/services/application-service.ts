import { randomUUID } from 'node:crypto';
import { catalogue } from '@patronus/applications';
import {
  closestWord,
  conditionsOf,
  PatronusError,
  type Application,
  type ApplicationCategory,
  type ApplicationSignature,
  type PolicyMatch,
} from '@patronus/core';
import { changesBetween, type Actor, type AuditEntry } from '../audit/index.ts';
import type { Change, Store } from '../database/store.ts';
import type { Db } from '../database/schema.ts';
import { applicationRepository, type ApplicationRow } from '../repositories/application-repository.ts';
import { policyRepository } from '../repositories/policy-repository.ts';
import { checkApplication, type ApplicationChanges, type ApplicationInput } from './application-input.ts';
import { checkVersion, type ExpectedVersions } from './expected-version.ts';
import { once } from './once.ts';
import { Problems } from './problems.ts';

/** An application as the API shows it. */
export interface ApplicationView extends Application {
  /** That of the name for those of the catalogue. */
  readonly id: string;
  readonly description: string;
  /** Whether an operator added it; those of the catalogue cannot be changed. */
  readonly custom: boolean;
  /** Null for those of the catalogue. */
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
  /** Grows with every change; 0 for those of the catalogue. */
  readonly version: number;
}

/** The catalogue, and what operators add to it. */
export class ApplicationService {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async list(): Promise<ApplicationView[]> {
    const own = (await applicationRepository.list(this.#store.db)).map(applicationView);
    return [...own, ...catalogue.map(catalogueView)];
  }

  /** By name, or by id. Errors: `not_found`, with the name that was most likely meant. */
  async get(idOrName: string): Promise<ApplicationView> {
    const row = await applicationRepository.find(this.#store.db, idOrName);
    if (row !== undefined) return applicationView(row);
    const known = catalogue.find(({ name }) => name === idOrName.toLowerCase());
    if (known !== undefined) return catalogueView(known);
    throw unknownApplication(
      idOrName,
      (await this.list()).map(({ name }) => name),
    );
  }

  /** `key` makes it one application however often it is asked for, see {@link once}. Errors: `invalid_input`. */
  async create(by: Actor, input: ApplicationInput, key?: string): Promise<ApplicationView> {
    const request = { by, key, operation: 'application_created', input };
    const { id } = await this.#store.change((change) =>
      once(change, request, () => createApplication(change, by, input)),
    );
    return this.get(id);
  }

  /** Errors: `not_found`, `version_mismatch`, `invalid_input`, `conflict` for one of the catalogue. */
  async update(
    by: Actor,
    idOrName: string,
    changes: ApplicationChanges,
    expected?: ExpectedVersions,
  ): Promise<ApplicationView> {
    const id = await this.#store.change(async (change) => {
      const row = await ownApplication(change.db, idOrName);
      checkVersion('application', row.name, row.version, expected);
      await updateApplication(change, by, row, changes);
      return row.application_id;
    });
    return this.get(id);
  }

  /** Errors: `not_found`, `version_mismatch`, `conflict` for one of the catalogue, and while policies name it. */
  async delete(by: Actor, idOrName: string, expected?: ExpectedVersions): Promise<void> {
    await this.#store.change(async (change) => {
      const row = await ownApplication(change.db, idOrName);
      checkVersion('application', row.name, row.version, expected);
      await deleteApplication(change, by, row);
    });
  }
}

async function ownApplication(db: Db, idOrName: string): Promise<ApplicationRow> {
  const row = await applicationRepository.find(db, idOrName);
  if (row !== undefined) return row;
  if (catalogue.some(({ name }) => name === idOrName.toLowerCase())) {
    const message = `"${idOrName}" is in the catalogue and stays as it is; make one of your own with another name`;
    throw new PatronusError('conflict', message);
  }
  throw unknownApplication(
    idOrName,
    (await applicationRepository.list(db)).map(({ name }) => name),
  );
}

function unknownApplication(asked: string, known: readonly string[]): PatronusError {
  const meant = closestWord(asked, known);
  const hint = meant === null ? '' : `; did you mean ${meant}?`;
  return new PatronusError('not_found', `there is no application "${asked}"${hint}`);
}

/** Every application that policies may name: operators' own first. */
export async function knownApplications(db: Db): Promise<Application[]> {
  const rows = await applicationRepository.list(db);
  return [...rows.map((row) => ({ ...fieldsOf(row) })), ...catalogue];
}

/** Those that edges must be told of: what policies name, or whose category they name, and all of the operators' own. */
export async function documentApplications(db: Db, matches: readonly PolicyMatch[]): Promise<Application[]> {
  const conditions = matches.flatMap(conditionsOf);
  const names = new Set(conditions.flatMap(({ applications = [] }) => applications));
  const categories = new Set(conditions.flatMap(({ applicationCategories = [] }) => applicationCategories));
  const own = (await applicationRepository.list(db)).map(fieldsOf);
  return [...own, ...catalogue.filter(({ name, category }) => names.has(name) || categories.has(category))];
}

/** Makes an application within a change, and answers its id. Errors: `invalid_input`. */
export async function createApplication(change: Change, by: Actor, input: ApplicationInput): Promise<string> {
  const fields = await checkedFields(change, completed(input), null);
  const id = randomUUID();
  const times = { created_at: change.at, updated_at: change.at };
  await applicationRepository.insert(change.db, { application_id: id, ...fields, ...times });
  await announce(change, by, 'created', { id, name: fields.name }, shown(fields));
  return id;
}

/** Changes an application within a change. Errors: `invalid_input`. */
export async function updateApplication(
  change: Change,
  by: Actor,
  row: ApplicationRow,
  changes: ApplicationChanges,
): Promise<void> {
  const fields = await checkedFields(change, { ...shown(row), ...changes }, row);
  const changed = changesBetween(shown(row), shown(fields));
  if (Object.keys(changed).length === 0) return;
  await applicationRepository.update(change.db, row.application_id, { ...fields, updated_at: change.at });
  await announce(change, by, 'updated', { id: row.application_id, name: fields.name }, changed);
}

/** Removes an application within a change. Errors: `conflict` while policies name it. */
export async function deleteApplication(change: Change, by: Actor, row: ApplicationRow): Promise<void> {
  const naming = await policiesNaming(change.db, row.name);
  if (naming.length > 0) {
    const message = `application "${row.name}" is named by ${naming.join(', ')}; change those policies first`;
    throw new PatronusError('conflict', message);
  }
  await applicationRepository.delete(change.db, row.application_id);
  await announce(change, by, 'deleted', { id: row.application_id, name: row.name }, {});
}

async function policiesNaming(db: Db, application: string): Promise<string[]> {
  const rows = await policyRepository.listMentioning(db, application);
  return rows
    .filter((row) =>
      conditionsOf(JSON.parse(row.match_conditions) as PolicyMatch).some(
        ({ applications }) => applications?.includes(application) === true,
      ),
    )
    .map(({ name }) => `"${name}"`);
}

/** An application with what is meant where nothing is said. */
export const completed = (input: ApplicationInput): Required<ApplicationInput> => ({
  title: input.name,
  description: '',
  category: 'custom',
  dscp: null,
  ...input,
});

type Fields = Pick<ApplicationRow, 'name' | 'title' | 'description' | 'category' | 'signatures' | 'dscp'>;

async function checkedFields(
  change: Change,
  told: Required<ApplicationInput>,
  before: ApplicationRow | null,
): Promise<Fields> {
  const problems = new Problems();
  const input = { ...told, name: told.name.trim(), title: told.title.trim() };
  const signatures = checkApplication(input, problems);
  const namesake = await applicationRepository.find(change.db, input.name);
  if (namesake !== undefined && namesake.application_id !== before?.application_id) {
    problems.add('name', `there is an application "${namesake.name}" already`, 'choose another name');
  }
  const naming = before === null || before.name === input.name ? [] : await policiesNaming(change.db, before.name);
  if (naming.length > 0) {
    problems.add('name', `it is named by ${naming.join(', ')}`, 'keep its name, and change the title');
  }
  problems.throwIfAny();
  const { name, title, description, category, dscp } = input;
  return { name, title, description, category, dscp, signatures: JSON.stringify(signatures) };
}

/** The fields that people set, in the API's words. */
export const shown = (row: Fields): Required<ApplicationInput> => ({
  name: row.name,
  title: row.title,
  description: row.description,
  category: row.category,
  signatures: JSON.parse(row.signatures) as ApplicationInput['signatures'],
  dscp: row.dscp,
});

const verbs = { created: 'created', updated: 'changed', deleted: 'deleted' } as const;

async function announce(
  change: Change,
  by: Actor,
  done: keyof typeof verbs,
  application: { readonly id: string; readonly name: string },
  details: NonNullable<AuditEntry['details']>,
): Promise<void> {
  const target = { type: 'application', ...application } as const;
  await change.audit(by, { action: `application_${done}`, target, details });
  const message = `Application ${application.name} was ${verbs[done]}`;
  await change.event({ eventType: `object_${done}`, message, metadata: { object: 'application', id: application.id } });
  change.touchIntent();
}

const fieldsOf = (row: ApplicationRow): Application => ({
  name: row.name,
  title: row.title,
  category: row.category as ApplicationCategory,
  signatures: JSON.parse(row.signatures) as ApplicationSignature[],
  dscp: row.dscp,
});

const applicationView = (row: ApplicationRow): ApplicationView => ({
  ...fieldsOf(row),
  id: row.application_id,
  description: row.description,
  custom: true,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  version: row.version,
});

const catalogueView = (application: Application): ApplicationView => ({
  ...application,
  id: application.name,
  description: '',
  custom: false,
  createdAt: null,
  updatedAt: null,
  version: 0,
});
