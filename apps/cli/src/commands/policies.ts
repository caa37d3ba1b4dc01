import type { Command } from 'commander';
import type { ApiClient } from '../api/api-client.ts';
import type { Policy, PolicyPreview } from '../api/resources.ts';
import { formatBytes, formatCount, formatTime } from '../format.ts';
import { renderFacts, renderTable, type Column } from '../table.ts';
import type { Paint, Terminal } from '../terminal.ts';
import { answer, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';
import { requestBody, type Body } from './body-file.ts';
import { findPolicy } from '../api/find-policy.ts';
import { addPolicyDeletion } from './policy-deletion.ts';
import { addPolicyOperations, previewText } from './policy-operations.ts';
import { warningLines } from './policy-warnings.ts';
import { policyFields, withPolicyFields, type PolicyFlags } from './policy-input.ts';

interface ListOptions extends ApiOptions {
  readonly deleted?: boolean;
}

interface PolicyOptions extends ApiOptions, PolicyFlags {
  readonly file?: string;
  readonly name?: string;
  readonly dryRun?: boolean;
}

export function addPolicies(program: Command, terminal: Terminal): void {
  const policies = program
    .command('policies')
    .alias('policy')
    .description('which traffic takes which paths; named by name or id');
  withExamples(policies, [
    'policies',
    'policies show voice',
    'policies create backup --priority 50 --protocol tcp --dest-port 873 --prefer broadband --never lte',
    'policies update voice --max-loss 2%',
  ]);

  const list = withApiOptions(
    policies.command('list', { isDefault: true }).description('all policies, first match first'),
  );
  list.option('--deleted', 'those that were deleted and can be restored');
  withExamples(list, ['policies', 'policies --json', 'policies list --deleted']).action((options: ListOptions) =>
    answer(
      terminal,
      options,
      (api) => api.list<Policy>('/policies', { deleted: options.deleted }),
      (rows, paint) => {
        if (options.deleted !== true) return renderTable(columns(paint), inOrder(rows));
        return rows.length === 0 ? 'no deleted policies' : renderTable(deletedColumns, inOrder(rows));
      },
    ),
  );

  const show = withApiOptions(policies.command('show <policy>').description('one policy'));
  withExamples(show, ['policies show voice', 'policies show 2 --json']).action(
    (reference: string, options: ApiOptions) =>
      answer(terminal, options, (api) => findPolicy(api, reference), describe),
  );

  const create = withPolicyFields(withApiOptions(policies.command('create [name]').description('add a policy')));
  withExamples(create, [
    'policies create video --priority 80 --protocol udp --dest-port 3478-3481 --max-delay 100ms --prefer mpls,broadband',
    'policies create no-telnet --priority 500 --protocol tcp --dest-port 23 --drop',
    'policies create --file voice.yaml',
  ]).action(async (name: string | undefined, options: PolicyOptions) => {
    const base = await requestBody(terminal, options.file, { name });
    const body = { match_conditions: {}, action: { type: 'steer' }, ...base, ...policyFields(options, base) };
    if (options.dryRun === true) return preview(terminal, options, () => ({ create: [body] }));
    await answer(
      terminal,
      options,
      (api) => api.post<Policy>('/policies', body),
      (policy, paint) => [`created ${policy.name} (${policy.id})`, ...warningLines(policy.warnings, paint)].join('\n'),
    );
  });

  addUpdate(policies, terminal);
  addPolicyOperations(policies, terminal);
  addPolicyDeletion(policies, terminal);
}

function addUpdate(policies: Command, terminal: Terminal): void {
  const update = withPolicyFields(
    withApiOptions(policies.command('update <policy>').description('change fields of a policy')),
  ).option('--name <name>', 'new name');
  withExamples(update, ['policies update voice --max-loss 2%', 'policies update bulk --disabled']).action(
    async (reference: string, options: PolicyOptions) => {
      const base = await requestBody(terminal, options.file, { name: options.name });
      if (options.dryRun === true) {
        return preview(terminal, options, async (api) => {
          const policy = await findPolicy(api, reference);
          return { update: [{ id: policy.id, input: { ...base, ...policyFields(options, { ...policy, ...base }) } }] };
        });
      }
      await answer(
        terminal,
        options,
        async (api) => {
          const policy = await findPolicy(api, reference);
          const body = { ...base, ...policyFields(options, { ...policy, ...base }) };
          return await api.patch<Policy>(`/policies/${policy.id}`, body, policy.version);
        },
        (policy, paint) => [`updated ${policy.name}`, ...warningLines(policy.warnings, paint)].join('\n'),
      );
    },
  );
}

/** Tells what a change would do, and does not make it. */
const preview = (
  terminal: Terminal,
  options: ApiOptions,
  changes: (api: ApiClient) => Promise<Body> | Body,
): Promise<void> =>
  answer(
    terminal,
    options,
    async (api) => api.post<PolicyPreview>('/policies/preview', await changes(api)),
    previewText,
  );

const inOrder = (policies: readonly Policy[]): Policy[] =>
  policies.toSorted((a, b) => Number(a.is_default) - Number(b.is_default) || b.priority - a.priority || a.id - b.id);

const columns = (paint: Paint): Column<Policy>[] => [
  { title: 'ID', align: 'right', cell: (policy) => String(policy.id) },
  { title: 'PRIORITY', align: 'right', cell: (policy) => String(policy.priority) },
  { title: 'NAME', cell: (policy) => policy.name },
  { title: 'STATE', cell: (policy) => (policy.enabled ? 'enabled' : paint('dim', 'disabled')) },
  { title: 'PACKETS', align: 'right', cell: (policy) => formatCount(policy.packets_matched) },
  { title: 'BYTES', align: 'right', cell: (policy) => formatBytes(policy.bytes_matched) },
  { title: 'DESCRIPTION', cell: (policy) => policy.description },
];

const deletedColumns: Column<Policy>[] = [
  { title: 'ID', align: 'right', cell: (policy) => String(policy.id) },
  { title: 'NAME', cell: (policy) => policy.name },
  { title: 'DELETED', cell: (policy) => formatTime(policy.deleted_at) },
  { title: 'RESTORABLE UNTIL', cell: (policy) => formatTime(policy.purge_at) },
  { title: 'DESCRIPTION', cell: (policy) => policy.description },
];

const describe = (policy: Policy): string =>
  renderFacts([
    ['name', policy.name],
    ['id', String(policy.id)],
    ['priority', String(policy.priority)],
    ['description', policy.description],
    ['state', policy.enabled ? 'enabled' : 'disabled'],
    ['match', JSON.stringify(policy.match_conditions)],
    ['action', JSON.stringify(policy.action)],
    ['matched', `${formatCount(policy.packets_matched)} packets, ${formatBytes(policy.bytes_matched)}`],
  ]);
