import { Fragment, type ReactNode } from 'react';
import { Time } from '../../shared/figures/time.tsx';
import { formatFact } from '../../shared/figures/format.ts';
import { HealthBadge, type Health } from '../../shared/health/health.tsx';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import type { AuditEntry } from './audit-documents.ts';
import classes from './audit-page.module.css';

const healthOfResult: Readonly<Record<string, Health>> = { success: 'up', failed: 'down', refused: 'degraded' };
/** Above the summaries of rows, which say the same in words to those who do not see them. */
const columns = ['Time', 'Who', 'Action', 'Done to', 'From', 'Result'];
const wordOfResult = (result: string): string => (result === 'success' ? 'done' : result);

/** Rows of the audit log, newest first; each opens to tell its details and its place in the chain. */
export function AuditList({ entries }: { entries: readonly AuditEntry[] }) {
  if (entries.length === 0) return <EmptyState title="Nothing fits the filter" />;
  return (
    <>
      <div className={classes.head} aria-hidden>
        {columns.map((column) => (
          <span key={column}>{column}</span>
        ))}
      </div>
      <ul className={classes.entries}>
        {entries.map((entry) => (
          <li key={entry.sequence}>
            <details>
              <summary>
                <span className={classes.time}>
                  <Time at={entry.time} />
                </span>
                <span>{entry.actor}</span>
                <code>{breakable(entry.action)}</code>
                <span>{entry.target ?? ''}</span>
                <span className={classes.address}>{entry.address ?? ''}</span>
                <HealthBadge health={healthOfResult[entry.result] ?? 'unknown'} word={wordOfResult(entry.result)} />
              </summary>
              <EntryDetails entry={entry} />
            </details>
          </li>
        ))}
      </ul>
    </>
  );
}

/** A narrow column breaks it between its words. */
const breakable = (action: string): ReactNode =>
  action.split('_').map((word, index) => (
    <Fragment key={index}>
      {index > 0 && (
        <>
          _<wbr />
        </>
      )}
      {word}
    </Fragment>
  ));

const EntryDetails = ({ entry }: { entry: AuditEntry }) => (
  <div className={classes.details}>
    <dl>
      <dt>row</dt>
      <dd>{entry.sequence}</dd>
      <dt>by</dt>
      <dd>
        {entry.actor} ({entry.actor_type}
        {entry.address === null ? '' : `, from ${entry.address}`})
      </dd>
      <dt>on</dt>
      <dd>
        {entry.target_type} {entry.target ?? ''}
      </dd>
      {Object.entries(entry.details as Record<string, unknown>).map(([name, value]) => (
        <Detail key={name} name={name} value={value} />
      ))}
      <dt>hash</dt>
      <dd>
        <code>{entry.hash}</code>
      </dd>
    </dl>
  </div>
);

const Detail = ({ name, value }: { name: string; value: unknown }) => (
  <>
    <dt>{name}</dt>
    <dd>{formatFact(name, value)}</dd>
  </>
);
