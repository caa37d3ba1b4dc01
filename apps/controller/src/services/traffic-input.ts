import { Type, type Static } from 'typebox';

const instant = (description: string) => Type.Optional(Type.Integer({ minimum: 0, maximum: 8.64e15, description }));

/** A range of history, as every door takes it. Without any of it, totals are meant. */
export const TrafficRangeSchema = Type.Object({
  from: instant('Unix ms, included; default an hour before `to`'),
  to: instant('Unix ms, not included; default now'),
  step: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 366 * 86_400_000,
      description: 'Width of a point, ms; it becomes a multiple of 10 s, 1 min or 1 h, whichever is kept that long',
    }),
  ),
});
export type TrafficRange = Static<typeof TrafficRangeSchema>;
