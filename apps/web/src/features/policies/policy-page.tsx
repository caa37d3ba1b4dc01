import { Button } from '@mantine/core';
import { IconCopy, IconPencil } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { usePathParameter } from '../../shared/address/use-address.ts';
import { useApiQuery } from '../../shared/api/use-api.ts';
import { formatBitRate, formatBytes, formatCount } from '../../shared/figures/format.ts';
import type { Rates } from '../../shared/figures/rates.ts';
import { Time } from '../../shared/figures/time.tsx';
import { useRates } from '../../shared/figures/use-rates.ts';
import { Facts } from '../../shared/parts/facts.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';
import { useCan } from '../../shared/services.tsx';
import { SlaPanels } from '../sla/sla-panels.tsx';
import { DecisionTable } from './decision-table.tsx';
import { actionParts, capitalized, matchText } from './describe-policy.ts';
import { decisionsQuery, findingsQuery, policyQuery, type Policy } from './policy-documents.ts';
import { PolicyTraffic } from './policy-traffic.tsx';
import { Warnings } from './preview-view.tsx';
import { ResetCounters } from './reset-counters.tsx';
import { useNames } from './use-names.ts';
import { usePolicyActions } from './use-policy-actions.tsx';

const parent = { label: 'Policies', path: '/policies' };

/** One policy: what it means, which paths it uses now and why, and its traffic over time. */
export function PolicyPage() {
  const id = usePathParameter('policy');
  const answer = useApiQuery(policyQuery, { policy: id }, { everyMs: 2000 });
  const policy = answer.data?.policy;
  const counters = new Map(
    policy === undefined ? [] : [[id, { packets: policy.packets_matched, bytes: policy.bytes_matched }]],
  );
  const rates = useRates(counters, answer.data)(id);
  return (
    <Page
      title={policy?.name ?? 'Policy'}
      parent={parent}
      subtitle={policy?.description}
      actions={policy !== undefined && <Actions policy={policy} />}
    >
      <QueryView answer={answer}>
        {({ policy: found, policyStats }) => <Details policy={found} stats={policyStats} rates={rates} />}
      </QueryView>
    </Page>
  );
}

function Actions({ policy }: { policy: Policy }) {
  const can = useCan();
  const navigate = useNavigate();
  const { setEnabled, duplicate, remove } = usePolicyActions();
  const { id, enabled, is_default: isDefault } = policy;
  if (!can('Mutation.updatePolicy')) return null;
  const onDelete = async () => {
    if (await remove(policy)) void navigate({ to: parent.path });
  };
  return (
    <>
      {!isDefault && (
        <>
          <Button variant="default" c="var(--down)" onClick={() => void onDelete()}>
            Delete
          </Button>
          <Button variant="default" onClick={() => void setEnabled(policy, !enabled)}>
            {enabled ? 'Disable' : 'Enable'}
          </Button>
        </>
      )}
      <Button variant="default" leftSection={<IconCopy size={16} />} onClick={() => duplicate(policy)}>
        Duplicate
      </Button>
      <Button leftSection={<IconPencil size={16} />} onClick={() => void navigate({ to: `/policies/${id}/edit` })}>
        Edit
      </Button>
    </>
  );
}

interface DetailsProps {
  readonly policy: Policy;
  readonly stats: {
    readonly active_flows: number | null;
    readonly first_seen: number | null;
    readonly last_updated: number | null;
  };
  readonly rates: Rates;
}

function Details({ policy, stats, rates }: DetailsProps) {
  const decisions = useApiQuery(decisionsQuery, { policy: policy.name }, { everyMs: 5000 });
  const findings = useApiQuery(findingsQuery, {});
  const { nameOf } = useNames();
  const own = (findings.data?.policyFindings ?? []).filter(
    ({ policy_id: id, others }) => id === policy.id || others.some((other) => other.id === policy.id),
  );
  return (
    <>
      {own.length > 0 && (
        <Panel title="Worth a look">
          <Warnings findings={own} linked />
        </Panel>
      )}
      <Panel title="What it does" aside={<ResetCounters policy={policy} />}>
        <Facts
          of={{
            Matches: capitalized(matchText(policy.match_conditions, nameOf)),
            Traffic: actionParts(policy.action, nameOf).join('; '),
            State: policy.enabled ? 'in force' : 'not in force',
            Priority: policy.is_default ? 'last: takes the rest' : formatCount(policy.priority),
            'Rate now': formatBitRate(rates.bitsPerSecond),
            Flows: stats.active_flows === null ? null : formatCount(stats.active_flows),
            Packets: formatCount(policy.packets_matched),
            Octets: formatBytes(policy.bytes_matched),
            'First seen': stats.first_seen === null ? null : <Time at={stats.first_seen} />,
            'Last seen': stats.last_updated === null ? null : <Time at={stats.last_updated} />,
          }}
        />
      </Panel>
      <PolicyTraffic policy={policy.id} />
      {policy.action.type === 'steer' && (
        <Panel title="Paths that it uses now" flush>
          <QueryView answer={decisions}>
            {({ decisionsPage: { items } }) => <DecisionTable decisions={items} enabled={policy.enabled} />}
          </QueryView>
        </Panel>
      )}
      {policy.action.sla !== null && <SlaPanels policy={Number(policy.id)} />}
    </>
  );
}
