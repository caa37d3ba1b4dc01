import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addAccount } from './commands/account.ts';
import { addApiKeys } from './commands/api-keys.ts';
import { addApply, addExport } from './commands/apply.ts';
import { addAudit } from './commands/audit.ts';
import { addCaches } from './commands/caches.ts';
import { addController } from './commands/controller.ts';
import { addDatabase } from './commands/database.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEdge } from './commands/edge.ts';
import { addEndpoints } from './commands/endpoints.ts';
import { addEnrolmentKeys } from './commands/enrolment-keys.ts';
import { addEvents } from './commands/events.ts';
import { addApplications } from './commands/applications.ts';
import { addFlows } from './commands/flows.ts';
import { addHostSets } from './commands/host-sets.ts';
import { addKeys } from './commands/keys.ts';
import { addLab } from './commands/lab.ts';
import { addLogin } from './commands/login.ts';
import { addPaths } from './commands/paths.ts';
import { addPolicies } from './commands/policies.ts';
import { addQos } from './commands/qos.ts';
import { addSessions } from './commands/sessions.ts';
import { addSinks } from './commands/sinks.ts';
import { addSla } from './commands/sla.ts';
import { addSites } from './commands/sites.ts';
import { addStats } from './commands/stats.ts';
import { addTransportLinks } from './commands/transport-links.ts';
import { addUp } from './commands/up.ts';
import { addUsers } from './commands/users.ts';
import { withExamples } from './commands/api-command.ts';
import type { Terminal } from './terminal.ts';

/** The whole command line. It throws commander's `CommanderError` for wrong usage instead of ending the process. */
export function buildProgram(terminal: Terminal): Command {
  const program = new Command('patronus')
    .description('Connects sites over several uplinks each, and steers every application over the path that suits it.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'patronus: ')),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  withExamples(program, ['up', 'paths', 'events --follow', 'lab break branch mpls --silent', 'doctor']);

  program.commandsGroup('Programs:');
  addUp(program, terminal);
  addController(program, terminal);
  addDatabase(program, terminal);
  addEdge(program, terminal);
  addLab(program, terminal);
  addDoctor(program, terminal);
  program.commandsGroup('The network:');
  addSites(program, terminal);
  addEndpoints(program, terminal);
  addPaths(program, terminal);
  addPolicies(program, terminal);
  addHostSets(program, terminal);
  addApplications(program, terminal);
  addQos(program, terminal);
  addFlows(program, terminal);
  addSla(program, terminal);
  addApply(program, terminal);
  addExport(program, terminal);
  addStats(program, terminal);
  addCaches(program, terminal);
  addEvents(program, terminal);
  addSinks(program, terminal);
  addAudit(program, terminal);
  addTransportLinks(program, terminal);
  addEnrolmentKeys(program, terminal);
  program.commandsGroup('Who may do what:');
  addLogin(program, terminal);
  addAccount(program, terminal);
  addUsers(program, terminal);
  addSessions(program, terminal);
  addApiKeys(program, terminal);
  addKeys(program, terminal);
  return program;
}

const version = (): string =>
  (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;
