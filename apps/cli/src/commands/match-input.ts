import { InvalidArgumentError, type Command } from 'commander';
import { orNone, parseDscp, parsePortRange, parseWord, repeatable, type None, type PortRange } from '../units.ts';
import { given, withoutNulls, type Body } from './body-file.ts';

const words = repeatable((text) => text);
const protocol = parseWord(['tcp', 'udp', 'icmp', 'sctp', 'gre', 'esp']);
const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** A time of the week, as the API takes it. */
interface Window {
  readonly days?: readonly string[];
  readonly from?: string;
  readonly to?: string;
}

/** `mon-fri/08:00-18:00`, `sat+sun`, `22:00-06:00`. */
export function parseWindow(text: string): Window {
  const match = /^(?:([a-z]{3}(?:[-+][a-z]{3})*))?\/?(?:(\d\d:\d\d)-(\d\d:\d\d))?$/.exec(text.trim().toLowerCase());
  const named = match?.[1]?.split('+').flatMap(parseDays);
  if (match === null || !/\w/.test(text) || named?.includes('') === true) {
    throw new InvalidArgumentError('Write days, hours, or both, such as mon-fri/08:00-18:00, sat+sun or 22:00-06:00.');
  }
  const [, , from, to] = match;
  return { ...(named && { days: named }), ...(from !== undefined && to !== undefined && { from, to }) };
}

/** `mon`, or `fri-mon`: up to the second, over the end of the week; an empty text where a name is none. */
function parseDays(text: string): string[] {
  const [first, last = first] = text.split('-').map((day) => days.indexOf(day));
  if (first === undefined || last === undefined || first < 0 || last < 0 || text.split('-').length > 2) return [''];
  const count = ((last - first + 7) % 7) + 1;
  return Array.from({ length: count }, (_, index) => days[(first + index) % 7]!);
}

/** Each condition: its flag, what it says, and how it is read. The same flags with `--not-` name what is left out. */
const conditions = [
  ['source-site <sites>', 'source_sites', 'from these sites', words],
  ['dest-site <sites>', 'destination_sites', 'to these sites', words],
  ['source-tag <tags>', 'source_site_tags', 'from sites with any of these tags', words],
  ['dest-tag <tags>', 'destination_site_tags', 'to sites with any of these tags', words],
  ['source-host-set <sets>', 'source_host_sets', 'from these host sets', words],
  ['dest-host-set <sets>', 'destination_host_sets', 'to these host sets', words],
  ['source-prefix <prefixes>', 'source_prefixes', 'from these prefixes', words],
  ['dest-prefix <prefixes>', 'destination_prefixes', 'to these prefixes', words],
  ['protocol <name>', 'protocol', 'tcp, udp, icmp, sctp, gre or esp; "none" for any', orNone(protocol)],
  ['source-port <ports>', 'source_ports', 'from these ports, such as 5060 or 16384-32767', repeatable(parsePortRange)],
  ['dest-port <ports>', 'destination_ports', 'to these ports', repeatable(parsePortRange)],
  ['dscp <values>', 'dscp', 'these DSCP values or names, such as 46 or ef', repeatable(parseDscp)],
  ['application <names>', 'applications', 'these applications, see `patronus applications`', words],
  ['application-category <categories>', 'application_categories', 'applications of these categories', words],
  ['domain <domains>', 'domains', 'servers known by these names, such as *.example.com', words],
  [
    'schedule <windows>',
    'schedule',
    'at these times by the clocks of the source site, such as mon-fri/08:00-18:00',
    repeatable(parseWindow),
  ],
] as const;

type FlagValue = readonly (string | number | PortRange | Window)[] | string | None;
/** Values of the flags, by their names in camelCase. */
export type MatchFlags = Readonly<
  Partial<
    Record<
      `${'source' | 'dest' | 'not' | 'application'}${string}` | 'protocol' | 'dscp' | 'domain' | 'schedule',
      FlagValue
    >
  >
>;

export function withMatchFlags(command: Command): Command {
  for (const [flag, , text, read] of conditions) {
    command.option(`--${flag}`, `match: ${text}`, read as (value: string) => FlagValue);
  }
  for (const [flag, , text, read] of conditions) {
    command.option(`--not-${flag}`, `do not match: ${text}`, read as (value: string) => FlagValue);
  }
  return command;
}

/** What the flags say of a match, in the API's words; what is left out stands under `not`. */
export function matchOf(flags: MatchFlags): Body {
  const read = (prefix: string): Body =>
    given(
      Object.fromEntries(
        conditions.map(([flag, field]) => [field, flags[camel(`${prefix}${flag.split(' ')[0]!}`) as keyof MatchFlags]]),
      ),
    );
  const not = read('not-');
  return { ...read(''), ...(Object.keys(not).length === 0 ? {} : { not }) };
}

/** The match with what the flags say over it, or undefined where they say nothing. A condition without value is gone. */
export function matchChanged(changes: Body, had: Body | undefined): Body | undefined {
  if (Object.keys(changes).length === 0) return undefined;
  const not = changes['not'] as Body | undefined;
  const left = not === undefined ? {} : { not: tidy({ ...(had?.['not'] as Body | undefined), ...not }) };
  return withoutNulls({ ...had, ...changes, ...left });
}

/** Null where nothing is left: the API refuses an exclusion of nothing. */
function tidy(exclusion: Body): Body | null {
  const left = Object.entries(withoutNulls(exclusion)).filter(([, value]) => !Array.isArray(value) || value.length > 0);
  return left.length === 0 ? null : Object.fromEntries(left);
}

const camel = (flag: string): string => flag.replaceAll(/-([a-z])/g, (_match, letter: string) => letter.toUpperCase());
