import { IconAlertTriangle } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { plural } from '../../shared/figures/format.ts';
import { capitalized } from './describe-policy.ts';
import type { Finding, Preview } from './policy-documents.ts';
import classes from './preview-view.module.css';

/** More names than this are counted. */
const mostNamed = 6;
const changeWords: Readonly<Record<string, string>> = {
  added: 'new',
  removed: 'no longer in force',
  changed: 'changed',
  moved: 'at another place in the order',
};

/** What a change would do: which policies become what, at which sites, and what is doubtful about it. */
export const PreviewView = ({ preview: { policies, sites, warnings } }: { preview: Preview }) => (
  <div className={classes.preview}>
    {policies.length === 0 ? (
      <p>Edges get nothing new: for traffic, nothing changes.</p>
    ) : (
      <ul>
        {policies.slice(0, mostNamed).map(({ policy_id: id, policy, change }) => (
          <li key={id}>
            <strong>{policy}</strong> {changeWords[change] ?? change}
          </li>
        ))}
        {policies.length > mostNamed && (
          <li>and {plural(policies.length - mostNamed, 'more policy', 'more policies')}</li>
        )}
      </ul>
    )}
    {policies.length > 0 && <p>{sitesText(sites.map(({ site }) => site))}</p>}
    <Warnings findings={warnings} />
  </div>
);

function sitesText(sites: readonly string[]): string {
  if (sites.length === 0) return 'It concerns the traffic of no site.';
  const rest = sites.length - mostNamed;
  const more = rest > 0 ? ` and ${plural(rest, 'more site')}` : '';
  return `It concerns traffic from or to ${sites.slice(0, mostNamed).join(', ')}${more}.`;
}

/** What the authors of policies may not have meant. */
export const Warnings = ({ findings, linked = false }: { findings: readonly Finding[]; linked?: boolean }) =>
  findings.length > 0 && (
    <ul className={classes.warnings}>
      {findings.map(({ policy_id: id, kind, policy, message }) => (
        <li key={`${id} ${kind} ${message}`}>
          <IconAlertTriangle size={16} aria-hidden />
          <span>
            {capitalized(message)}. {linked && <Link to={`/policies/${id}`}>Look at {policy}</Link>}
          </span>
        </li>
      ))}
    </ul>
  );
