import type { LineReport } from '@patronus/lab';
import { Option, type Command } from 'commander';
import { printLine, type Terminal } from '../terminal.ts';
import { orNone, parseDuration, parsePercent, parseRate, parseWord, type None } from '../units.ts';
import { withExamples } from './api-command.ts';
import { given } from './body-file.ts';
import { faultOf, passageOf } from './lab-status.ts';
import { labDataDir, withLabData, type LabOptions } from './lab-options.ts';

interface LineOptions extends LabOptions {
  readonly direction: 'out' | 'in' | 'both';
}
interface BreakOptions extends LineOptions {
  readonly silent?: boolean;
}
interface ImpairOptions extends LineOptions {
  readonly delay?: number;
  readonly jitter?: number;
  readonly loss?: number;
  readonly rate?: number | None;
  readonly reorder?: number;
  readonly duplicate?: number;
}

const changed = (line: LineReport): string =>
  `${line.site}/${line.label}: ${faultOf(line)} (${passageOf(line)}); "patronus lab heal ${line.site} ${line.label}" mends it`;

const withDirection = (command: Command): Command =>
  withLabData(command).addOption(
    new Option('--direction <direction>', 'out of the site, into it, or both')
      .argParser(parseWord(['out', 'in', 'both']))
      .default('both'),
  );

/** `break`, `impair` and `heal`: what can be done to the lines of a lab. */
export function addLabLines(lab: Command, terminal: Terminal): void {
  const cut = withDirection(lab.command('break <site> <endpoint>').description('cut the line of an endpoint'));
  cut.option('--silent', 'drop every packet, while the link stays up');
  withExamples(cut, [
    'lab break branch mpls --silent',
    'lab break branch mpls',
    'lab break hq broadband --silent --direction in',
  ]).action(async (site: string, endpoint: string, options: BreakOptions) => {
    const { labBreak } = await import('@patronus/lab');
    const report = await labBreak({
      dataDir: labDataDir(terminal, options),
      site,
      endpoint,
      direction: options.direction,
      silent: options.silent === true,
    });
    printLine(terminal.stdout, changed(report));
  });

  const impair = withDirection(lab.command('impair <site> <endpoint>').description('worsen the line of an endpoint'))
    .option('--delay <duration>', 'one-way delay, such as 200ms', parseDuration)
    .option('--jitter <duration>', 'how far the delay varies, such as 20ms', parseDuration)
    .option('--loss <share>', 'share of packets lost, such as 3%', parsePercent)
    .option('--rate <rate>', 'bandwidth, such as 2mbit; "none" for no limit', orNone(parseRate))
    .option('--reorder <share>', 'share of packets that leave their order, such as 5%', parsePercent)
    .option('--duplicate <share>', 'share of packets that arrive twice, such as 5%', parsePercent);
  withExamples(impair, [
    'lab impair branch mpls --loss 5%',
    'lab impair branch lte --delay 200ms --jitter 30ms --direction out',
    'lab impair hq mpls --reorder 5% --duplicate 1%',
  ]).action(async (site: string, endpoint: string, options: ImpairOptions, command: Command) => {
    const { labImpair } = await import('@patronus/lab');
    const impairment = given({
      delayMs: options.delay,
      jitterMs: options.jitter,
      lossPercent: options.loss,
      rateBps: options.rate,
      reorderPercent: options.reorder,
      duplicatePercent: options.duplicate,
    });
    if (Object.keys(impairment).length === 0) {
      command.error('error: say what to worsen: --delay, --jitter, --loss, --rate, --reorder or --duplicate');
    }
    const report = await labImpair({
      dataDir: labDataDir(terminal, options),
      site,
      endpoint,
      direction: options.direction,
      ...impairment,
    });
    printLine(terminal.stdout, changed(report));
  });

  addHeal(lab, terminal);
}

function addHeal(lab: Command, terminal: Terminal): void {
  const heal = withLabData(lab.command('heal [site] [endpoint]').description('mend one line, those of a site, or all'));
  withExamples(heal, ['lab heal', 'lab heal branch mpls']).action(
    async (site: string | undefined, endpoint: string | undefined, options: LabOptions) => {
      const { labHeal } = await import('@patronus/lab');
      await labHeal({ dataDir: labDataDir(terminal, options), ...(site && { site }), ...(endpoint && { endpoint }) });
      printLine(
        terminal.stdout,
        `${[site, endpoint].filter(Boolean).join('/') || 'every line'} is as the topology says`,
      );
    },
  );
}
