import { Type, type Static } from 'typebox';

/** Printable ASCII as host names have it: the name is shown to somebody who decides by it, and must not look like another. */
const machine = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}$',
  description: 'What the machine is called, for whoever is asked: letters, digits, spaces and ._-',
});

export const DeviceSignInInputSchema = Type.Object(
  { machine: Type.Optional(machine) },
  { additionalProperties: false },
);
export type DeviceSignInInput = Static<typeof DeviceSignInInputSchema>;
