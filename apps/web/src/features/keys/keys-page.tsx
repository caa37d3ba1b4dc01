import { Page } from '../../shared/parts/page.tsx';
import { SignInNeeded } from '../../shared/parts/sign-in-needed.tsx';
import { useCan } from '../../shared/services.tsx';
import { ApiKeysPanel } from './api-keys-panel.tsx';
import { EnrolmentKeysPanel } from './enrolment-keys-panel.tsx';

/** All keys there are: those of programs, and those by which edges join. */
export function KeysPage() {
  const can = useCan();
  if (!can('Query.enrolmentKeys')) return <SignInNeeded title="Keys" role="admin" purpose="The list of all keys" />;
  return (
    <Page title="Keys">
      <ApiKeysPanel user="*" />
      <EnrolmentKeysPanel />
    </Page>
  );
}
