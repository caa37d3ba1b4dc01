import { useNavigate } from '@tanstack/react-router';
import { useClient } from 'urql';
import { errorOfGraphql } from '../../shared/api/api-error.ts';
import type { ResultOf } from '../../shared/api/graphql.ts';
import { useApiMutation } from '../../shared/api/use-api.ts';
import { plural } from '../../shared/figures/format.ts';
import { useConfirm } from '../../shared/parts/confirm.tsx';
import { showDone, showError } from '../../shared/parts/toasts.ts';
import { deleteSite, dependenciesQuery, restoreSite } from './site-documents.ts';
import { sitePath } from './site-path.ts';

interface SiteName {
  readonly id: string;
  readonly name: string;
}

/** Deletes a site once what goes with it was shown and confirmed; the message afterwards can bring it back. */
export function useSiteDeletion(): (site: SiteName) => Promise<void> {
  const client = useClient();
  const ask = useConfirm();
  const navigate = useNavigate();
  const [remove] = useApiMutation(deleteSite);
  const [restore] = useApiMutation(restoreSite);
  return async (site) => {
    const found = await client
      .query(dependenciesQuery, { site: site.id }, { requestPolicy: 'network-only' })
      .toPromise();
    if (found.data === undefined) return showError(errorOfGraphql(found.error!));
    const dependencies = found.data.siteDependencies;
    const wanted = await ask({
      title: `Delete ${site.name}?`,
      action: 'Delete',
      dangerous: true,
      children: <WhatGoes dependencies={dependencies} />,
    });
    if (!wanted) return;
    const outcome = await remove({ site: site.id, force: dependencies.policies.length > 0 });
    if (!outcome.ok) return showError(outcome.error);
    void navigate({ to: '/sites' });
    showDone(`${site.name} was deleted.`, async () => {
      const back = await restore({ site: site.id });
      if (back.ok) void navigate({ to: sitePath(site.name) });
      else showError(back.error);
    });
  };
}

type Dependencies = ResultOf<typeof dependenciesQuery>['siteDependencies'];

const WhatGoes = ({
  dependencies: { endpoints, paths, edges, enrolment_keys: keys, policies },
}: {
  dependencies: Dependencies;
}) => (
  <>
    <p>Its edge leaves the network at once. With it go:</p>
    <ul>
      <li>{plural(endpoints, 'uplink')}</li>
      <li>{plural(paths, 'path')}</li>
      {edges > 0 && <li>{plural(edges, 'edge')}</li>}
      {keys > 0 && <li>{plural(keys, 'enrolment key')}</li>}
    </ul>
    {policies.length > 0 && (
      <p>
        {plural(policies.length, 'policy', 'policies')} will match nothing of it any more:{' '}
        {policies.map(({ name }) => name).join(', ')}.
      </p>
    )}
    <p>It can be restored for 30 days.</p>
  </>
);
