import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  orNone,
  parseDscp,
  parseDuration,
  parseInteger,
  parseList,
  parsePercent,
  parseRate,
  repeatable,
  type None,
} from '../units.ts';
import { given, withoutNulls, type Body } from './body-file.ts';
import { matchChanged, matchOf, withMatchFlags, type MatchFlags } from './match-input.ts';

export interface PolicyFlags extends MatchFlags {
  readonly priority?: number;
  readonly description?: string;
  readonly enabled?: boolean;
  readonly disabled?: boolean;
  readonly drop?: boolean;
  readonly steer?: boolean;
  readonly breakout?: readonly string[];
  readonly fallbackSite?: string | None;
  readonly setDscp?: number | None;
  readonly rateLimit?: number | None;
  readonly log?: boolean;
  readonly maxDelay?: number | None;
  readonly maxJitter?: number | None;
  readonly maxLoss?: number | None;
  readonly maxReordering?: number | None;
  readonly maxDuplication?: number | None;
  readonly minMos?: number | None;
  readonly prefer?: readonly string[];
  readonly avoid?: readonly string[];
  readonly never?: readonly string[];
  readonly duplicate?: boolean;
  readonly weight?: readonly { readonly label: string; readonly weight: number }[];
  readonly qosClass?: string | None;
}

function parseMos(text: string): number {
  const value = Number(text);
  if (!(value >= 1 && value <= 4.5)) throw new InvalidArgumentError('Write a mean opinion score from 1 to 4.5.');
  return value;
}

function parseWeight(text: string): { label: string; weight: number } {
  const [label, weight] = text.split('=');
  if (!label || weight === undefined) throw new InvalidArgumentError('Write LABEL=WEIGHT, such as broadband=3.');
  return { label, weight: parseInteger(1, 256)(weight) };
}

/** Flags for every field of a policy but `any_of`, which a file gives. An empty list clears one; `none` removes a bound. */
export const withPolicyFields = (command: Command): Command =>
  withMatchFlags(command)
    .option('--priority <number>', 'higher is looked at first', parseInteger(0, 1_000_000))
    .option('--description <text>', 'what it is for')
    .option('--enabled', 'put it into force')
    .addOption(new Option('--disabled', 'keep it without effect').conflicts('enabled'))
    .option('--drop', 'drop what matches, at the first edge')
    .addOption(new Option('--steer', 'steer what matches over the best path').conflicts('drop'))
    .addOption(
      new Option('--breakout <labels>', 'straight to the Internet by uplinks of these labels, best first')
        .argParser(parseList)
        .conflicts(['drop', 'steer']),
    )
    .option(
      '--fallback-site <site>',
      'the site whose uplinks it breaks out by where none of its own works; "none" for none',
      orNone(String),
    )
    .option('--set-dscp <value>', 'DSCP that packets get as they enter; "none" to leave it', orNone(parseDscp))
    .option('--rate-limit <rate>', 'most that an edge takes in, such as 20mbit; "none" for no limit', orNone(parseRate))
    .option('--log', 'tell of new flows in the flow log of the edge')
    .option('--no-log', 'do not')
    .option(
      '--max-delay <duration>',
      'SLA: one-way delay at most, such as 150ms; "none" for no bound',
      orNone(parseDuration),
    )
    .option('--max-jitter <duration>', 'SLA: jitter at most', orNone(parseDuration))
    .option('--max-loss <share>', 'SLA: loss at most, such as 1%', orNone(parsePercent))
    .option('--max-reordering <share>', 'SLA: packets overtaken at most', orNone(parsePercent))
    .option('--max-duplication <share>', 'SLA: packets that come twice at most', orNone(parsePercent))
    .option('--min-mos <score>', 'SLA: mean opinion score at least, 1 to 4.5', orNone(parseMos))
    .option('--prefer <labels>', 'labels to prefer, best first', parseList)
    .option('--avoid <labels>', 'labels to use only when nothing else is left', parseList)
    .option('--never <labels>', 'labels not to use even then', parseList)
    .option('--duplicate', 'send each packet over the two best paths; the first copy to arrive passes')
    .addOption(new Option('--no-duplicate', 'send each packet once'))
    .option('--weight <label=weight>', 'share flows over labels in this proportion; repeat', repeatable(parseWeight))
    .option('--dry-run', 'tell what would change, and change nothing')
    .option('--qos-class <name>', 'class of service, see "patronus qos"; "none" for that of DSCP', orNone(String))
    .option('--file <file>', 'take the fields from JSON or YAML ("-" is standard input)');

/**
 * The fields of a policy that the flags give, over the match and the action that it has, so that a flag changes one
 * condition and leaves the others.
 */
export function policyFields(flags: PolicyFlags, has: { match_conditions?: unknown; action?: unknown }): Body {
  const match = matchOf(flags);
  const sla = given({
    max_delay_ms: flags.maxDelay,
    max_jitter_ms: flags.maxJitter,
    max_loss_percent: flags.maxLoss,
    max_reordering_percent: flags.maxReordering,
    max_duplication_percent: flags.maxDuplication,
    min_mos: flags.minMos,
  });
  const action = given({
    type: typeOf(flags),
    set_dscp: flags.setDscp,
    rate_limit_bps: flags.rateLimit,
    log: flags.log,
    prefer: flags.prefer,
    avoid: flags.avoid,
    never: flags.never,
    weights: flags.weight,
    qos_class: flags.qosClass,
    duplicate: flags.duplicate,
  });
  const hadAction = { type: 'steer', ...(has.action as Body | undefined) } as Body;
  const hadSla = hadAction['sla'] as Body | undefined;
  const breakout = breakoutOf(flags, hadAction['breakout'] as Body | undefined);
  const slaChanged = Object.keys(sla).length > 0;
  const actionChanged = slaChanged || breakout !== undefined || Object.keys(action).length > 0;
  return given({
    priority: flags.priority,
    description: flags.description,
    enabled: flags.disabled === true ? false : flags.enabled,
    match_conditions: matchChanged(match, has.match_conditions as Body | undefined),
    action: actionChanged
      ? withoutNulls({
          ...hadAction,
          ...action,
          ...(slaChanged && { sla: withoutNulls({ ...hadSla, ...sla }) }),
          ...(breakout && { breakout }),
        })
      : undefined,
  });
}

const typeOf = ({ drop, steer, breakout }: PolicyFlags): string | undefined =>
  drop === true ? 'drop' : steer === true ? 'steer' : breakout === undefined ? undefined : 'breakout';

function breakoutOf({ breakout, fallbackSite }: PolicyFlags, had: Body | undefined): Body | undefined {
  const fields = given({ labels: breakout, fallback_site: fallbackSite });
  return Object.keys(fields).length === 0 ? undefined : withoutNulls({ ...had, ...fields });
}
