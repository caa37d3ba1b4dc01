export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';
export const weekdays: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** A time of the week by local clocks. A window that ends before it starts goes on into the next day. */
export interface ScheduleWindow {
  /** Days on which it starts; absent or empty: every day. */
  readonly days?: readonly Weekday[];
  /** `HH:MM`, included; absent: 00:00. */
  readonly from?: string;
  /** `HH:MM` up to `24:00`, not included; absent: 24:00. */
  readonly to?: string;
}

const minutesPerDay = 1_440;

/** Minutes after midnight of `HH:MM`, or of `24:00`; null for another text. */
export function minutesOfDay(text: string): number | null {
  const [, hours, minutes] = /^(\d\d):([0-5]\d)$/.exec(text) ?? [];
  const value = Number(hours) * 60 + Number(minutes);
  return hours === undefined || value > minutesPerDay ? null : value;
}

/** Whether the program knows a time zone of this IANA name. */
export function isTimeZone(name: string): boolean {
  try {
    clockOf(name);
    return true;
  } catch {
    return false;
  }
}

/** Whether any of the windows holds at a time, unix ms, by the clocks of a time zone. */
export function isScheduled(windows: readonly ScheduleWindow[], timeZone: string, wallMs: number): boolean {
  const { day, minute } = localTime(timeZone, wallMs);
  return windows.some((window) => holdsAt(window, day, minute));
}

function holdsAt({ days = [], from, to }: ScheduleWindow, day: number, minute: number): boolean {
  const [start, end] = [startOf(from), endOf(to)];
  const startsOn = (index: number): boolean => days.length === 0 || days.includes(weekdays[(index + 7) % 7]!);
  if (start < end) return startsOn(day) && minute >= start && minute < end;
  return (startsOn(day) && minute >= start) || (startsOn(day - 1) && minute < end);
}

const startOf = (from: string | undefined): number => (from === undefined ? 0 : minutesOfDay(from)!);
const endOf = (to: string | undefined): number => (to === undefined ? minutesPerDay : minutesOfDay(to)!);

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known !== undefined) return known;
  const format = { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const made = new Intl.DateTimeFormat('en-GB', format);
  clocks.set(timeZone, made);
  return made;
}

/** The day of the week from Monday, 0–6, and the minute of the day that clocks show. */
function localTime(timeZone: string, wallMs: number): { day: number; minute: number } {
  const parts = new Map(
    clockOf(timeZone)
      .formatToParts(wallMs)
      .map(({ type, value }) => [type, value]),
  );
  const day = weekdays.indexOf(parts.get('weekday')!.toLowerCase() as Weekday);
  return { day, minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')) };
}
