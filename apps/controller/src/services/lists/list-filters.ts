import { Type, type TSchema } from 'typebox';

/** One way to narrow a list: what a caller may say, and which items stay. */
export interface ListFilter<T> {
  readonly schema: TSchema;
  /** Whether the item stays, for a value that the schema allows. */
  readonly keeps: (item: T, wanted: unknown) => boolean;
}

/** More alternatives than this say nothing that a filter on something else would not say better. */
const maxAlternatives = 100;
/** No name in the system is longer. */
const maxText = 200;

/** A text, whatever the case of its letters. */
export const folded = (text: string): string => text.toLowerCase();

/** Keeps items whose value is one of those given; in an address they stand with commas between them. */
export const oneOf = <T>(
  read: (item: T) => string | readonly string[],
  description: string,
  values?: readonly string[],
): ListFilter<T> => ({
  schema: Type.Array(values === undefined ? Type.String({ maxLength: maxText }) : Type.Enum([...values]), {
    minItems: 1,
    maxItems: maxAlternatives,
    description: `${description}; several with commas: one of them`,
  }),
  keeps: (item, wanted) => {
    const present = [read(item)].flat().map(folded);
    return (wanted as readonly string[]).some((each) => present.includes(folded(each)));
  },
});

/** Keeps items with this text, whatever the case of its letters. */
export const exactly = <T>(read: (item: T) => string | null, description: string): ListFilter<T> => ({
  schema: Type.String({ maxLength: maxText, description }),
  keeps: (item, wanted) => folded(read(item) ?? '') === folded(wanted as string),
});

/** Keeps items of which one of the texts contains what is looked for, whatever the case of its letters. */
export const containing = <T>(read: (item: T) => readonly (string | null)[], description: string): ListFilter<T> => ({
  schema: Type.String({ maxLength: maxText, description }),
  keeps: (item, wanted) => read(item).some((text) => folded(text ?? '').includes(folded(wanted as string))),
});

/** Keeps items for which this is so, or is not. */
export const whether = <T>(read: (item: T) => boolean, description: string): ListFilter<T> => ({
  schema: Type.Boolean({ description }),
  keeps: (item, wanted) => read(item) === wanted,
});

/** Keeps items whose time is not before this one, unix ms. */
export const since = <T>(read: (item: T) => number | null, description: string): ListFilter<T> => ({
  schema: Type.Number({ description: `${description}, unix ms, included` }),
  keeps: (item, wanted) => (read(item) ?? Number.NEGATIVE_INFINITY) >= (wanted as number),
});
