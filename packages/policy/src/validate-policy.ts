import {
  minutesOfDay,
  type FieldProblem,
  type MatchClause,
  type MatchConditions,
  type PolicyAction,
  type PolicyMatch,
  type PortRange,
  type ScheduleWindow,
  type Sla,
} from '@patronus/core';

const protocolsWithPorts: readonly (string | undefined)[] = ['tcp', 'udp', 'sctp'];

/** The most labels a list of a policy may hold: the rank of a path has room for this many preferences. */
const maxLabels = 64;

/**
 * Everything wrong with what a policy says, beyond its shape. Field names are in snake_case, as users write them
 * (`match_conditions.source_ports[0].from`); empty when all is well.
 */
export function policyProblems(policy: { match: PolicyMatch; action: PolicyAction }): FieldProblem[] {
  const { anyOf = [], ...clause } = policy.match;
  return [
    ...clauseProblems('match_conditions', clause),
    ...anyOf.flatMap((inner, index) => {
      const field = `match_conditions.any_of[${index}]`;
      return Object.values(inner).every(isEmpty)
        ? [{ field, problem: 'it is empty and so matches everything', remedy: 'add a condition or remove it' }]
        : clauseProblems(field, inner, clause.protocol);
    }),
    ...actionProblems(policy.action),
  ];
}

const isEmpty = (condition: unknown): boolean =>
  condition === undefined || (Array.isArray(condition) && condition.length === 0);

/** A clause inside `any_of` may lean on the protocol of the outer one, and what it excludes on its own. */
function clauseProblems(field: string, clause: MatchClause, outerProtocol?: MatchClause['protocol']): FieldProblem[] {
  const { not, ...conditions } = clause;
  const own = conditionProblems(field, conditions, outerProtocol);
  if (not === undefined) return own;
  const at = `${field}.not`;
  if (Object.values(not).every(isEmpty)) {
    return [...own, { field: at, problem: 'it is empty', remedy: 'add a condition or remove it' }];
  }
  return [...own, ...conditionProblems(at, not, clause.protocol ?? outerProtocol)];
}

function conditionProblems(
  field: string,
  clause: MatchConditions,
  outerProtocol: MatchConditions['protocol'],
): FieldProblem[] {
  const { protocol = outerProtocol, sourcePorts = [], destinationPorts = [], dscp = [], schedule = [] } = clause;
  const problems = [
    ...schedule.flatMap((window, index) => scheduleProblems(`${field}.schedule[${index}]`, window)),
    ...sourcePorts.flatMap((range, index) => portProblems(`${field}.source_ports[${index}]`, range)),
    ...destinationPorts.flatMap((range, index) => portProblems(`${field}.destination_ports[${index}]`, range)),
    ...dscp.flatMap((value, index) => dscpProblems(`${field}.dscp[${index}]`, value)),
  ];
  if (sourcePorts.length + destinationPorts.length > 0 && !protocolsWithPorts.includes(protocol)) {
    problems.push({
      field: `${field}.protocol`,
      problem: protocol === undefined ? 'ports need a protocol' : `${protocol} has no ports`,
      remedy: 'set it to tcp, udp or sctp, or remove the ports',
    });
  }
  if (clause.protocol !== undefined && outerProtocol !== undefined && clause.protocol !== outerProtocol) {
    problems.push({
      field: `${field}.protocol`,
      problem: `${clause.protocol} never matches, as the policy asks for ${outerProtocol}`,
      remedy: 'remove one of the two',
    });
  }
  return problems;
}

function portProblems(field: string, { from, to }: PortRange): FieldProblem[] {
  const outside = [from, to].find((port) => !Number.isInteger(port) || port < 0 || port > 65_535);
  if (outside !== undefined) return [{ field, problem: `${outside} is not a port`, remedy: 'use 0 to 65535' }];
  if (from > to) return [{ field, problem: `${from}–${to} is empty`, remedy: `did you mean ${to}–${from}?` }];
  return [];
}

