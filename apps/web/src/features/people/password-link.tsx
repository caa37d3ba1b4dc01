import type { ResultOf } from '../../shared/api/graphql.ts';
import { Time } from '../../shared/figures/time.tsx';
import { CopyField } from '../../shared/parts/copy-field.tsx';
import type { createPasswordLink } from './people-documents.ts';

export type PasswordLink = ResultOf<typeof createPasswordLink>['createPasswordLink'];

/** A link by which somebody chooses their password; it is shown this once. */
export const PasswordLinkView = ({ link }: { link: PasswordLink }) => (
  <div>
    <p style={{ marginBottom: 8 }}>
      With this link {link.username} chooses a password. It works once, until <Time at={link.expires_at} />, and is
      shown only now: hand it over on a way that nobody else reads.
    </p>
    <CopyField value={`${location.origin}${link.path}`} label="one-time link" />
  </div>
);
