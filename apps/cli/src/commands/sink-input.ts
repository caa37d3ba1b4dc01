import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf, PatronusError } from '@patronus/core';
import { Option, type Command } from 'commander';
import type { Terminal } from '../terminal.ts';
import { parseInteger, parseWord, repeatable } from '../units.ts';
import { given, type Body } from './body-file.ts';

export interface SinkFlags {
  readonly webhook?: string;
  readonly syslog?: string;
  readonly facility?: number;
  readonly email?: readonly string[];
  readonly from?: string;
  readonly smtp?: string;
  readonly username?: string;
  readonly passwordFile?: string;
  readonly starttls?: string;
  readonly ca?: string;
  readonly type?: readonly string[];
  readonly severity?: readonly string[];
  readonly site?: readonly string[];
  readonly enable?: boolean;
  readonly disable?: boolean;
}

const words = repeatable((text) => text);

export const withSinkFields = (command: Command): Command =>
  command
    .option('--webhook <url>', 'post events as signed JSON to this URL')
    .option(
      '--syslog <url>',
      'send them to a syslog server: udp://HOST, tcp://HOST or tls://HOST, with :PORT where needed',
    )
    .option('--facility <number>', 'syslog facility; default 16, local0', parseInteger(0, 23))
    .option('--email <address>', 'mail them to this address; repeat for more', words)
    .option('--from <address>', 'sender of the mails')
    .option('--smtp <url>', 'mail server: smtp://HOST or smtps://HOST, with :PORT where needed')
    .option('--username <name>', 'to sign in to the mail server with')
    .option('--password-file <file>', 'a file with the password for that')
    .addOption(
      new Option('--starttls <when>', 'whether smtp:// must change to TLS: required, offered or never').argParser(
        parseWord(['required', 'offered', 'never']),
      ),
    )
    .option('--ca <file>', 'certificates to trust in place of the public ones, PEM')
    .option('--type <types>', 'only events of these types; repeat for more', words)
    .option('--severity <severities>', 'only these: info, warning, error', words)
    .option('--site <site>', 'only events of this site; repeat for more', words);

/** The body that the flags make; the filter is replaced whole where any of its flags is given. */
export function sinkBody(terminal: Terminal, flags: SinkFlags): Body {
  const read = (option: string, file: string | undefined): string | undefined =>
    file === undefined ? undefined : readText(terminal, option, file);
  const ca = read('--ca', flags.ca);
  const filter = given({ types: flags.type, severities: flags.severity, sites: flags.site });
  const email = given({
    url: flags.smtp,
    from: flags.from,
    to: flags.email,
    username: flags.username,
    password: read('--password-file', flags.passwordFile)?.trimEnd(),
    starttls: flags.starttls,
  });
  return given({
    enabled: flags.disable === true ? false : flags.enable,
    filter: Object.keys(filter).length === 0 ? undefined : filter,
    webhook: flags.webhook === undefined ? undefined : given({ url: flags.webhook, ca }),
    syslog: flags.syslog === undefined ? undefined : given({ url: flags.syslog, facility: flags.facility, ca }),
    email: Object.keys(email).length === 0 ? undefined : given({ ...email, ca }),
  });
}

function readText(terminal: Terminal, option: string, file: string): string {
  try {
    return readFileSync(resolve(terminal.cwd, file), 'utf8');
  } catch (cause) {
    throw new PatronusError('invalid_input', `${option}: cannot read ${file}: ${messageOf(cause)}`, { cause });
  }
}
