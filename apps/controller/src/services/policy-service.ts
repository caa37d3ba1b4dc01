import {
  defaultClass,
  PatronusError,
  toSnakeCase,
  type Policy,
  type PolicyAction,
  type PolicyMatch,
  type PolicyStats,
} from '@patronus/core';
import { changesBetween, systemActor, type Actor, type AuditEntry } from '../audit/index.ts';
import type { Change, Store } from '../database/store.ts';
import { policyRepository, type PolicyRow } from '../repositories/policy-repository.ts';
import type { Standing } from '../repositories/standing.ts';
import { allocate } from './allocator.ts';
import { purgeTime } from './deletion.ts';
import { checkFallbackSite } from './breakout-rules.ts';
import { checkVersion, type ExpectedVersions } from './expected-version.ts';
import { found } from './found.ts';
import { once } from './once.ts';
import {
  maxPriority,
  type ActionInput,
  type MatchInput,
  type PolicyChanges,
  type PolicyInput,
} from './policy-input.ts';
import { resolvePolicy } from './policy-match.ts';
import { reorderPolicies, type PolicyOrder } from './policy-order.ts';
import { sitesNamedBy } from './policy-references.ts';
import { Problems } from './problems.ts';
import type { TrafficService } from './traffic-service.ts';

/** A policy as the API shows it. */
export interface PolicyView {
  readonly id: number;
  readonly class: number;
  readonly priority: number;
  readonly name: string;
  readonly description: string;
  readonly matchConditions: PolicyMatch;
  readonly action: PolicyAction;
  readonly enabled: boolean;
  readonly isDefault: boolean;
  /** 64-bit counters. */
  readonly packetsMatched: bigint;
  readonly bytesMatched: bigint;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Grows with every change of what people set. */
  readonly version: number;
  /** Unix ms; null while it is live. */
  readonly deletedAt: number | null;
  /** Until when it can be restored, unix ms; null while it is live. */
  readonly purgeAt: number | null;
}

const maxNameLength = 100;
const maxDescriptionLength = 1_000;

/** Policies: which traffic is what, and how it shall travel. */
export class PolicyService {
  readonly #store: Store;
  readonly #traffic: Pick<TrafficService, 'policyStats'>;

  constructor(store: Store, traffic: Pick<TrafficService, 'policyStats'>) {
    this.#store = store;
    this.#traffic = traffic;
  }

  /** Makes the default policy where it is missing; called once at start. */
  async ensureDefault(): Promise<void> {
    if ((await policyRepository.list(this.#store.db)).some((row) => row.is_default === 1)) return;
    await this.#store.change(async (change) => {
      const owner = 'default';
      const allocated = await allocate(change, 'class', '', owner);
      if (allocated !== defaultClass) throw new PatronusError('internal', 'the class of the default policy is taken');
      const name = 'default';
      const id = await policyRepository.insert(change.db, {
        class: defaultClass,
        priority: 0,
        name,
        description: 'All traffic that no other policy matches',
        match_conditions: '{}',
        action: JSON.stringify({ type: 'steer' } satisfies PolicyAction),
        is_default: 1,
        created_at: change.at,
        updated_at: change.at,
      });
      await change.audit(systemActor, { action: 'policy_created', target: target(id, name) });
    });
  }

  /** Live policies, or deleted ones that can be restored, in order of evaluation; the default policy is last. */
  async list(standing: Standing = 'live'): Promise<PolicyView[]> {
    return (await policyRepository.list(this.#store.db, standing)).map((row) => this.#view(row));
  }

  async get(id: number): Promise<PolicyView> {
    return this.#view(found(await policyRepository.find(this.#store.db, id), 'policy', id));
  }

  /** `key` makes it one policy however often it is asked for, see {@link once}. */
  async create(by: Actor, input: PolicyInput, key?: string): Promise<PolicyView> {
    const request = { by, key, operation: 'policy_created', input };
    const { id } = await this.#store.change((change) =>
      once(change, request, async () => String(await createPolicy(change, by, input))),
    );
    return this.get(Number(id));
  }

  /** Of the default policy only name, description and action may change. Errors: `version_mismatch`, `invalid_input`. */
  async update(by: Actor, id: number, changes: PolicyChanges, expected?: ExpectedVersions): Promise<PolicyView> {
    await this.#store.change(async (change) => {
      const row = found(await policyRepository.find(change.db, id), 'policy', id);
      checkVersion('policy', row.name, row.version, expected);
      await updatePolicy(change, by, row, changes);
    });
    return this.get(id);
  }

  /** Errors: `invalid_input` for an order that is not of all policies, `version_mismatch`. */
  async reorder(by: Actor, order: PolicyOrder): Promise<PolicyView[]> {
    await this.#store.change((change) => reorderPolicies(change, by, order));
    return this.list();
  }

  #view(row: PolicyRow): PolicyView {
    return policyView(row, this.#traffic.policyStats(row.policy_id));
  }
}

/** Makes a policy within a change, and answers its id. Errors: `invalid_input`, `exhausted`. */
export async function createPolicy(change: Change, by: Actor, input: PolicyInput): Promise<number> {
  const problems = new Problems();
  const fields = await checkedFields(change, completed(input), null, problems);
  problems.throwIfAny();
  const owner = `policy ${input.name}`;
  const policyId = await policyRepository.insert(change.db, {
    ...fields,
    class: await allocate(change, 'class', '', owner),
    created_at: change.at,
    updated_at: change.at,
  });
  await announce(change, by, 'created', target(policyId, fields.name), shownPolicy(fields));
  return policyId;
}

