import type { DecisionSample } from './observations.ts';
import type { ScenarioLab } from './ports.ts';
import { sleep, type RunTime } from './run-time.ts';

/** Often enough to see a decision that holds for a second, seldom enough to leave the machine to the network. */
const lookEveryMs = 300;

/** Looks at the decisions all the time and keeps what it sees. */
export class DecisionLog {
  readonly #lab: Pick<ScenarioLab, 'decisions'>;
  readonly #time: RunTime;
  readonly #samples: DecisionSample[] = [];
  #looking: Promise<void> | null = null;
  #stopped = false;

  constructor(lab: Pick<ScenarioLab, 'decisions'>, time: RunTime) {
    this.#lab = lab;
    this.#time = time;
  }

  start(): void {
    this.#looking = this.#look();
  }

  async stop(): Promise<readonly DecisionSample[]> {
    this.#stopped = true;
    await this.#looking;
    return this.#samples;
  }

  async #look(): Promise<void> {
    while (!this.#stopped) {
      const atMs = this.#time.wall();
      const decisions = await this.#lab.decisions();
      this.#samples.push(...decisions.map((decision) => ({ ...decision, atMs })));
      await sleep(this.#time, 'look at decisions', lookEveryMs);
    }
  }
}
