import { minShapedBps, type Shaping } from '@patronus/core';
import { Type, type Static } from 'typebox';
import type { Problems } from './problems.ts';

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()]);

const fields = {
  guarantee_percent: Type.Number({ description: 'What it gets of a full line whatever others want' }),
  ceiling_percent: Type.Optional(Type.Number({ description: 'The most it gets, also of an idle line; default 100' })),
  priority: Type.Optional(
    Type.Integer({ description: '0 to 7; what is left above the guarantees goes to the lowest first; default 4' }),
  ),
  trust_dscp: Type.Optional(
    Type.Array(Type.Integer(), { description: 'Code points that lead here what no policy gives a class' }),
  ),
  set_dscp: Type.Optional(Nullable(Type.Integer({ description: 'The code point that its packets leave with' }))),
};

/** What a user says of a class of service, in the API's words. */
export const QosClassInputSchema = Type.Object(
  { name: Type.String({ description: 'Policies name it; it cannot be changed' }), ...fields },
  { additionalProperties: false },
);
export const QosClassFieldsSchema = Type.Object(fields, { additionalProperties: false });
export const QosClassChangesSchema = Type.Partial(QosClassFieldsSchema, { additionalProperties: false });

export type QosClassInput = Static<typeof QosClassInputSchema>;
export type QosClassFields = Static<typeof QosClassFieldsSchema>;
export type QosClassChanges = Static<typeof QosClassChangesSchema>;

/** A class with what is meant where nothing is said. */
export const completeQosClass = (input: QosClassFields): Required<QosClassFields> => ({
  ceiling_percent: 100,
  priority: 4,
  trust_dscp: [],
  set_dscp: null,
  ...input,
});

const nameForm = /^[a-z0-9][a-z0-9_-]{0,31}$/;

export function checkQosClassName(name: string, problems: Problems): void {
  if (nameForm.test(name)) return;
  problems.add('name', `"${name}" is not a class name`, 'use up to 32 small letters, digits, - and _, such as video');
}

/** Checks the values of one class by themselves. */
export function checkQosClass(input: Required<QosClassFields>, problems: Problems): void {
  const {
    guarantee_percent: guarantee,
    ceiling_percent: ceiling,
    priority,
    trust_dscp: trusted,
    set_dscp: set,
  } = input;
  if (!(guarantee >= 0 && guarantee <= 100))
    problems.add('guarantee_percent', `${guarantee} is no share`, 'use 0 to 100');
  if (!(ceiling > 0 && ceiling <= 100)) problems.add('ceiling_percent', `${ceiling} is no share`, 'use 1 to 100');
  if (ceiling < guarantee) {
    problems.add('ceiling_percent', `${ceiling} is less than the guarantee`, `use ${guarantee} to 100`);
  }
  if (priority < 0 || priority > 7) problems.add('priority', `${priority} is out of range`, 'use 0 to 7; 0 goes first');
  const remedy = 'use 0 to 63, such as 46 for voice';
  trusted.forEach((dscp, index) => {
    const field = `trust_dscp[${index}]`;
    if (!isDscp(dscp)) problems.add(field, `${dscp} is not a DSCP code point`, remedy);
    if (trusted.indexOf(dscp) < index) problems.add(field, `${dscp} is there twice`, 'keep one');
  });
  if (set !== null && !isDscp(set)) problems.add('set_dscp', `${set} is not a DSCP code point`, remedy);
}

const isDscp = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= 63;

/** Checks that an uplink is told as fast as what shall be done with it needs. */
export function checkShaping(
  line: { shaping: Shaping; policing: 0 | 1; up_bps: number | null; down_bps: number | null },
  at: string,
  problems: Problems,
): void {
  const least = `at least ${minShapedBps / 1_000} kbit/s`;
  if (line.shaping !== 'off' && (line.up_bps ?? 0) < minShapedBps) {
    problems.add(`${at}shaping`, `"${line.shaping}" needs an uplink of ${least}`, 'set up_bps to what it sends, bit/s');
  }
  if (line.policing === 1 && (line.down_bps ?? 0) < minShapedBps) {
    problems.add(`${at}policing`, `needs a downlink of ${least}`, 'set down_bps to what it receives, bit/s');
  }
}