/** Changes a policy within a change. Errors: `invalid_input`. */
export async function updatePolicy(change: Change, by: Actor, row: PolicyRow, changes: PolicyChanges): Promise<void> {
  const problems = new Problems();
  if (row.is_default === 1) checkDefault(row, changes, problems);
  const fields = await checkedFields(change, { ...inputOf(row), ...changes }, row, problems);
  problems.throwIfAny();
  const changed = changesBetween(shownPolicy(row), shownPolicy(fields));
  if (Object.keys(changed).length === 0) return;
  await policyRepository.update(change.db, row.policy_id, { ...fields, updated_at: change.at });
  await announce(change, by, 'updated', target(row.policy_id, fields.name), changed);
}

/** A policy with what is meant where nothing is said. */
export const completed = (input: PolicyInput): Required<PolicyInput> => ({
  description: '',
  match_conditions: {},
  action: { type: 'steer' },
  enabled: true,
  ...input,
});

const inputOf = (row: PolicyRow): Required<PolicyInput> => ({
  name: row.name,
  priority: row.priority,
  description: row.description,
  match_conditions: toSnakeCase(JSON.parse(row.match_conditions)) as MatchInput,
  action: toSnakeCase(JSON.parse(row.action)) as ActionInput,
  enabled: row.enabled === 1,
});

async function checkedFields(
  change: Change,
  input: Required<PolicyInput>,
  before: PolicyRow | null,
  problems: Problems,
) {
  const name = input.name.trim();
  if (name === '' || name.length > maxNameLength || /[\p{Cc}"\\]/u.test(name)) {
    problems.add('name', 'is not a policy name', `use 1 to ${maxNameLength} characters, no quotes or back-slashes`);
  }
  const namesake = await policyRepository.findByName(change.db, name);
  if (namesake !== undefined && namesake.policy_id !== before?.policy_id) {
    problems.add('name', `there is a policy "${namesake.name}" already`, 'choose another name');
  }
  if (input.description.length > maxDescriptionLength) {
    problems.add('description', 'is too long', `use up to ${maxDescriptionLength} characters`);
  }
  if (before?.is_default !== 1 && (input.priority < 1 || input.priority > maxPriority)) {
    problems.add('priority', `${input.priority} is out of range`, `use 1 to ${maxPriority}; 0 is the default policy's`);
  }
  const parts = { match: input.match_conditions, action: input.action };
  const namedBefore =
    before === null
      ? new Set<string>()
      : sitesNamedBy(JSON.parse(before.match_conditions) as PolicyMatch, JSON.parse(before.action) as PolicyAction);
  const { match, action } = await resolvePolicy(change.db, parts, problems, namedBefore);
  await checkFallbackSite(change.db, action, before?.policy_id, problems);
  return {
    name,
    priority: input.priority,
    description: input.description,
    match_conditions: JSON.stringify(match),
    action: JSON.stringify(action),
    enabled: input.enabled ? (1 as const) : (0 as const),
  };
}

function checkDefault(row: PolicyRow, changes: PolicyChanges, problems: Problems): void {
  const remedy = 'leave it out; make a policy of higher priority instead';
  if (changes.priority !== undefined && changes.priority !== row.priority) {
    problems.add('priority', 'the default policy is always looked at last', remedy);
  }
  if (changes.enabled === false) problems.add('enabled', 'the default policy cannot be switched off', remedy);
  if (Object.keys(changes.match_conditions ?? {}).length > 0) {
    problems.add('match_conditions', 'the default policy matches everything', remedy);
  }
}

type PolicyTarget = { readonly type: 'policy'; readonly id: string; readonly name: string };

const target = (id: number, name: string): PolicyTarget => ({ type: 'policy', id: String(id), name });

type ShownFields = Pick<PolicyRow, 'name' | 'priority' | 'description' | 'match_conditions' | 'action' | 'enabled'>;

/** The fields that people set, in the API's words. */
export const shownPolicy = ({ name, priority, description, match_conditions, action, enabled }: ShownFields) => ({
  name,
  priority,
  description,
  match_conditions: toSnakeCase<unknown>(JSON.parse(match_conditions)),
  action: toSnakeCase<unknown>(JSON.parse(action)),
  enabled: enabled === 1,
});

const verbs = { created: 'created', updated: 'changed' } as const;

async function announce(
  change: Change,
  by: Actor,
  done: keyof typeof verbs,
  policy: PolicyTarget,
  details: NonNullable<AuditEntry['details']>,
): Promise<void> {
  await change.audit(by, { action: `policy_${done}`, target: policy, details });
  const message = `Policy ${policy.name} was ${verbs[done]}`;
  await change.event({
    eventType: `object_${done}`,
    message,
    metadata: { object: 'policy', id: Number(policy.id) },
  });
  change.touchIntent();
}

const policyView = (row: PolicyRow, stats: PolicyStats | undefined): PolicyView => ({
  id: row.policy_id,
  class: row.class,
  priority: row.priority,
  name: row.name,
  description: row.description,
  matchConditions: JSON.parse(row.match_conditions) as PolicyMatch,
  action: JSON.parse(row.action) as PolicyAction,
  enabled: row.enabled === 1,
  isDefault: row.is_default === 1,
  packetsMatched: stats?.packets_matched ?? 0n,
  bytesMatched: stats?.bytes_matched ?? 0n,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  version: row.version,
  deletedAt: row.deleted_at,
  purgeAt: purgeTime(row.deleted_at),
});

/** A policy as edges get it. */
export const documentPolicy = (row: PolicyRow): Policy => ({
  id: row.policy_id,
  class: row.class,
  priority: row.priority,
  name: row.name,
  match: JSON.parse(row.match_conditions) as PolicyMatch,
  action: JSON.parse(row.action) as PolicyAction,
});
