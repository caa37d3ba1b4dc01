import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconDots, IconPlus, IconRoute } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useApiQuery } from '../../shared/api/use-api.ts';
import { useRates } from '../../shared/figures/use-rates.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';
import { useCan } from '../../shared/services.tsx';
import { OrderBar } from './order-bar.tsx';
import { decisionsQuery, findingsQuery, policiesQuery } from './policy-documents.ts';
import { PolicyList } from './policy-list.tsx';
import { inOrder, sameOrder } from './policy-order.ts';
import { usedPathsByPolicy } from './used-paths.ts';
import { Warnings } from './preview-view.tsx';

/** Counters are told every second by edges. */
const countersMs = 2000;

/** Policies in the order in which they are looked at, with what they match and which paths they use now. */
export function PolicyListPage() {
  const answer = useApiQuery(policiesQuery, {}, { everyMs: countersMs });
  const decisions = useApiQuery(decisionsQuery, {}, { everyMs: 5000 });
  const findings = useApiQuery(findingsQuery, {});
  const can = useCan();
  const [draft, setDraft] = useState<readonly string[] | null>(null);
  const counters = new Map(
    (answer.data?.policies ?? []).map((policy) => [
      policy.id,
      { packets: policy.packets_matched, bytes: policy.bytes_matched },
    ]),
  );
  const rates = useRates(counters, answer.data);
  const used = useMemo(() => usedPathsByPolicy(decisions.data?.decisionsPage.items ?? []), [decisions.data]);
  const warnings = findings.data?.policyFindings ?? [];
  return (
    <Page
      title="Policies"
      subtitle="In the order in which they are looked at: the first that matches decides"
      actions={<ListActions />}
    >
      {warnings.length > 0 && (
        <Panel title={`Worth a look (${warnings.length})`}>
          <Warnings findings={warnings} linked />
        </Panel>
      )}
      <QueryView answer={answer}>
        {({ policies }) => {
          const movable = policies.filter(({ is_default: isDefault }) => !isDefault);
          const ordered = inOrder(movable, draft);
          return (
            <>
              {!sameOrder(movable, ordered) && (
                <OrderBar before={movable} after={ordered} onDone={() => setDraft(null)} />
              )}
              <Panel flush>
                <PolicyList
                  policies={[...ordered, ...policies.filter(({ is_default: isDefault }) => isDefault)]}
                  rates={rates}
                  used={used}
                  warned={new Set(warnings.map(({ policy_id: id }) => id))}
                  onReorder={can('Mutation.reorderPolicies') ? setDraft : null}
                />
                {movable.length === 0 && (
                  <EmptyState title="Only the default policy yet">
                    It takes all traffic over the best path. A policy says which traffic is meant, and how it shall
                    travel: calls over MPLS within 150 ms, say.
                  </EmptyState>
                )}
              </Panel>
            </>
          );
        }}
      </QueryView>
    </Page>
  );
}

function ListActions() {
  const can = useCan();
  const navigate = useNavigate();
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconRoute size={16} />}
        onClick={() => void navigate({ to: '/policies/explain' })}
      >
        Explain a flow
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label="What policies name">
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => void navigate({ to: '/policies/host-sets' })}>Host sets</Menu.Item>
          <Menu.Item onClick={() => void navigate({ to: '/policies/classes' })}>Classes of service</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {can('Mutation.createPolicy') && (
        <Button leftSection={<IconPlus size={16} />} onClick={() => void navigate({ to: '/policies/new' })}>
          Add a policy
        </Button>
      )}
    </>
  );
}
