import { Button } from '@mantine/core';
import { graphql, type ResultOf } from '../../shared/api/graphql.ts';
import { useApiMutation, useApiQuery } from '../../shared/api/use-api.ts';
import { plural } from '../../shared/figures/format.ts';
import { Time } from '../../shared/figures/time.tsx';
import { HealthBadge } from '../../shared/health/health.tsx';
import { useConfirm } from '../../shared/parts/confirm.tsx';
import { DataTable, type Column } from '../../shared/parts/data-table.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';
import { showDone, showError } from '../../shared/parts/toasts.ts';

const signingKeysQuery = graphql(`
  query SigningKeys {
    signingKeys {
      id
      created_at
      valid_until
      current
    }
  }
`);

const rotateSigningKey = graphql(`
  mutation RotateSigningKey($immediately: Boolean) {
    rotateSigningKey(immediately: $immediately) {
      id
    }
  }
`);

const rotateSecretKey = graphql(`
  mutation RotateSecretKey {
    rotateSecretKey {
      values
    }
  }
`);

type SigningKey = ResultOf<typeof signingKeysQuery>['signingKeys'][number];

/** The keys that sign access tokens, and the one that seals secrets in the database. */
export function SecretsPanel() {
  const answer = useApiQuery(signingKeysQuery, {});
  const ask = useConfirm();
  const [rotate, rotating] = useApiMutation(rotateSigningKey);
  const [seal, sealing] = useApiMutation(rotateSecretKey);
  const rotateSigning = async () => {
    const outcome = await rotate({});
    if (outcome.ok) showDone('A new key signs now; tokens of the one before stay good until they end.');
    else showError(outcome.error);
  };
  const rotateSealing = async () => {
    const children = <p>Every secret in the database is encrypted anew. Nothing else changes.</p>;
    if (!(await ask({ title: 'Encrypt secrets anew?', children, action: 'Encrypt anew' }))) return;
    const outcome = await seal({});
    if (outcome.ok) showDone(`${plural(outcome.data.rotateSecretKey.values, 'secret')} encrypted anew.`);
    else showError(outcome.error);
  };
  const aside = (
    <>
      <Button size="xs" variant="default" loading={sealing} onClick={() => void rotateSealing()}>
        Encrypt secrets anew
      </Button>
      <Button size="xs" variant="default" loading={rotating} onClick={() => void rotateSigning()}>
        New signing key
      </Button>
    </>
  );
  return (
    <Panel title="Keys of the controller" aside={aside} flush>
      <QueryView answer={answer} height={90}>
        {({ signingKeys }) => (
          <DataTable
            plain
            name="signing-"
            label="Signing keys"
            rows={signingKeys}
            columns={columns}
            rowKey={({ id }) => id}
          />
        )}
      </QueryView>
    </Panel>
  );
}

const columns: readonly Column<SigningKey>[] = [
  { key: 'id', title: 'Key', cell: ({ id }) => <code>{id}</code> },
  {
    key: 'state',
    title: 'State',
    cell: ({ current }) =>
      current ? <HealthBadge health="up" word="signs" /> : <HealthBadge health="unknown" word="checks only" />,
  },
  { key: 'made', title: 'Made', cell: ({ created_at: at }) => <Time at={at} />, wideOnly: true },
  {
    key: 'until',
    title: 'Tokens good until',
    cell: ({ valid_until: at }) => (at === null ? '' : <Time at={at} />),
    wideOnly: true,
  },
];
