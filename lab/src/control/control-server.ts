import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { InvalidInputError, messageOf, PatronusError } from '@patronus/core';
import { labBreak, labHeal, labImpair, labStatus, type LineChange } from '../lifecycle/index.ts';
import { runScenario, shippedScenarios } from '../scenario/index.ts';

/** A scenario that was started by this door: what it does, or how it ended. */
export interface ControlRun {
  readonly scenario: string;
  readonly startedAt: number;
  readonly step: string;
  /** Null while it runs. */
  readonly holds: boolean | null;
  /** What was expected and did not hold. */
  readonly failures: readonly string[];
}

/** Bodies are a few fields. */
const maxBody = 16_384;

type Body = Readonly<Record<string, unknown>>;

/** Serves one lab: `GET /lab`, and `POST` to `/break`, `/impair`, `/heal` and `/run`. */
export function controlServer(dataDir: string): Server {
  const runs = new ScenarioRuns(dataDir);
  const line = (body: Body) => ({ ...(body as unknown as LineChange), dataDir });
  const work: Readonly<Record<string, (body: Body) => unknown>> = {
    'GET /lab': async () => ({ ...(await labStatus({ dataDir })), scenarios: shippedScenarios(), run: runs.current }),
    'POST /break': (body) => labBreak({ ...line(body), silent: body['silent'] === true }),
    'POST /impair': (body) => labImpair(line(body)),
    'POST /heal': (body) => labHeal({ ...body, dataDir }),
    'POST /run': (body) => runs.start(String(body['scenario'])),
  };
  return createServer((request, response) => void answer(work, request, response));
}

async function answer(
  work: Readonly<Record<string, (body: Body) => unknown>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const handler = work[`${request.method} ${request.url}`];
    if (handler === undefined) throw new PatronusError('not_found', `there is nothing at ${request.url}`);
    send(response, 200, (await handler(await bodyOf(request))) ?? {});
  } catch (error) {
    const problems = error instanceof InvalidInputError ? { problems: error.problems } : {};
    const code = error instanceof PatronusError ? error.code : 'internal';
    send(response, 422, { code, message: messageOf(error), ...problems });
  }
}

async function bodyOf(request: IncomingMessage): Promise<Body> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > maxBody) throw new PatronusError('too_large', 'the message is too long');
  }
  return text === '' ? {} : (JSON.parse(text) as Body);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** One scenario at a time, and how the last one went. */
class ScenarioRuns {
  readonly #dataDir: string;
  current: ControlRun | null = null;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  /** Errors: `conflict` while one runs, `invalid_input` for one that is not shipped. */
  start(scenario: string): ControlRun {
    if (this.current?.holds === null) {
      throw new PatronusError('conflict', `the scenario ${this.current.scenario} runs; wait until it is over`);
    }
    if (!shippedScenarios().includes(scenario)) {
      const remedy = `name one of ${shippedScenarios().join(', ')}`;
      throw new InvalidInputError([{ field: 'scenario', problem: `there is none called "${scenario}"`, remedy }]);
    }
    const begun: ControlRun = { scenario, startedAt: Date.now(), step: 'begins', holds: null, failures: [] };
    this.current = begun;
    void this.#run(scenario);
    return begun;
  }

  async #run(scenario: string): Promise<void> {
    const note = (changes: Partial<ControlRun>): void => {
      this.current = { ...this.current!, ...changes };
    };
    try {
      const [report] = await runScenario({
        dataDir: this.#dataDir,
        names: [scenario],
        onProgress: (step) => note({ step }),
      });
      const failures = (report?.verdicts ?? [])
        .filter(({ holds }) => !holds)
        .map(({ expected, found }) => `${expected}: ${found}`);
      note({ holds: report?.holds === true, step: 'is over', failures });
    } catch (error) {
      note({ holds: false, step: 'could not be carried out', failures: [messageOf(error)] });
    }
  }
}
