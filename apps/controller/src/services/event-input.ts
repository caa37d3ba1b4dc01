import { Type, type Static } from 'typebox';

/** More would make one audit row of many kilobytes. */
const maxAcknowledged = 400;

/** Which events somebody takes note of. */
export const AcknowledgementSchema = Type.Object(
  {
    ids: Type.Array(Type.String({ maxLength: 64 }), {
      minItems: 1,
      maxItems: maxAcknowledged,
      description: 'Ids of events',
    }),
  },
  { additionalProperties: false },
);

export type AcknowledgementInput = Static<typeof AcknowledgementSchema>;
