import { maxQosClasses, PatronusError, type QosClass } from '@patronus/core';
import { changesBetween, type Actor, type AuditEntry } from '../audit/index.ts';
import type { Change, Store } from '../database/store.ts';
import type { Db } from '../database/schema.ts';
import { policyRepository } from '../repositories/policy-repository.ts';
import { qosRepository, type QosClassRow } from '../repositories/qos-repository.ts';
import { checkVersion, type ExpectedVersions } from './expected-version.ts';
import { found } from './found.ts';
import { once } from './once.ts';
import { Problems } from './problems.ts';
import {
  checkQosClass,
  checkQosClassName,
  completeQosClass,
  type QosClassChanges,
  type QosClassFields,
  type QosClassInput,
} from './qos-input.ts';

/** A class of service as the API shows it. */
export interface QosClassView extends QosClass {
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Grows with every change. */
  readonly version: number;
}

/** Classes of service: how packets share a line that is full. */
export class QosService {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** In the order in which they are served. */
  async list(): Promise<QosClassView[]> {
    const classes = (await qosRepository.list(this.#store.db)).map(qosClassView);
    return classes.toSorted((a, b) => a.priority - b.priority || a.number - b.number);
  }

  async get(name: string): Promise<QosClassView> {
    return qosClassView(found(await qosRepository.find(this.#store.db, name), 'class', name));
  }

  /** `key` makes it one class however often it is asked for, see {@link once}. Errors: `invalid_input`, `exhausted`. */
  async create(by: Actor, input: QosClassInput, key?: string): Promise<QosClassView> {
    const { id } = await this.#store.change((change) =>
      once(change, { by, key, operation: 'qos_class_created', input }, async () => {
        const { name, ...fields } = input;
        await createQosClass(change, by, name, fields);
        await checkTogether(change.db);
        return name;
      }),
    );
    return this.get(id);
  }

  /** Errors: `not_found`, `version_mismatch`, `invalid_input`. */
  async update(by: Actor, name: string, changes: QosClassChanges, expected?: ExpectedVersions): Promise<QosClassView> {
    await this.#store.change(async (change) => {
      const row = found(await qosRepository.find(change.db, name), 'class', name);
      checkVersion('class', name, row.version, expected);
      await updateQosClass(change, by, row, changes);
      await checkTogether(change.db);
    });
    return this.get(name);
  }

  /** Errors: `not_found`, `version_mismatch`; `conflict` for the default class and for one that policies name. */
  async delete(by: Actor, name: string, expected?: ExpectedVersions): Promise<void> {
    await this.#store.change(async (change) => {
      const row = found(await qosRepository.find(change.db, name), 'class', name);
      checkVersion('class', name, row.version, expected);
      await deleteQosClass(change, by, row);
    });
  }
}

/** Makes a class within a change. The caller sees to {@link checkTogether}. Errors: `invalid_input`, `exhausted`. */
export async function createQosClass(change: Change, by: Actor, name: string, fields: QosClassFields): Promise<void> {
  const complete = completeQosClass(fields);
  const problems = new Problems();
  checkQosClassName(name, problems);
  const present = await qosRepository.list(change.db);
  if (present.some((row) => row.name === name)) {
    problems.add('name', `there is a class "${name}" already`, 'choose another name');
  }
  checkQosClass(complete, problems);
  problems.throwIfAny();
  const taken = new Set(present.map(({ number }) => number));
  const number = Array.from({ length: maxQosClasses }, (_, index) => index + 1).find((each) => !taken.has(each));
  if (number === undefined) {
    throw new PatronusError('exhausted', `there are ${maxQosClasses} classes already, which is the most; delete one`);
  }
  const times = { created_at: change.at, updated_at: change.at };
  await qosRepository.insert(change.db, { number, name, ...columnsOf(complete), ...times });
  await announce(change, by, 'created', name, { name, ...complete });
}

