import type { Decision, Policy } from './api-types.ts';
import { formatBitRate, formatBytes, formatCount, unknownFigure } from './format.ts';
import { labelsText } from './links.ts';
import { ratesOf, type NetworkState } from './network-state.ts';

/** Policies in the order in which they are looked at, their counters, and the paths that each takes now. */
export function PoliciesPanel({ state, live }: { state: NetworkState; live: boolean }) {
  const policies = state.policies.toSorted(
    (a, b) => Number(a.is_default) - Number(b.is_default) || b.priority - a.priority || Number(a.id) - Number(b.id),
  );
  return (
    <section aria-labelledby="policies-title">
      <h2 id="policies-title">Policies</h2>
      <div className="scroll" tabIndex={0} role="region" aria-labelledby="policies-title">
        <table className="stack">
          <thead>
            <tr>
              <th scope="col">Policy</th>
              <th scope="col" className="figure">
                Priority
              </th>
              <th scope="col" className="figure">
                Packets
              </th>
              <th scope="col" className="figure">
                Bytes
              </th>
              <th scope="col" className="figure">
                Packets/s
              </th>
              <th scope="col" className="figure">
                Rate
              </th>
            </tr>
          </thead>
          <tbody>
            {policies.map((policy) => (
              <PolicyRow key={policy.id} policy={policy} state={state} live={live} />
            ))}
          </tbody>
        </table>
      </div>
      <Decisions policies={policies} decisions={state.decisions} />
    </section>
  );
}

function PolicyRow({ policy, state, live }: { policy: Policy; state: NetworkState; live: boolean }) {
  const rates = live ? ratesOf(state, policy.id) : null;
  return (
    <tr>
      <th scope="row">
        {policy.name}
        {!policy.enabled && <small> disabled</small>}
        {policy.description !== '' && <small className="description">{policy.description}</small>}
      </th>
      <td className="figure" data-title="Priority">
        {policy.priority}
      </td>
      <td className="figure" data-title="Packets">
        {formatCount(policy.packets_matched)}
      </td>
      <td className="figure" data-title="Bytes">
        {formatBytes(policy.bytes_matched)}
      </td>
      <td className="figure" data-title="Packets/s">
        {formatCount(rates?.packetsPerSecond ?? null)}
      </td>
      <td className="figure" data-title="Rate">
        {formatBitRate(rates?.bitsPerSecond)}
      </td>
    </tr>
  );
}

function Decisions({ policies, decisions }: { policies: readonly Policy[]; decisions: readonly Decision[] }) {
  const pairs = [...Map.groupBy(decisions, ({ source_site, dest_site }) => `${source_site} → ${dest_site}`)];
  if (pairs.length === 0) return <p className="nothing">No edge has reported yet which paths its traffic takes.</p>;
  const deciding = policies.filter((policy) => decisions.some((decision) => decision.policy_id === policy.id));
  return (
    <>
      <h3 id="decisions-title">Paths in use now</h3>
      <div className="scroll" tabIndex={0} role="region" aria-labelledby="decisions-title">
        <table className="stack">
          <thead>
            <tr>
              <th scope="col">From → to</th>
              {deciding.map((policy) => (
                <th scope="col" key={policy.id}>
                  {policy.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {pairs
              .toSorted(([a], [b]) => (a < b ? -1 : 1))
              .map(([pair, choices]) => (
                <tr key={pair}>
                  <th scope="row">{pair}</th>
                  {deciding.map((policy) => (
                    <DecisionCell
                      key={policy.id}
                      policy={policy.name}
                      decision={choices.find(({ policy_id }) => policy_id === policy.id)}
                    />
                  ))}
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function DecisionCell({ policy, decision }: { policy: string; decision: Decision | undefined }) {
  if (decision === undefined) return <td data-title={policy}>{unknownFigure}</td>;
  const total = decision.paths.reduce((sum, path) => sum + path.weight, 0);
  return (
    <td data-title={policy}>
      {decision.paths.length === 0 && <span className="state down">no path</span>}
      {decision.paths.map((path) => (
        <span key={path.path_id} className="in-use">
          {labelsText(path.source_label, path.dest_label)}
          {decision.paths.length > 1 && ` ${Math.round((100 * path.weight) / total)} %`}
        </span>
      ))}
      {!decision.sla_met && <small className="warning">SLA not met: {decision.reason}</small>}
    </td>
  );
}
