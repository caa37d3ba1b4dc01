import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  orNone,
  parseDscp,
  parseDuration,
  parseInteger,
  parseList,
  parsePercent,
  parsePortRange,
  parseWord,
  repeatable,
  type None,
  type PortRange,
} from '../units.ts';
import { given, type Body } from './body-file.ts';

export interface PolicyFlags {
  readonly priority?: number;
  readonly description?: string;
  readonly enabled?: boolean;
  readonly disabled?: boolean;
  readonly sourceSite?: readonly string[];
  readonly destSite?: readonly string[];
  readonly sourcePrefix?: readonly string[];
  readonly destPrefix?: readonly string[];
  readonly protocol?: string | None;
  readonly sourcePort?: readonly PortRange[];
  readonly destPort?: readonly PortRange[];
  readonly dscp?: readonly number[];
  readonly drop?: boolean;
  readonly steer?: boolean;
  readonly maxDelay?: number | None;
  readonly maxJitter?: number | None;
  readonly maxLoss?: number | None;
  readonly minMos?: number | None;
  readonly prefer?: readonly string[];
  readonly avoid?: readonly string[];
  readonly never?: readonly string[];
  readonly weight?: readonly { readonly label: string; readonly weight: number }[];
  readonly qosClass?: string | None;
}

const words = repeatable((text) => text);
const protocol = parseWord(['tcp', 'udp', 'icmp', 'sctp', 'gre', 'esp']);

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
  command
    .option('--priority <number>', 'higher is looked at first', parseInteger(0, 1_000_000))
    .option('--description <text>', 'what it is for')
    .option('--enabled', 'put it into force')
    .addOption(new Option('--disabled', 'keep it without effect').conflicts('enabled'))
    .option('--source-site <sites>', 'match: from these sites', words)
    .option('--dest-site <sites>', 'match: to these sites', words)
    .option('--source-prefix <prefixes>', 'match: from these prefixes', words)
    .option('--dest-prefix <prefixes>', 'match: to these prefixes', words)
    .option('--protocol <name>', 'match: tcp, udp, icmp, sctp, gre or esp; "none" for any', orNone(protocol))
    .option('--source-port <ports>', 'match: from these ports, such as 5060 or 16384-32767', repeatable(parsePortRange))
    .option('--dest-port <ports>', 'match: to these ports', repeatable(parsePortRange))
    .option('--dscp <values>', 'match: these DSCP values or names, such as 46 or ef', repeatable(parseDscp))
    .option('--drop', 'drop what matches, at the first edge')
    .addOption(new Option('--steer', 'steer what matches over the best path').conflicts('drop'))
    .option(
      '--max-delay <duration>',
      'SLA: one-way delay at most, such as 150ms; "none" for no bound',
      orNone(parseDuration),
    )
    .option('--max-jitter <duration>', 'SLA: jitter at most', orNone(parseDuration))
    .option('--max-loss <share>', 'SLA: loss at most, such as 1%', orNone(parsePercent))
    .option('--min-mos <score>', 'SLA: mean opinion score at least, 1 to 4.5', orNone(parseMos))
    .option('--prefer <labels>', 'labels to prefer, best first', parseList)
    .option('--avoid <labels>', 'labels to use only when nothing else is left', parseList)
    .option('--never <labels>', 'labels not to use even then', parseList)
    .option('--weight <label=weight>', 'share flows over labels in this proportion; repeat', repeatable(parseWeight))
    .option('--qos-class <name>', 'class of service, see "patronus qos"; "none" for that of DSCP', orNone(String))
    .option('--file <file>', 'take the fields from JSON or YAML ("-" is standard input)');

/**
 * The fields of a policy that the flags give, over the match and the action that it has, so that a flag changes one
 * condition and leaves the others.
 */
export function policyFields(flags: PolicyFlags, has: { match_conditions?: unknown; action?: unknown }): Body {
  const match = given({
    source_sites: flags.sourceSite,
    destination_sites: flags.destSite,
    source_prefixes: flags.sourcePrefix,
    destination_prefixes: flags.destPrefix,
    protocol: flags.protocol,
    source_ports: flags.sourcePort,
    destination_ports: flags.destPort,
    dscp: flags.dscp,
  });
  const sla = given({
    max_delay_ms: flags.maxDelay,
    max_jitter_ms: flags.maxJitter,
    max_loss_percent: flags.maxLoss,
    min_mos: flags.minMos,
  });
  const action = given({
    type: flags.drop === true ? 'drop' : flags.steer === true ? 'steer' : undefined,
    prefer: flags.prefer,
    avoid: flags.avoid,
    never: flags.never,
    weights: flags.weight,
    qos_class: flags.qosClass,
  });
  const hadAction = { type: 'steer', ...(has.action as Body | undefined) } as Body;
  const hadSla = hadAction['sla'] as Body | undefined;
  const slaChanged = Object.keys(sla).length > 0;
  const actionChanged = slaChanged || Object.keys(action).length > 0;
  return given({
    priority: flags.priority,
    description: flags.description,
    enabled: flags.disabled === true ? false : flags.enabled,
    match_conditions:
      Object.keys(match).length > 0 ? withoutNulls({ ...(has.match_conditions as Body), ...match }) : undefined,
    action: actionChanged
      ? {
          ...withoutNulls({ ...hadAction, ...action }),
          ...(slaChanged && { sla: withoutNulls({ ...hadSla, ...sla }) }),
        }
      : undefined,
  });
}

const withoutNulls = (fields: Body): Body =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