/** Changes a class within a change. The caller sees to {@link checkTogether}. Errors: `invalid_input`. */
export async function updateQosClass(
  change: Change,
  by: Actor,
  row: QosClassRow,
  changes: QosClassChanges,
): Promise<void> {
  const [before, after] = [qosFieldsOf(row), { ...qosFieldsOf(row), ...changes }];
  const problems = new Problems();
  checkQosClass(after, problems);
  problems.throwIfAny();
  const changed = changesBetween(before, after);
  if (Object.keys(changed).length === 0) return;
  await qosRepository.update(change.db, row.number, { ...columnsOf(after), updated_at: change.at });
  await announce(change, by, 'updated', row.name, changed);
}

/** Removes a class within a change. Errors: `conflict`. */
export async function deleteQosClass(change: Change, by: Actor, row: QosClassRow): Promise<void> {
  const { name } = row;
  if (row.is_default === 1) {
    throw new PatronusError('conflict', `class "${name}" takes what nothing else leads anywhere, and must stay`);
  }
  const naming = (await policyRepository.list(change.db)).filter(
    ({ action }) => (JSON.parse(action) as { qosClass?: string }).qosClass === name,
  );
  if (naming.length > 0) {
    const names = naming.slice(0, 5).map((policy) => `"${policy.name}"`);
    const more = naming.length > names.length ? ` and ${naming.length - names.length} more` : '';
    const remedy = 'give these policies another class first';
    throw new PatronusError('conflict', `policies name class "${name}": ${names.join(', ')}${more}; ${remedy}`);
  }
  await qosRepository.delete(change.db, row.number);
  await announce(change, by, 'deleted', name, {});
}

/** Checks what classes must keep to among each other. Errors: `invalid_input`. */
export async function checkTogether(db: Db): Promise<void> {
  const problems = new Problems();
  const rows = await qosRepository.list(db);
  const sum = rows.reduce((total, row) => total + row.guarantee_percent, 0);
  if (sum > 100 + 1e-9) {
    const each = rows.map((row) => `${row.name} ${row.guarantee_percent}`).join(', ');
    problems.add('guarantee_percent', `the guarantees add up to ${sum}: ${each}`, 'lower some: at most 100 together');
  }
  const owners = new Map<number, string>();
  for (const { name, trusted } of rows.map((row) => ({ name: row.name, trusted: dscpOf(row) }))) {
    for (const dscp of trusted) {
      const owner = owners.get(dscp);
      if (owner !== undefined)
        problems.add('trust_dscp', `${dscp} leads to "${owner}" already`, 'keep it in one class');
      owners.set(dscp, name);
    }
  }
  problems.throwIfAny();
}

/** The fields that people set, in the API's words. */
export const qosFieldsOf = (row: QosClassRow): Required<QosClassFields> => ({
  guarantee_percent: row.guarantee_percent,
  ceiling_percent: row.ceiling_percent,
  priority: row.priority,
  trust_dscp: dscpOf(row),
  set_dscp: row.set_dscp,
});

/** A class as edges get it. */
export const documentQosClass = (row: QosClassRow): QosClass => ({
  number: row.number,
  name: row.name,
  guaranteePercent: row.guarantee_percent,
  ceilingPercent: row.ceiling_percent,
  priority: row.priority,
  trustDscp: dscpOf(row),
  setDscp: row.set_dscp,
  isDefault: row.is_default === 1,
});

const qosClassView = (row: QosClassRow): QosClassView => ({
  ...documentQosClass(row),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  version: row.version,
});

const dscpOf = (row: QosClassRow): number[] => JSON.parse(row.trust_dscp) as number[];

const columnsOf = (fields: Required<QosClassFields>) => ({
  ...fields,
  trust_dscp: JSON.stringify(fields.trust_dscp.toSorted((a, b) => a - b)),
});

async function announce(
  change: Change,
  by: Actor,
  done: 'created' | 'updated' | 'deleted',
  name: string,
  details: NonNullable<AuditEntry['details']>,
): Promise<void> {
  await change.audit(by, { action: `qos_class_${done}`, target: { type: 'qos_class', id: name, name }, details });
  const message = `Class ${name} was ${done === 'updated' ? 'changed' : done}`;
  await change.event({ eventType: `object_${done}`, message, metadata: { object: 'qos_class', id: name } });
  change.touchIntent();
}
