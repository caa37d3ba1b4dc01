/** Maps values to pixels. */
export type Scale = (value: number) => number;

export const linear =
  (from: number, to: number, fromPx: number, toPx: number): Scale =>
  (value) =>
    to === from ? fromPx : fromPx + ((value - from) / (to - from)) * (toPx - fromPx);

/** Round values from 0 on, about `wanted` of them, of which the last is at or above `max`. */
export function ticks(max: number, wanted: number): number[] {
  const rough = Math.max(max, Number.MIN_VALUE) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough * (1 - 1e-9))!;
  const count = Math.ceil(max / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}
