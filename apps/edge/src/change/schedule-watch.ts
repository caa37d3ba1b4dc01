import { conditionsOf, isScheduled, type ScheduleWindow, type Timer, type Timers } from '@patronus/core';
import type { SiteDocument } from '@patronus/protocol';

const minuteMs = 60_000;
/** Clocks and timers differ a little: a look before the minute would come a minute late. */
const lateMs = 50;

/**
 * Looks at every full minute whether a schedule of the document in force begins or ends, by the clocks of the sites as this
 * machine's clock tells them, whatever becomes of that clock meanwhile.
 */
export class ScheduleWatch {
  readonly #timers: Timers;
  readonly #wallMs: () => number;
  readonly #changed: () => void;
  #timer: Timer | null = null;
  #schedules: readonly Schedule[] = [];
  #holding = '';

  constructor(timers: Timers, wallMs: () => number, changed: () => void) {
    this.#timers = timers;
    this.#wallMs = wallMs;
    this.#changed = changed;
  }

  /** Takes up what is in force now; null: nothing. */
  follow(document: SiteDocument | null): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#schedules = document === null ? [] : schedulesOf(document);
    this.#holding = this.#look();
    if (this.#schedules.length > 0) this.#wait();
  }

  stop(): void {
    this.follow(null);
  }

  #wait(): void {
    const delayMs = minuteMs - (this.#wallMs() % minuteMs) + lateMs;
    this.#timer = this.#timers.after('schedules of policies', delayMs, () => {
      this.#wait();
      const holding = this.#look();
      if (holding === this.#holding) return;
      this.#holding = holding;
      this.#changed();
    });
  }

  /** Which schedules hold, as a text to compare. */
  #look(): string {
    const now = this.#wallMs();
    return this.#schedules.map(({ windows, zone }) => (isScheduled(windows, zone, now) ? '1' : '0')).join('');
  }
}

interface Schedule {
  readonly windows: readonly ScheduleWindow[];
  readonly zone: string;
}

function schedulesOf({ policies, site, remoteSites }: SiteDocument): Schedule[] {
  const zones = new Set([site, ...remoteSites].map(({ timeZone }) => timeZone ?? 'UTC'));
  return policies
    .flatMap(({ match }) => conditionsOf(match))
    .flatMap(({ schedule = [] }) => (schedule.length === 0 ? [] : [schedule]))
    .flatMap((windows) => [...zones].map((zone) => ({ windows, zone })));
}
