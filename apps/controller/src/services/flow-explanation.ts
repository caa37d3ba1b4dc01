import {
  InvalidInputError,
  ipProtocols,
  isIpv6,
  parseAddress,
  prefixRange,
  addressOf,
  unmeasured,
  type Address,
  type IpProtocol,
  type Policy,
  type Result,
} from '@patronus/core';
import {
  explainFlow,
  explainPath,
  type Flow,
  type FlowMatch,
  type FlowScope,
  type PathFacts,
  type PolicyWorld,
} from '@patronus/policy';
import { Type, type Static } from 'typebox';
import type { Store } from '../database/store.ts';
import type { DecisionService } from './decision-service.ts';
import type { PathService, PathView } from './path-service.ts';
import { Problems } from './problems.ts';
import { readPolicyWorld } from './read-intent.ts';

const port = (description: string) => Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535, description }));

/** A flow that somebody asks about, in the API's words. */
export const FlowQuestionSchema = Type.Object(
  {
    source: Type.String({ maxLength: 200, description: 'Address, or the name of a site for an address in its LAN' }),
    destination: Type.String({
      maxLength: 200,
      description: 'Address, or the name of a site for an address in its LAN',
    }),
    protocol: Type.Enum([...ipProtocols]),
    destination_port: port('Of tcp, udp and sctp'),
    source_port: port('Of tcp, udp and sctp; without, conditions on it do not hold'),
    server_name: Type.Optional(
      Type.String({ maxLength: 253, description: 'Name by which the server is known, for conditions on names' }),
    ),
    dscp: Type.Optional(Type.Integer({ minimum: 0, maximum: 63, description: 'Default 0' })),
    at: Type.Optional(Type.Number({ minimum: 0, description: 'For schedules, unix ms; default now' })),
  },
  { additionalProperties: false },
);
export type FlowQuestion = Static<typeof FlowQuestionSchema>;

/** A path that could carry the flow, and why it does or does not. */
export interface ExplainedPath {
  readonly pathId: string;
  readonly sourceLabel: string;
  readonly destLabel: string;
  readonly healthStatus: string;
  readonly chosen: boolean;
  readonly reason: string;
}

/** What becomes of a flow, and why. */
export interface FlowExplanation {
  readonly source: string;
  readonly destination: string;
  readonly protocol: IpProtocol;
  readonly sourcePort: number | null;
  readonly destinationPort: number | null;
  readonly dscp: number;
  readonly at: number;
  readonly sourceSite: string | null;
  readonly destSite: string | null;
  readonly scope: FlowScope;
  readonly outcome: 'steer' | 'drop' | 'breakout' | 'untouched';
  readonly policyId: number | null;
  readonly policy: string | null;
  /** One sentence for an operator. */
  readonly reason: string;
  readonly policies: readonly {
    readonly policyId: number;
    readonly policy: string;
    readonly priority: number;
    readonly matched: boolean;
    readonly chosen: boolean;
    readonly reason: string;
  }[];
  readonly paths: readonly ExplainedPath[];
}

export interface FlowExplanationParts {
  readonly store: Store;
  readonly paths: Pick<PathService, 'list'>;
  readonly decisions: Pick<DecisionService, 'list'>;
}

/** Tells which policy a new flow meets and which path it takes, and why no other. */
export class FlowExplanationService {
  readonly #parts: FlowExplanationParts;

  constructor(parts: FlowExplanationParts) {
    this.#parts = parts;
  }

  /** Errors: `invalid_input`. */
  async explain(question: FlowQuestion): Promise<FlowExplanation> {
    const { store } = this.#parts;
    const { policies, world } = await store.snapshot((db) => readPolicyWorld(db));
    const at = question.at ?? store.wallMs;
    const match = explainFlow(flowOf(question, world), policies, world, at);
    const paths = await this.#paths(match);
    const { flow, scope, policy } = match;
    return {
      source: flow.source,
      destination: flow.destination,
      protocol: flow.protocol,
      sourcePort: flow.sourcePort,
      destinationPort: flow.destinationPort,
      dscp: flow.dscp,
      at,
      sourceSite: flow.sourceSite?.name ?? null,
      destSite: flow.destinationSite?.name ?? null,
      scope,
      outcome: outcomeOf(match),
      policyId: policy?.id ?? null,
      policy: policy?.name ?? null,
      reason: await this.#reason(match),
      policies: match.considered.map(({ policy: each, matched, reason }) => ({
        policyId: each.id,
        policy: each.name,
        priority: each.priority,
        matched,
        chosen: each === policy,
        reason,
      })),
      paths,
    };
  }

