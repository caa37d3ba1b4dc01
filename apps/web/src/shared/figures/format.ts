/** Figures as a person reads them. What is not known is `–`, never a number. */
export const unknownFigure = '–';

const orUnknown =
  (write: (value: number) => string) =>
  (value: number | null | undefined): string =>
    value === null || value === undefined || !Number.isFinite(value) ? unknownFigure : write(value);

export const formatMs = orUnknown((value) => `${value.toFixed(value < 100 ? 1 : 0)} ms`);
export const formatPercent = orUnknown((value) => `${value.toFixed(value !== 0 && value < 0.1 ? 2 : 1)} %`);
export const formatMos = orUnknown((value) => value.toFixed(1));
export const formatCount = orUnknown((value) => Math.round(value).toLocaleString('en-US'));
export const formatBitRate = orUnknown((value) => `${scaled(value, 1000, ['', 'k', 'M', 'G', 'T'])}bit/s`);
export const formatBytes = orUnknown((value) => `${scaled(value, 1024, ['', 'Ki', 'Mi', 'Gi', 'Ti'])}B`);

/** Time of day in the reader's zone, with the date where it is not today's. */
export function formatTime(time: number | null | undefined, now: number): string {
  if (time === null || time === undefined) return unknownFigure;
  const date = new Date(time);
  const clock = date.toLocaleTimeString('en-GB');
  const today = date.toDateString() === new Date(now).toDateString();
  return today ? clock : `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock}`;
}

/** Time in UTC, to the millisecond, as it is shown where the local one is pointed at. */
export const formatUtc = (time: number): string => `${new Date(time).toISOString().replace('T', ' ').slice(0, 23)} UTC`;

/** How long, in its largest two units: `42 s`, `5 min 10 s`, `3 h 2 min`, `12 d 4 h`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  if (minutes > 0) return `${minutes} min ${seconds % 60} s`;
  return `${seconds} s`;
}

/** How long ago. */
export const formatAge = (time: number | null, now: number): string =>
  time === null ? unknownFigure : formatDuration(now - time);

/** One entry of an event's metadata. Names that end in `_at` are unix ms; paths are told by their labels. */
export function formatFact(name: string, value: unknown): string {
  if (value === null || value === undefined) return unknownFigure;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && name.endsWith('_at')) return formatInstant(value);
  if (typeof value === 'number') return value.toLocaleString('en-US', { maximumFractionDigits: 3 });
  if (Array.isArray(value)) return value.map((item) => formatFact(name, item)).join(', ') || 'none';
  if (isLabelled(value)) return labelsText(value.label, value.remote_label);
  return JSON.stringify(value);
}

const isLabelled = (value: unknown): value is { label: string; remote_label: string } =>
  typeof value === 'object' && value !== null && 'label' in value && 'remote_label' in value;

/** The labels of both ends: `mpls`, or `broadband → lte` where they differ. */
export const labelsText = (from: string, to: string, arrow = ' → '): string =>
  from === to ? from : `${from}${arrow}${to}`;

/** `1 site`, `2 sites`; of words with another plural, that is told. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

function formatInstant(time: number): string {
  const date = new Date(time);
  return `${date.toLocaleTimeString('en-GB')}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

const two = (value: number): string => String(value).padStart(2, '0');

function scaled(value: number, step: number, units: readonly string[]): string {
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log(value) / Math.log(step)));
  const figure = value / step ** power;
  return `${power === 0 ? Math.round(figure) : figure.toFixed(1)} ${units[power]}`;
}