const dscpProblems = (field: string, value: number): FieldProblem[] =>
  Number.isInteger(value) && value >= 0 && value <= 63
    ? []
    : [{ field, problem: `${value} is not a DSCP code point`, remedy: 'use 0 to 63, such as 46 for voice' }];

function scheduleProblems(field: string, { days = [], from, to }: ScheduleWindow): FieldProblem[] {
  if (days.length === 0 && from === undefined && to === undefined) {
    return [{ field, problem: 'it is empty and so always holds', remedy: 'give days, from or to, or remove it' }];
  }
  const remedy = 'write it like 08:30, from 00:00 to 24:00';
  const isTime = (text: string | undefined): boolean => text === undefined || minutesOfDay(text) !== null;
  return [
    ...(isTime(from) && from !== '24:00' ? [] : [{ field: `${field}.from`, problem: `"${from}" is no time`, remedy }]),
    ...(isTime(to) ? [] : [{ field: `${field}.to`, problem: `"${to}" is no time`, remedy }]),
  ];
}

function actionProblems(action: PolicyAction): FieldProblem[] {
  return [
    ...typeProblems(action),
    ...breakoutProblems(action),
    ...markProblems(action),
    ...slaProblems(action.sla),
    ...labelProblems(action),
    ...weightProblems(action),
    ...duplicateProblems(action),
  ];
}

const steering = ['sla', 'prefer', 'avoid', 'never', 'weights', 'duplicate'] as const;

/** Fields of the action that only another type has. */
function typeProblems(action: PolicyAction): FieldProblem[] {
  const given = (keys: readonly (keyof PolicyAction)[], problem: string, remedy: string): FieldProblem[] =>
    keys.filter((key) => !isEmpty(action[key])).map((key) => ({ field: `action.${snake(key)}`, problem, remedy }));
  const notBreakout = given(['breakout'], `it has no effect with type ${action.type}`, 'set type to breakout');
  if (action.type === 'steer') return notBreakout;
  if (action.type === 'breakout') {
    return given(steering, 'traffic that breaks out takes no path between sites', 'remove it or set type to steer');
  }
  const keys = [...steering, 'setDscp', 'rateLimitBps', 'qosClass'] as const;
  return [...notBreakout, ...given(keys, 'dropped traffic takes no path', 'remove it or set type to steer')];
}

/** A copy goes over the second-best path: over which of several shares it should go is not said. */
const duplicateProblems = ({ duplicate, weights }: PolicyAction): FieldProblem[] =>
  duplicate === true && !isEmpty(weights)
    ? [
        {
          field: 'action.duplicate',
          problem: 'each packet cannot go over two paths and flows be shared by weights too',
          remedy: 'remove weights or duplicate',
        },
      ]
    : [];

const snake = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function breakoutProblems({ type, breakout }: PolicyAction): FieldProblem[] {
  if (type !== 'breakout') return [];
  if (breakout === undefined || breakout.labels.length === 0) {
    const field = breakout === undefined ? 'action.breakout' : 'action.breakout.labels';
    return [{ field, problem: 'names no uplink', remedy: 'name the labels by which it leaves, best first' }];
  }
  return listProblems('action.breakout.labels', breakout.labels);
}

/** Below, a single full packet would not pass in a second; above, no line is that fast. */
const minRateBps = 8_000;
const maxRateBps = 1e12;

function markProblems({ setDscp, rateLimitBps }: PolicyAction): FieldProblem[] {
  const isRate = (value: number): boolean => Number.isInteger(value) && value >= minRateBps && value <= maxRateBps;
  return [
    ...(setDscp === undefined ? [] : dscpProblems('action.set_dscp', setDscp)),
    ...(rateLimitBps === undefined || isRate(rateLimitBps)
      ? []
      : [
          {
            field: 'action.rate_limit_bps',
            problem: `${rateLimitBps} is out of range`,
            remedy: `use ${minRateBps} to ${maxRateBps} bit/s`,
          },
        ]),
  ];
}