  async #decision({ flow, policy }: FlowMatch) {
    const [source, dest] = [flow.sourceSite?.name, flow.destinationSite?.name];
    return (await this.#parts.decisions.list()).find(
      (each) => each.policyId === policy?.id && each.sourceSite === source && each.destSite === dest,
    );
  }

  async #paths(match: FlowMatch): Promise<ExplainedPath[]> {
    const { flow, policy } = match;
    if (policy?.action.type !== 'steer' || match.scope !== 'between_sites') return [];
    const query = { sourceSite: flow.sourceSite!.id, destSite: flow.destinationSite!.id };
    const paths = (await this.#parts.paths.list(query)).map((view) => ({ view, facts: pathFacts(view) }));
    const carrying = new Set((await this.#decision(match))?.paths.map(({ pathId }) => pathId));
    const chosen = paths.filter(({ view }) => carrying.has(view.id)).map(({ facts }) => facts);
    return paths.map(({ view, facts }) => ({
      pathId: view.id,
      sourceLabel: view.sourceLabel,
      destLabel: view.destLabel,
      healthStatus: view.healthStatus,
      chosen: carrying.has(view.id),
      reason: explainPath(policy.action, facts, chosen),
    }));
  }

  async #reason(match: FlowMatch): Promise<string> {
    const { scope, policy } = match;
    if (policy === null) return untouched[scope];
    const meets = `policy "${policy.name}" is the first that matches`;
    if (policy.action.type === 'drop') return `${meets}, and drops it at the first edge`;
    if (policy.action.type === 'breakout') return `${meets}; ${breakoutText(policy)}`;
    if (scope === 'internet') return `${meets}, and leaves what goes to no site to the routing of the edge's host`;
    const decision = await this.#decision(match);
    return `${meets}; ${decision?.reason ?? 'the edge has not told yet which path it takes'}`;
  }
}

const untouched: Record<FlowScope, string> = {
  between_sites: 'no policy matches',
  internet: 'the destination is in no site and no policy breaks out: the routing of the edge’s host decides',
  within_site: 'both ends are in the same site: policies have no say',
  outside: 'the source is in no site: policies have no say',
};

function outcomeOf({ policy, scope }: FlowMatch): FlowExplanation['outcome'] {
  if (policy === null || (policy.action.type === 'steer' && scope === 'internet')) return 'untouched';
  return policy.action.type;
}

function breakoutText({ action: { breakout } }: Policy): string {
  const labels = breakout!.labels.join(', else ');
  const fallback = breakout!.fallbackSite === undefined ? '' : ', else through the fallback site';
  return `it leaves straight to the Internet by ${labels}${fallback}, under the address of that uplink`;
}

function flowOf(question: FlowQuestion, world: PolicyWorld): Flow {
  const problems = new Problems();
  const source = addressIn(question.source, world);
  const destination = addressIn(question.destination, world);
  if (!source.ok) problems.add('source', source.error);
  if (!destination.ok) problems.add('destination', destination.error);
  if (source.ok && destination.ok && isIpv6(source.value) !== isIpv6(destination.value)) {
    problems.add('destination', 'is of another family than the source', 'use two IPv4 or two IPv6 addresses');
  }
  problems.throwIfAny();
  if (!source.ok || !destination.ok) throw new InvalidInputError([]);
  return {
    source: source.value,
    destination: destination.value,
    protocol: question.protocol,
    sourcePort: question.source_port ?? null,
    destinationPort: question.destination_port ?? null,
    dscp: question.dscp ?? 0,
    ...(question.server_name === undefined ? {} : { serverNames: [question.server_name.trim().toLowerCase()] }),
  };
}

/** An address, or one in the LAN of a site that is named. */
function addressIn(text: string, { sites }: PolicyWorld): Result<Address, string> {
  const site = sites.find(({ id, name }) => id === text || name.toLowerCase() === text.trim().toLowerCase());
  const prefix = site?.prefixes[0];
  if (site !== undefined && prefix === undefined) return { ok: false, error: `site ${site.name} has no prefix` };
  if (prefix === undefined) return parseAddress(text.trim());
  const { first, last } = prefixRange(prefix);
  return { ok: true, value: addressOf(first === last ? first : first + 1n, isIpv6(prefix)) };
}

const pathFacts = (view: PathView): PathFacts => ({
  localLabel: view.sourceLabel,
  remoteLabel: view.destLabel,
  health: view.healthStatus,
  override: view.override,
  quality: {
    ...unmeasured,
    rttMs: view.rtt,
    forward: {
      delayMs: view.latency,
      jitterMs: view.jitter,
      lossPercent: view.loss,
      reorderingPercent: view.reorderingPercent,
      duplicationPercent: view.duplicationPercent,
    },
    mos: view.mos,
  },
});
