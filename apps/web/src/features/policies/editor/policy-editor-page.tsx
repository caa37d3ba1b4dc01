import { Skeleton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useAddressParameters, usePathParameter } from '../../../shared/address/use-address.ts';
import { asApiError, type ApiError } from '../../../shared/api/api-error.ts';
import { useApiQuery } from '../../../shared/api/use-api.ts';
import { useNetwork } from '../../../shared/live/use-network.ts';
import { EmptyState } from '../../../shared/parts/empty-state.tsx';
import { Page } from '../../../shared/parts/page.tsx';
import { Panel } from '../../../shared/parts/panel.tsx';
import { useCan } from '../../../shared/services.tsx';
import { policiesQuery } from '../policy-documents.ts';
import { useNames } from '../use-names.ts';
import { textOf, type JsonObject } from './document-path.ts';
import { loadPolicy, withNames, type StoredPolicy } from './policy-document-api.ts';
import { PolicyForm } from './policy-form.tsx';

const parent = { label: 'Policies', path: '/policies' };

/** A new policy, from nothing or from another one. */
export function NewPolicyPage() {
  const copied = useAddressParameters()['copy'] ?? '';
  const source = useStoredPolicy(copied);
  const { data } = useApiQuery(policiesQuery, {});
  const title = 'Add a policy';
  if (!useCan()('Mutation.createPolicy')) return <Refused title={title} />;
  if (source.error !== null) return <Failed title={title} error={source.error} />;
  if (data === null || (copied !== '' && source.stored === null)) return <Waiting title={title} />;
  // Where the first that matches decides, a new one is meant to come before those that are there.
  const priority = Math.max(0, ...data.policies.map((policy) => policy.priority)) + 10;
  const blank: JsonObject = { name: '', priority, match_conditions: {}, action: { type: 'steer' } };
  const initial =
    source.stored === null
      ? blank
      : { ...source.stored.document, name: `${textOf(source.stored.document['name'])}-copy` };
  return <PolicyForm key={copied} title={title} initial={initial} stored={null} id={null} />;
}

/** A policy that is there. */
export function EditPolicyPage() {
  const id = usePathParameter('policy');
  const { stored, error } = useStoredPolicy(id);
  if (!useCan()('Mutation.updatePolicy')) return <Refused title="Policy" />;
  if (error !== null) return <Failed title="Policy" error={error} />;
  if (stored === null) return <Waiting title="Policy" />;
  return (
    <PolicyForm
      key={`${id} ${stored.version}`}
      title={`Edit ${textOf(stored.document['name'])}`}
      initial={stored.document}
      stored={stored}
      id={id}
    />
  );
}

const Refused = ({ title }: { title: string }) => (
  <Page title={title} parent={parent}>
    <Panel>
      Changing policies needs the role operator. <Link to="/sign-in">Sign in</Link> with such an account.
    </Panel>
  </Page>
);

const Failed = ({ title, error }: { title: string; error: ApiError }) => (
  <Page title={title} parent={parent}>
    <EmptyState title="This could not be loaded" action={<Link to="/policies">To the policies</Link>}>
      {error.message}
    </EmptyState>
  </Page>
);

const Waiting = ({ title }: { title: string }) => (
  <Page title={title} parent={parent}>
    <Skeleton height={420} aria-label="Loading" />
  </Page>
);

interface Loaded {
  readonly stored: StoredPolicy | null;
  readonly error: ApiError | null;
}

/** A policy as a document with names, once; what others change meanwhile is refused when it is saved. */
function useStoredPolicy(id: string): Loaded {
  const [loaded, setLoaded] = useState<Loaded>({ stored: null, error: null });
  const { nameOf, known } = useNames();
  const { loaded: networkKnown } = useNetwork();
  useEffect(() => {
    if (id === '') return;
    let current = true;
    loadPolicy(id).then(
      (stored) => current && setLoaded({ stored, error: null }),
      (thrown: unknown) => current && setLoaded({ stored: null, error: asApiError(thrown) }),
    );
    return () => {
      current = false;
    };
  }, [id]);
  if (loaded.stored === null) return loaded;
  if (!known || !networkKnown) return { stored: null, error: null };
  return { ...loaded, stored: { ...loaded.stored, document: withNames(loaded.stored.document, nameOf) } };
}
