import { IconArrowRight, IconBan, IconCheck, IconMinus, IconRoute, IconWorld, type Icon } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { labelsText } from '../../shared/figures/format.ts';
import { HealthMark, type Health } from '../../shared/health/health.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { capitalized } from './describe-policy.ts';
import type { Explanation } from './explain-documents.ts';
import classes from './explain-page.module.css';

const icons: Readonly<Record<string, Icon>> = {
  steer: IconRoute,
  drop: IconBan,
  breakout: IconWorld,
  untouched: IconArrowRight,
};

/** The outcome in a sentence, then every policy in turn, then every path that could carry the flow. */
export function ExplanationView({ explanation }: { explanation: Explanation }) {
  const { outcome, reason, policies, paths } = explanation;
  const OutcomeIcon = icons[outcome] ?? IconArrowRight;
  const last = policies.findIndex(({ chosen }) => chosen);
  // Policies after the one that decides were not asked.
  const asked = last < 0 ? policies : policies.slice(0, last + 1);
  return (
    <>
      <Panel>
        <div className={classes.outcome} aria-live="polite">
          <span className={classes.icon} data-outcome={outcome}>
            <OutcomeIcon size={22} aria-hidden />
          </span>
          <div>
            <h2>{headline(explanation)}</h2>
            <p>{capitalized(reason)}.</p>
          </div>
        </div>
      </Panel>
      {asked.length > 0 && (
        <Panel title="Policies, in the order in which they were looked at" flush>
          <ol className={classes.considered}>
            {asked.map(({ policy_id: id, policy, matched, chosen, reason: why }) => (
              <li key={id} data-chosen={chosen}>
                {matched ? <IconCheck size={16} aria-label="matches" /> : <IconMinus size={16} aria-label="no match" />}
                <Link to={`/policies/${id}`}>{policy}</Link>
                <span>{why}</span>
              </li>
            ))}
          </ol>
        </Panel>
      )}
      {paths.length > 0 && (
        <Panel title={`Paths from ${explanation.source_site} to ${explanation.dest_site}`} flush>
          <ul className={classes.considered}>
            {paths.map(({ path_id: id, source_label, dest_label, health_status, chosen, reason: why }) => (
              <li key={id} data-chosen={chosen}>
                <HealthMark health={health_status as Health} />
                <Link to={`/paths/${id}`}>{labelsText(source_label, dest_label)}</Link>
                <span>{why}</span>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}

function headline({ outcome, source, destination, source_site, dest_site, policy, paths }: Explanation): string {
  const ends = `${endText(source, source_site)} → ${endText(destination, dest_site)}`;
  if (outcome === 'drop') return `${ends} is dropped by ${policy}`;
  if (outcome === 'breakout') return `${ends} goes straight to the Internet, by ${policy}`;
  if (outcome === 'untouched') return `${ends} is left to the host’s own routing`;
  const lines = paths.filter(({ chosen }) => chosen).map((path) => labelsText(path.source_label, path.dest_label));
  return `${ends} goes ${lines.length === 0 ? '' : `over ${lines.join(' and ')}, `}by ${policy}`;
}

const endText = (address: string, site: string | null): string => (site === null ? address : `${address} (${site})`);
