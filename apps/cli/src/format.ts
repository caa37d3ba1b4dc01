/** Figures as a person reads them. What is not known is `–`, never a number. */
export const unknownFigure = '–';

type Figure = number | null | undefined;

const orUnknown =
  (write: (value: number) => string) =>
  (value: Figure): string =>
    value === null || value === undefined || !Number.isFinite(value) ? unknownFigure : write(value);

export const formatMs = orUnknown((value) => `${value.toFixed(1)} ms`);
export const formatPercent = orUnknown((value) => `${value.toFixed(value !== 0 && value < 0.1 ? 2 : 1)} %`);
export const formatMos = orUnknown((value) => value.toFixed(1));
export const formatCount = orUnknown((value) => value.toLocaleString('en-US'));
export const formatRate = orUnknown((value) => `${scaled(value, 1000, ['', 'k', 'M', 'G', 'T'])}bit/s`);
export const formatBytes = orUnknown((value) => `${scaled(value, 1024, ['', 'Ki', 'Mi', 'Gi', 'Ti'])}B`);

/** A time as the API gives it (unix ms or ISO text) in the local zone, to the second. */
export function formatTime(time: number | string | null | undefined): string {
  if (time === null || time === undefined) return unknownFigure;
  const date = new Date(time);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${formatClock(date)}`;
}

const formatClock = (date: Date): string =>
  `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;

/** How long ago, in its largest two units: `42 s`, `5 min 10 s`, `3 h 2 min`, `12 d 4 h`. */
export function formatAge(time: number | string | null | undefined, nowMs: number): string {
  if (time === null || time === undefined) return unknownFigure;
  const seconds = Math.max(0, Math.floor((nowMs - new Date(time).getTime()) / 1000));
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24];
  const minutes = Math.floor(seconds / 60) % 60;
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  if (minutes > 0) return `${minutes} min ${seconds % 60} s`;
  return `${seconds} s`;
}

const two = (value: number): string => String(value).padStart(2, '0');

function scaled(value: number, step: number, units: readonly string[]): string {
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log(value) / Math.log(step)));
  const figure = value / step ** power;
  return `${Number.isInteger(figure) ? figure : figure.toFixed(1)} ${units[power]}`;
}
