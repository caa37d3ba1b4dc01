import { useApiQuery } from '../../shared/api/use-api.ts';
import { Time } from '../../shared/figures/time.tsx';
import { Facts } from '../../shared/parts/facts.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';
import { SignInNeeded } from '../../shared/parts/sign-in-needed.tsx';
import { useSession } from '../../shared/services.tsx';
import { ApiKeysPanel } from '../keys/api-keys-panel.tsx';
import { accountQuery } from './account-documents.ts';
import { PasskeysPanel } from './passkeys-panel.tsx';
import { PasswordPanel } from './password-panel.tsx';
import { SessionsPanel } from './sessions-panel.tsx';
import { TotpPanel } from './totp-panel.tsx';

/** The account of whoever uses the page. */
export function AccountPage() {
  const session = useSession();
  const answer = useApiQuery(accountQuery, {}, { skip: session.kind !== 'signed-in' });
  if (session.kind !== 'signed-in') return <SignInNeeded title="Your account" purpose="An account" />;
  return (
    <Page title="Your account" subtitle={session.user.name}>
      <QueryView answer={answer} height={320}>
        {({ account }) => (
          <>
            <Panel>
              <Facts
                of={{
                  'You sign in as': account.username,
                  Role: account.role,
                  'Second factor': account.totp ? 'authenticator app' : 'none',
                  'Last sign-in': <Time at={account.last_sign_in_at} />,
                }}
              />
            </Panel>
            <PasswordPanel username={account.username} />
            <TotpPanel isOn={account.totp} />
            <PasskeysPanel own />
            <SessionsPanel />
            <ApiKeysPanel />
          </>
        )}
      </QueryView>
    </Page>
  );
}
