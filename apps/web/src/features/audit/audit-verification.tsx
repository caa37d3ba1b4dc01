import { Button } from '@mantine/core';
import { useState } from 'react';
import { asApiError } from '../../shared/api/api-error.ts';
import { rest } from '../../shared/api/rest.ts';
import { formatCount, plural } from '../../shared/figures/format.ts';
import { HealthMark } from '../../shared/health/health.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { showError } from '../../shared/parts/toasts.ts';
import classes from './audit-page.module.css';

interface Verification {
  readonly valid: boolean;
  readonly rows: number;
  readonly anchors: number;
  readonly removed: number;
  readonly last: { readonly sequence: number; readonly hash: string };
  readonly fault: { readonly sequence: number; readonly message: string } | null;
}

/** Has the controller walk its chain of hashes, and tells what it found. */
export function AuditVerification() {
  const [found, setFound] = useState<Verification | null>(null);
  const [busy, setBusy] = useState(false);
  const verify = async () => {
    setBusy(true);
    try {
      setFound(await rest<Verification>('GET', '/audit/verification'));
    } catch (thrown) {
      showError(asApiError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Panel>
      <div className={classes.verification} aria-live="polite">
        {found === null ? (
          <p>Each row holds the hash of the row before it, so that one that was changed or taken out is found.</p>
        ) : (
          <Verdict found={found} />
        )}
        <Button variant="default" loading={busy} onClick={() => void verify()}>
          {found === null ? 'Verify the chain' : 'Verify again'}
        </Button>
      </div>
    </Panel>
  );
}

function Verdict({ found }: { found: Verification }) {
  if (found.fault !== null) {
    return (
      <p role="alert">
        <HealthMark health="down" /> <strong>The log is not whole.</strong> Row {found.fault.sequence}:{' '}
        {found.fault.message}. {formatCount(found.rows)} rows before it are in order.
      </p>
    );
  }
  return (
    <p>
      <HealthMark health="up" /> <strong>The log is whole:</strong> {plural(found.rows, 'row')} in order,{' '}
      {plural(found.anchors, 'signed anchor')}
      {found.removed > 0 && `, ${plural(found.removed, 'older row')} removed as their time was over`}. Its last row is{' '}
      {found.last.sequence}, <code title={found.last.hash}>{found.last.hash.slice(0, 16)}…</code>
    </p>
  );
}