const slaLimits: Record<keyof Sla, { field: string; min: number; max: number; unit: string }> = {
  maxDelayMs: { field: 'max_delay_ms', min: 0, max: 60_000, unit: ' ms' },
  maxJitterMs: { field: 'max_jitter_ms', min: 0, max: 60_000, unit: ' ms' },
  maxLossPercent: { field: 'max_loss_percent', min: 0, max: 100, unit: ' %' },
  maxReorderingPercent: { field: 'max_reordering_percent', min: 0, max: 100, unit: ' %' },
  maxDuplicationPercent: { field: 'max_duplication_percent', min: 0, max: 100, unit: ' %' },
  minMos: { field: 'min_mos', min: 1, max: 4.4, unit: '' },
};

function slaProblems(sla: Sla | undefined): FieldProblem[] {
  if (sla === undefined) return [];
  const bounds = Object.entries(slaLimits).flatMap(([key, limit]) => {
    const value = sla[key as keyof Sla];
    return value === undefined ? [] : [{ ...limit, value }];
  });
  if (bounds.length === 0) {
    return [
      {
        field: 'action.sla',
        problem: 'it bounds nothing',
        remedy: `set ${Object.values(slaLimits)
          .map(({ field }) => field)
          .join(', ')
          .replace(/, (?=\w+$)/, ' or ')}, or remove it`,
      },
    ];
  }
  return bounds
    .filter(({ value, min, max }) => !(value >= min && value <= max))
    .map(({ field, value, min, max, unit }) => ({
      field: `action.sla.${field}`,
      problem: `${value} is out of range`,
      remedy: `use ${min} to ${max}${unit}`,
    }));
}

function labelProblems(action: PolicyAction): FieldProblem[] {
  const lists = (['prefer', 'avoid', 'never'] as const).map((name) => ({ name, labels: action[name] ?? [] }));
  const weights = { name: 'weights' as const, labels: (action.weights ?? []).map(({ label }) => label) };
  const problems = [...lists, weights].flatMap(({ name, labels }) => listProblems(`action.${name}`, labels));
  const contradictions = [
    ['never', ['prefer', 'avoid', 'weights']],
    ['avoid', ['prefer', 'weights']],
  ] as const;
  for (const [stronger, weakers] of contradictions) {
    for (const { name, labels } of [...lists, weights].filter((list) =>
      weakers.some((weaker) => weaker === list.name),
    )) {
      for (const label of labels.filter((each) => action[stronger]?.includes(each))) {
        const problem = `"${label}" is also in ${stronger}`;
        problems.push({ field: `action.${name}`, problem, remedy: 'keep it in one of the two' });
      }
    }
  }
  return problems;
}

function listProblems(field: string, labels: readonly string[]): FieldProblem[] {
  const twice = labels.filter((label, index) => labels.indexOf(label) !== index);
  return [
    ...(labels.length > maxLabels ? [{ field, problem: `more than ${maxLabels} labels`, remedy: 'name fewer' }] : []),
    ...(labels.some((label) => label.trim() === '')
      ? [{ field, problem: 'a label is empty', remedy: 'name it or remove it' }]
      : []),
    ...twice.map((label) => ({ field, problem: `"${label}" stands twice`, remedy: 'keep one' })),
  ];
}

const weightProblems = (action: PolicyAction): FieldProblem[] =>
  (action.weights ?? [])
    .map(({ weight }, index) => ({ weight, field: `action.weights[${index}].weight` }))
    .filter(({ weight }) => !Number.isInteger(weight) || weight < 1 || weight > 255)
    .map(({ weight, field }) => ({
      field,
      problem: `${weight} is not a weight`,
      remedy: 'use a whole number from 1 to 255',
    }));
